package io.margay.security.internal.oauth;

/** A token is not accepted. */
final class TokenRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String scope;

  /** @param reason one sentence for the log, with nothing that the client made up */
  TokenRefusedException(String reason) {
    this(reason, null);
  }

  /** @param scope that the client needs, when it has proved who it is but may not log in; else null */
  TokenRefusedException(String reason, String scope) {
    super(reason, null, false, false);
    this.scope = scope;
  }

  /** What the client gets, in the form of RFC 7628. */
  String json() {
    return scope == null ? "{\"status\":\"invalid_token\"}"
        : "{\"status\":\"insufficient_scope\", \"scope\":\"" + scope.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
  }
}
