package io.margay.logging.internal;

import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/** Writes records to a print stream that it does not own: the process's standard error. Stack traces are in the log file only. */
final class ConsoleHandler extends Handler {
  private final PrintStream out;

  ConsoleHandler(PrintStream out) {
    this.out = out;
    setFormatter(new LineFormatter(false));
  }

  @Override
  public void publish(LogRecord record) {
    if (isLoggable(record)) {
      out.print(getFormatter().format(record));
    }
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
