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
 * Answers SASL tokens on listeners that ask for no authentication: ILLEGAL_SASL_STATE, as clients expect. The tokens are not looked
 * at, so nothing of them is copied.
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
    request.respond(errorResponse(request, Errors.ILLEGAL_SASL_STATE));
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new SaslAuthenticateResponse().setErrorCode(error.code())
        .setErrorMessage("SASL tokens are not expected on this listener, which asks for no authentication");
  }
}
