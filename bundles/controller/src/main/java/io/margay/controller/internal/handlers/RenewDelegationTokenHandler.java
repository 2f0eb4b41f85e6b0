package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.metadata.DelegationToken;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.RenewDelegationTokenRequest;
import io.margay.protocol.message.RenewDelegationTokenResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.security.TokenSettings;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** RenewDelegationToken (39): moves the end of a token, at most to its latest one. */
@Component(service = ApiHandler.class)
public final class RenewDelegationTokenHandler extends TokenEndHandler<RenewDelegationTokenRequest> {
  /** @param controller the controller */
  @Activate
  public RenewDelegationTokenHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  RenewDelegationTokenHandler(ControllerRuntime controller) {
    super(RenewDelegationTokenRequest.API, RenewDelegationTokenRequest::new, controller);
  }

  @Override
  byte[] secret(RenewDelegationTokenRequest message) {
    return message.hmac();
  }

  @Override
  End end(RenewDelegationTokenRequest message, DelegationToken token, String client, long nowMs) {
    if (token.expired(nowMs)) {
      return End.refused(Errors.DELEGATION_TOKEN_EXPIRED);
    }
    if (!token.isRenewedBy(client)) {
      return End.refused(Errors.DELEGATION_TOKEN_OWNER_MISMATCH);
    }
    long mostMs = controller().settings().get(TokenSettings.EXPIRY_TIME_MS);
    long periodMs = message.renewPeriodMs() > 0 ? Math.min(mostMs, message.renewPeriodMs()) : mostMs;
    long expiryMs = Math.min(token.times().maxMs(), TokenRequests.after(nowMs, periodMs));
    return End.at(expiryMs, new ExtendToken(token.id(), expiryMs));
  }

  @Override
  Message answer(Errors error, long expiryMs) {
    return new RenewDelegationTokenResponse().setErrorCode(error.code()).setExpiryTimestampMs(expiryMs);
  }
}
