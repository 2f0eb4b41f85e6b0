package io.margay.protocol;

/** What would be made of a message takes more memory than is granted for it. Without a stack trace, because clients can cause it. */
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
