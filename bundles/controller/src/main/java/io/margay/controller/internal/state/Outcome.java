package io.margay.controller.internal.state;

import io.margay.protocol.Errors;

/**
 * What became of one item of a command.
 *
 * @param error NONE when it was done
 * @param message a sentence for the user; null when it was done
 */
public record Outcome(Errors error, String message) {
  /** Done. */
  public static final Outcome OK = new Outcome(Errors.NONE, null);

  /** An outcome with the error's own sentence. */
  public static Outcome of(Errors error) {
    return error == Errors.NONE ? OK : new Outcome(error, error.message());
  }

  /** Whether it was done. */
  public boolean ok() {
    return error == Errors.NONE;
  }
}
