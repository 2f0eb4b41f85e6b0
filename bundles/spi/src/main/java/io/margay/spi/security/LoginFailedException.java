package io.margay.spi.security;

/** A client is refused. The message is sent to the client: it does not tell whether the user exists, and has no secret in it. */
public final class LoginFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /** @param message one sentence for the client */
  public LoginFailedException(String message) {
    this(message, message);
  }

  /**
   * A failure whose reason only the log has.
   *
   * @param message what the client gets
   * @param reason one sentence for the log, without a secret and without anything that the client made up
   */
  public LoginFailedException(String message, String reason) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** @return why the client is refused, for the log */
  public String reason() {
    return reason;
  }
}
