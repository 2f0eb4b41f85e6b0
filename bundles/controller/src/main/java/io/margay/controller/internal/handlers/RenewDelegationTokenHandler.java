package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.DelegationToken;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.RenewDelegationTokenRequest;
import io.margay.protocol.message.RenewDelegationTokenResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.security.TokenSettings;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** RenewDelegationToken (39): moves the end of a token, at most to its latest one. */
@Component(service = ApiHandler.class)
public final class RenewDelegationTokenHandler extends AdminHandler<RenewDelegationTokenRequest> {
  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public RenewDelegationTokenHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  RenewDelegationTokenHandler(ControllerRuntime controller) {
    super(RenewDelegationTokenRequest.API, RenewDelegationTokenRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, RenewDelegationTokenRequest message) {
    Errors refusal = TokenRequests.refusal(controller, request);
    if (refusal != Errors.NONE) {
      return now(failed(request, message, Outcome.of(refusal)));
    }
    DelegationToken token = TokenRequests.find(controller, message.hmac());
    long nowMs = System.currentTimeMillis();
    if (token == null) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_NOT_FOUND)));
    }
    if (token.expired(nowMs)) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_EXPIRED)));
    }
    if (!token.isRenewedBy(request.principal().toString())) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_OWNER_MISMATCH)));
    }
    long mostMs = controller.settings().get(TokenSettings.EXPIRY_TIME_MS);
    long periodMs = message.renewPeriodMs() > 0 ? Math.min(mostMs, message.renewPeriodMs()) : mostMs;
    long expiryMs = Math.min(token.times().maxMs(), nowMs + periodMs);
    return controller.<Outcome>propose(new ExtendToken(token.id(), expiryMs)).thenApply(outcome -> outcome.ok()
        ? new RenewDelegationTokenResponse().setExpiryTimestampMs(expiryMs) : failed(request, message, outcome));
  }

  @Override
  Message failed(Request request, RenewDelegationTokenRequest message, Outcome why) {
    return new RenewDelegationTokenResponse().setErrorCode(why.error().code()).setExpiryTimestampMs(-1);
  }
}
