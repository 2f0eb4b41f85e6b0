package io.margay.spi.log;

import java.io.IOException;

/**
 * A log was asked for something while it is suspended: its storage engine is being replaced, or it is being moved to another one.
 * Nothing was changed and nothing is wrong; the same call may be made again when {@link PartitionLog#suspended} is over.
 */
public final class LogSuspendedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** @param message which log, and what it waits for */
  public LogSuspendedException(String message) {
    super(message);
  }

  /**
   * @param message which log, and what it waits for
   * @param cause what failed because the log was being suspended meanwhile
   */
  public LogSuspendedException(String message, Throwable cause) {
    super(message, cause);
  }
}
