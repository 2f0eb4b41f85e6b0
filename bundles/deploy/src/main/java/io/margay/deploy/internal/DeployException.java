package io.margay.deploy.internal;

/** A deployment cannot be made, or was taken back. The message is for the user: what is wrong, and what to do. Has no stack trace. */
final class DeployException extends Exception {
  private static final long serialVersionUID = 1;

  private final String outcome;

  /** Nothing was changed. */
  DeployException(String message) {
    this(message, FolderState.REFUSED);
  }

  /** @param outcome {@link FolderState#REFUSED}, or that of the {@link Entry} */
  DeployException(String message, String outcome) {
    super(message, null, false, false);
    this.outcome = outcome;
  }

  String outcome() {
    return outcome;
  }

  /** The message alone, because consoles print this. */
  @Override
  public String toString() {
    return getMessage();
  }

  /** What went wrong at the bottom of a chain of causes. */
  static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root instanceof Error || root instanceof RuntimeException
        ? root.getClass().getSimpleName() + ": " + root.getMessage() : root.getMessage();
  }
}
