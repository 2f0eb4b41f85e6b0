package io.margay.server.internal;

/** What came is no frame that can be taken. Without a stack trace, because clients can cause it. */
final class BadFrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadFrameException(String message) {
    super(message, null, false, false);
  }
}
