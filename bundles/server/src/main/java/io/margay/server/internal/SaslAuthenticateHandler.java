package io.margay.server.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;

/** Answers SASL tokens on listeners that ask for no authentication: ILLEGAL_SASL_STATE, as clients expect. Stateless. */
final class SaslAuthenticateHandler implements ApiHandler {
  @Override
  public Api api() {
    return SaslAuthenticateRequest.API;
  }

  @Override
  public void handle(Request request) {
    request.read(new SaslAuthenticateRequest());
    request.respond(errorResponse(request, Errors.ILLEGAL_SASL_STATE));
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new SaslAuthenticateResponse().setErrorCode(error.code())
        .setErrorMessage("SASL tokens are not expected on this listener, which asks for no authentication");
  }
}
