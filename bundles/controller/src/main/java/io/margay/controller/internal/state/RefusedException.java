package io.margay.controller.internal.state;

import io.margay.protocol.Errors;

/** One item of a request is refused. Expected, so it has no stack trace. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final Errors error;

  /**
   * A refusal.
   *
   * @param error the code
   * @param message a sentence for the user
   */
  public RefusedException(Errors error, String message) {
    super(message, null, false, false);
    this.error = error;
  }

  /** The code. */
  public Errors error() {
    return error;
  }

  /** The refusal as an outcome. */
  public Outcome outcome() {
    return new Outcome(error, getMessage());
  }
}
