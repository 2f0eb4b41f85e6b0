package io.margay.log.internal;

import java.io.IOException;

/** A log is asked for something after it was closed or went offline; not a new fault. */
final class LogOfflineException extends IOException {
  private static final long serialVersionUID = 1L;

  LogOfflineException(String message) {
    super(message);
  }

  LogOfflineException(String message, Throwable cause) {
    super(message, cause);
  }
}
