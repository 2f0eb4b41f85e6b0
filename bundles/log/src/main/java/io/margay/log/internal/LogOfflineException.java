package io.margay.log.internal;

import java.io.IOException;

/** A call to a log that is closed or offline; not a new fault. */
final class LogOfflineException extends IOException {
  private static final long serialVersionUID = 1L;

  LogOfflineException(String message) {
    super(message);
  }

  LogOfflineException(String message, Throwable cause) {
    super(message, cause);
  }
}
