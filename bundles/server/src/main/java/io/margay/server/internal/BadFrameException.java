package io.margay.server.internal;

/** What came is no frame that can be taken. Without a stack trace, because clients can cause it. */
final class BadFrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String kind;

  /**
   * @param kind what it is, one of a few texts, for the limit of log lines
   * @param message what it is, with its values
   */
  BadFrameException(String kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  String kind() {
    return kind;
  }
}
