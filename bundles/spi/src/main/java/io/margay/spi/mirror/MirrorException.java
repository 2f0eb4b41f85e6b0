package io.margay.spi.mirror;

/** What was asked of a link could not be done. The message is one sentence for people: what failed, why, and what to do. */
public final class MirrorException extends Exception {
  private static final long serialVersionUID = 1;

  /** @param message what failed, why, and what to do */
  public MirrorException(String message) {
    super(message);
  }

  /**
   * @param message what failed, why, and what to do
   * @param cause what led to it
   */
  public MirrorException(String message, Throwable cause) {
    super(message, cause);
  }
}
