package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.controller.internal.state.Command.RemoveTokens;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.DelegationToken;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ExpireDelegationTokenRequest;
import io.margay.protocol.message.ExpireDelegationTokenResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** ExpireDelegationToken (40): ends a token, at once or after a time. */
@Component(service = ApiHandler.class)
public final class ExpireDelegationTokenHandler extends AdminHandler<ExpireDelegationTokenRequest> {
  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public ExpireDelegationTokenHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  ExpireDelegationTokenHandler(ControllerRuntime controller) {
    super(ExpireDelegationTokenRequest.API, ExpireDelegationTokenRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, ExpireDelegationTokenRequest message) {
    Errors refusal = TokenRequests.refusal(controller, request);
    if (refusal != Errors.NONE) {
      return now(failed(request, message, Outcome.of(refusal)));
    }
    DelegationToken token = TokenRequests.find(controller, message.hmac());
    long nowMs = System.currentTimeMillis();
    if (token == null) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_NOT_FOUND)));
    }
    if (!token.isRenewedBy(request.principal().toString())) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_OWNER_MISMATCH)));
    }
    boolean atOnce = message.expiryTimePeriodMs() < 0;
    if (!atOnce && token.expired(nowMs)) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_EXPIRED)));
    }
    long leftMs = token.times().maxMs() - nowMs;
    long expiryMs = atOnce ? nowMs : nowMs + Math.min(leftMs, message.expiryTimePeriodMs());
    Command change = atOnce ? new RemoveTokens(List.of(token.id()), Long.MAX_VALUE) : new ExtendToken(token.id(), expiryMs);
    return controller.<Outcome>propose(change).thenApply(outcome -> outcome.ok()
        ? new ExpireDelegationTokenResponse().setExpiryTimestampMs(expiryMs) : failed(request, message, outcome));
  }

  @Override
  Message failed(Request request, ExpireDelegationTokenRequest message, Outcome why) {
    return new ExpireDelegationTokenResponse().setErrorCode(why.error().code()).setExpiryTimestampMs(-1);
  }
}
