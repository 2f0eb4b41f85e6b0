package io.margay.server.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.protocol.message.SaslHandshakeResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;

/** Begins a login, see {@link ClientSession}. On listeners that ask for none: ILLEGAL_SASL_STATE, as clients expect. Stateless. */
final class SaslHandshakeHandler implements ApiHandler {
  @Override
  public Api api() {
    return SaslHandshakeRequest.API;
  }

  @Override
  public Access access() {
    return Access.ANYONE;
  }

  @Override
  public void handle(Request request) {
    SaslHandshakeRequest body = request.read(new SaslHandshakeRequest());
    ClientSession session = request instanceof RoutedRequest routed ? routed.session() : null;
    if (session == null) {
      request.respond(errorResponse(request, Errors.ILLEGAL_SASL_STATE));
    } else {
      session.handshake((RoutedRequest) request, body.mechanism());
    }
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new SaslHandshakeResponse().setErrorCode(error.code());
  }
}
