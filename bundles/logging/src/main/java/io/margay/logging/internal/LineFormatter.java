package io.margay.logging.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * One line a record: {@code 2026-01-01T12:00:00.123Z INFO  [thread] logger - message}; a stack trace follows on its own lines.
 *
 * <p>Used on the thread that logs, whose name it prints. {@link String#format} and the date formatters are avoided, they would
 * load several hundred classes at start-up.
 */
final class LineFormatter extends Formatter {
  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(160);
    appendInstant(line, record.getMillis());
    line.append(' ').append(name(record.getLevel())).append(" [").append(Thread.currentThread().getName()).append("] ")
        .append(record.getLoggerName()).append(" - ").append(formatMessage(record)).append('\n');
    if (record.getThrown() != null) {
      StringWriter trace = new StringWriter();
      record.getThrown().printStackTrace(new PrintWriter(trace));
      line.append(trace.getBuffer());
    }
    return line.toString();
  }

  /** Instant.toString leaves out zero milliseconds; columns should not move. */
  private static void appendInstant(StringBuilder line, long epochMs) {
    String seconds = Instant.ofEpochSecond(Math.floorDiv(epochMs, 1000L)).toString();
    int millis = (int) Math.floorMod(epochMs, 1000L);
    line.append(seconds, 0, seconds.length() - 1).append('.').append((char) ('0' + millis / 100))
        .append((char) ('0' + millis / 10 % 10)).append((char) ('0' + millis % 10)).append('Z');
  }

  private static String name(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (value >= Level.WARNING.intValue()) {
      return "WARN ";
    }
    if (value >= Level.CONFIG.intValue()) {
      return "INFO ";
    }
    return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }
}
