package io.margay.storage.file.internal;

import java.io.IOException;

/** The segment was cut, dropped or replaced: its file names may belong to another segment. The caller uses the new segments. */
final class RetiredSegmentException extends IOException {
  private static final long serialVersionUID = 1;

  RetiredSegmentException() {
    super("the segment was retired");
  }

  /** It is expected, and its stack trace is not used. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
