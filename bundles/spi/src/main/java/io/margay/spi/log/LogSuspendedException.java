package io.margay.spi.log;

import java.io.IOException;

/**
 * The log is suspended: its storage engine is being replaced, or it is being moved to another engine. Nothing was changed and
 * nothing is wrong; the call may be repeated when {@link PartitionLog#suspended} is false again.
 */
public final class LogSuspendedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** @param message which log, and what it waits for */
  public LogSuspendedException(String message) {
    super(message);
  }

  /**
   * @param message which log, and what it waits for
   * @param cause the failure that the suspension caused
   */
  public LogSuspendedException(String message, Throwable cause) {
    super(message, cause);
  }
}
