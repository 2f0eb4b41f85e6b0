package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.spi.handler.ApiHandler;
import java.util.List;

/** Makes the handlers that other brokers and clients of a simulation need. */
public final class SimulatedHandlers {
  private SimulatedHandlers() { }

  public static List<ApiHandler> of(ControllerRuntime controller) {
    return List.of(new MetadataHandler(controller), new BrokerHeartbeatHandler(controller), new DescribeConfigsHandler(controller, null),
        new IncrementalAlterConfigsHandler(controller, null), new CreatePartitionsHandler(controller));
  }
}
