package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.session.Heartbeats;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.BrokerHeartbeatRequest;
import io.margay.protocol.message.BrokerHeartbeatResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.function.BooleanSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * BrokerHeartbeat (63), on the listener for other brokers. The answer waits until the broker's next heartbeat, which is pipelined, so
 * that the controller notices at once when the connection breaks. Nobody else may speak for the controller's own broker.
 */
@Component(service = ApiHandler.class)
public final class BrokerHeartbeatHandler implements ApiHandler {
  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public BrokerHeartbeatHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  BrokerHeartbeatHandler(ControllerRuntime controller) {
    this.controller = controller;
  }

  @Override
  public Api api() {
    return BrokerHeartbeatRequest.API;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public void handle(Request request) {
    if (!request.listener().equals(controller.settings().interBrokerListener())) {
      request.respond(errorResponse(request, Errors.CLUSTER_AUTHORIZATION_FAILED));
      return;
    }
    BrokerHeartbeatRequest beat = request.read(new BrokerHeartbeatRequest());
    if (beat.brokerId() == controller.settings().nodeId().value()) {
      // the own broker reports without a connection, so this is somebody else, who could have it fenced
      request.respond(errorResponse(request, Errors.CLUSTER_AUTHORIZATION_FAILED));
      return;
    }
    BooleanSupplier broken = Heartbeats.receive(controller.sessions(), beat, request::respond);
    request.onCancel(() -> {
      if (broken.getAsBoolean()) {
        request.respondNothing();
      }
    });
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new BrokerHeartbeatResponse().setErrorCode(error.code());
  }
}
