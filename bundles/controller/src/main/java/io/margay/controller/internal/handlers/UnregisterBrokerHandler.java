package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.UnregisterBroker;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.UnregisterBrokerRequest;
import io.margay.protocol.message.UnregisterBrokerResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** UnregisterBroker (64): takes a broker out that is gone for good and holds no replica. */
@Component(service = ApiHandler.class)
public final class UnregisterBrokerHandler extends AdminHandler<UnregisterBrokerRequest> {
  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public UnregisterBrokerHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  UnregisterBrokerHandler(ControllerRuntime controller) {
    super(UnregisterBrokerRequest.API, UnregisterBrokerRequest::new, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, UnregisterBrokerRequest message) {
    if (message.brokerId() < 0) {
      return now(failed(request, message, new Outcome(Errors.INVALID_REQUEST, "Broker id must be 0 or more, but is "
          + message.brokerId())));
    }
    BrokerId id = new BrokerId(message.brokerId());
    if (id.equals(controller.settings().nodeId())) {
      return now(failed(request, message, new Outcome(Errors.INVALID_REQUEST,
          "Broker " + id + " answers this request: stop it first.")));
    }
    BrokerImage broker = controller.image().brokers().get(id);
    if (broker != null && !broker.fenced()) {
      return now(failed(request, message, new Outcome(Errors.INVALID_REQUEST, "Broker " + id + " is running: stop it first.")));
    }
    return controller.<Outcome>propose(new UnregisterBroker(id)).thenApply(outcome -> failed(request, message, outcome));
  }

  @Override
  Message failed(Request request, UnregisterBrokerRequest message, Outcome why) {
    return new UnregisterBrokerResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
