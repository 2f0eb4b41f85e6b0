package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.metadata.BrokerImage;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.margay.spi.security.TokenSecrets;

/** What the handlers of delegation tokens have in common. Stateless. */
final class TokenRequests {
  /** From this version on the answers say who has asked for a token. */
  static final short FIRST_WITH_REQUESTER = 3;

  private TokenRequests() { }

  /**
   * Whether the client's connection may deal with tokens: it has proved who the client is, not by a token, and what it carries is not for everybody
   * to read and to take over.
   */
  static boolean allowed(ControllerRuntime controller, Request request) {
    Principal client = request.principal();
    String protocol = protocol(controller, request.listener());
    return !client.tokenAuthenticated() && !protocol.equals("PLAINTEXT") && !(protocol.equals("SSL") && client.equals(Principal.ANONYMOUS));
  }

  /** That of a listener which is not known counts as the least one. */
  private static String protocol(ControllerRuntime controller, String listener) {
    BrokerImage broker = controller.image().brokers().get(controller.settings().nodeId());
    return broker == null ? "PLAINTEXT" : broker.endpoints().stream().filter(e -> e.listener().equals(listener)).map(Endpoint::protocol)
        .findFirst().orElse("PLAINTEXT");
  }

  /** @return the moment after a period, both in milliseconds and not negative; the last one there is when it comes later */
  static long after(long nowMs, long periodMs) {
    return periodMs > Long.MAX_VALUE - nowMs ? Long.MAX_VALUE : nowMs + periodMs;
  }

  /** Why a client may not change the end of a token; NONE when it may. */
  static Errors refusal(ControllerRuntime controller, Request request) {
    return !allowed(controller, request) ? Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED
        : !TokenSecrets.enabled(controller.settings()) ? Errors.DELEGATION_TOKEN_AUTH_DISABLED : Errors.NONE;
  }
}
