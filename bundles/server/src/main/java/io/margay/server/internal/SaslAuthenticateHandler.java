package io.margay.server.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.function.IntSupplier;

/**
 * Takes the tokens of a login, see {@link ClientSession}. On listeners that ask for none: ILLEGAL_SASL_STATE, as clients expect; the token
 * is not looked at, so nothing of it is copied. Stateless.
 */
final class SaslAuthenticateHandler implements ApiHandler {
  private final IntSupplier maxBytes;

  /** @param maxBytes how large a request may be */
  SaslAuthenticateHandler(IntSupplier maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public Api api() {
    return SaslAuthenticateRequest.API;
  }

  @Override
  public Access access() {
    return Access.ANYONE;
  }

  @Override
  public void handle(Request request) {
    if (request.body().readableBytes() > maxBytes.getAsInt()) {
      request.close("a SASL token is larger than sasl.server.max.receive.size=" + maxBytes.getAsInt());
      return;
    }
    ClientSession session = request instanceof RoutedRequest routed ? routed.session() : null;
    if (session == null || !session.inExchange()) {
      request.respond(errorResponse(request, Errors.ILLEGAL_SASL_STATE));
    } else {
      session.authenticate((RoutedRequest) request, ((RoutedRequest) request).saslToken());
    }
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new SaslAuthenticateResponse().setErrorCode(error.code()).setErrorMessage("SASL tokens are not expected here: either the listener"
        + " asks for no login, or no SaslHandshake came before");
  }
}
