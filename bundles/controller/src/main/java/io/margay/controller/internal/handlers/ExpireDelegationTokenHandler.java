package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.controller.internal.state.Command.RemoveTokens;
import io.margay.metadata.DelegationToken;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ExpireDelegationTokenRequest;
import io.margay.protocol.message.ExpireDelegationTokenResponse;
import io.margay.spi.handler.ApiHandler;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** ExpireDelegationToken (40): ends a token, at once or after a time. */
@Component(service = ApiHandler.class)
public final class ExpireDelegationTokenHandler extends TokenEndHandler<ExpireDelegationTokenRequest> {
  /** @param controller the controller */
  @Activate
  public ExpireDelegationTokenHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  ExpireDelegationTokenHandler(ControllerRuntime controller) {
    super(ExpireDelegationTokenRequest.API, ExpireDelegationTokenRequest::new, controller);
  }

  @Override
  byte[] secret(ExpireDelegationTokenRequest message) {
    return message.hmac();
  }

  @Override
  End end(ExpireDelegationTokenRequest message, DelegationToken token, String client, long nowMs) {
    if (!token.isRenewedBy(client)) {
      return End.refused(Errors.DELEGATION_TOKEN_OWNER_MISMATCH);
    }
    if (message.expiryTimePeriodMs() < 0) {
      return End.at(nowMs, new RemoveTokens(List.of(token.id()), Long.MAX_VALUE));
    }
    if (token.expired(nowMs)) {
      return End.refused(Errors.DELEGATION_TOKEN_EXPIRED);
    }
    long expiryMs = Math.min(token.times().maxMs(), TokenRequests.after(nowMs, message.expiryTimePeriodMs()));
    return End.at(expiryMs, new ExtendToken(token.id(), expiryMs));
  }

  @Override
  Message answer(Errors error, long expiryMs) {
    return new ExpireDelegationTokenResponse().setErrorCode(error.code()).setExpiryTimestampMs(expiryMs);
  }
}
