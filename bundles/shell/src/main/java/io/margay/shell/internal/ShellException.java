package io.margay.shell.internal;

/** A command cannot do what it was asked. The message is for the user: what is wrong, and what to do. Has no stack trace. */
final class ShellException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ShellException(String message) {
    super(message, null, false, false);
  }

  /** The message alone, because consoles print this. */
  @Override
  public String toString() {
    return getMessage();
  }
}
