package io.margay.protocol;

/** Decoding a message needs more memory than is granted. Without a stack trace, because clients can cause it. */
public final class MessageMemoryException extends MalformedMessageException {
  private static final long serialVersionUID = 1L;

  public MessageMemoryException(String message) {
    super(message, null);
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
