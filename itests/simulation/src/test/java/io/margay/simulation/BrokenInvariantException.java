package io.margay.simulation;

/** What must always hold did not. */
final class BrokenInvariantException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String invariant;

  BrokenInvariantException(String invariant, String message, Throwable cause) {
    super(message, cause);
    this.invariant = invariant;
  }

  String invariant() {
    return invariant;
  }
}
