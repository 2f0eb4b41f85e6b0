package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.session.BrokerLink;
import io.margay.controller.internal.session.Heartbeats;
import io.margay.model.BrokerId;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.BrokerHeartbeatRequest;
import io.margay.protocol.message.BrokerHeartbeatResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * BrokerHeartbeat (63), on the listener for other brokers. The answer waits until the broker's next heartbeat, which is pipelined, so
 * that the controller notices at once when the connection breaks. Only the process that was registered may speak for a broker.
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
  public Access access() {
    return Access.cluster(AclOperation.CLUSTER_ACTION);
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
    if (!comesFromTheBroker(request, beat)) {
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

  /** Others could have the broker fenced. The own broker reports without a connection; others say which process they are. */
  private boolean comesFromTheBroker(Request request, BrokerHeartbeatRequest beat) {
    if (beat.brokerId() < 0 || beat.brokerId() == controller.settings().nodeId().value()) {
      return false;
    }
    BrokerId id = new BrokerId(beat.brokerId());
    UUID incarnation = controller.incarnation(id);
    return incarnation == null || BrokerLink.clientId(id, incarnation).equals(request.clientId());
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new BrokerHeartbeatResponse().setErrorCode(error.code());
  }
}
