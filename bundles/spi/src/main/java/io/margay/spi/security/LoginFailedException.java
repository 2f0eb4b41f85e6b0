package io.margay.spi.security;

/** A client is refused. The message is sent to the client: it does not tell whether the user exists, and has no secret in it. */
public final class LoginFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** @param message one sentence for the client */
  public LoginFailedException(String message) {
    super(message, null, false, false);
  }
}
