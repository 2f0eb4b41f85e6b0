package io.margay.storage.file.internal;

import java.io.IOException;

/** The segment was cut, dropped or replaced: the names of its files may belong to another one. The caller looks at the new segments. */
final class RetiredSegmentException extends IOException {
  private static final long serialVersionUID = 1;

  RetiredSegmentException() {
    super("the segment was retired");
  }

  /** It is expected, and nobody looks at its stack. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
