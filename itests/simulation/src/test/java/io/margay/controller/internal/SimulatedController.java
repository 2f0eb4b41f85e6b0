package io.margay.controller.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.lease.NamedServices;
import java.util.concurrent.ExecutorService;

/** Makes the controller of a node whose threads are simulated. */
public final class SimulatedController {
  private SimulatedController() { }

  /** @param thread publishes images */
  public static ControllerRuntime create(MetadataLog log, NodeSettings settings, BrokerPresence.Outside outside, ExecutorService thread) {
    return new ControllerRuntime(log, settings, new NamedServices<>("placement", 1), new NamedServices<>("partitioner", 1), outside, thread);
  }
}
