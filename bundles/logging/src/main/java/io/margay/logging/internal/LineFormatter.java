package io.margay.logging.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * One line per record: {@code 2026-01-01T12:00:00.123Z INFO  [thread] logger - message}; a stack trace follows on its own lines, or the
 * exception and its last cause end the line.
 * Messages contain texts from clients, such as client ids. Control characters are escaped, so that no message can forge another
 * line or send an escape sequence to a terminal. A message longer than {@value #MAX_MESSAGE_CHARS} characters is truncated.
 *
 * <p>Runs on the thread that logs and prints its name. It avoids {@link String#format} and the date formatters, which would load
 * several hundred classes at the start.
 */
final class LineFormatter extends Formatter {
  /** Longer messages are truncated. */
  static final int MAX_MESSAGE_CHARS = 8 * 1024;

  private final boolean traces;

  /** @param traces whether stack traces are printed */
  LineFormatter(boolean traces) {
    this.traces = traces;
  }

  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(160);
    appendInstant(line, record.getMillis());
    line.append(' ').append(name(record.getLevel())).append(" [").append(Thread.currentThread().getName()).append("] ")
        .append(record.getLoggerName()).append(" - ");
    appendMessage(line, formatMessage(record));
    Throwable thrown = record.getThrown();
    if (thrown != null && !traces) {
      appendMessage(line.append(": "), thrown.toString());
      Throwable cause = lastCause(thrown);
      if (cause != thrown) {
        appendMessage(line.append(", caused by "), cause.toString());
      }
    }
    line.append('\n');
    if (thrown != null && traces) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      appendTrace(line, trace.toString());
    }
    return line.toString();
  }

  private static Throwable lastCause(Throwable thrown) {
    Throwable last = thrown;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return last;
  }

  private static void appendMessage(StringBuilder line, String message) {
    int length = message == null ? 0 : Math.min(message.length(), MAX_MESSAGE_CHARS);
    for (int i = 0; i < length; i++) {
      appendChar(line, message.charAt(i));
    }
    if (message == null || message.length() > length) {
      line.append(message == null ? "null" : "... (" + message.length() + " characters)");
    }
  }

  /** Indents all lines of a trace but the first, so that an exception's message cannot forge a record. */
  private static void appendTrace(StringBuilder line, String trace) {
    boolean atStart = true;
    for (int i = 0; i < trace.length(); i++) {
      char c = trace.charAt(i);
      if (c == '\n') {
        line.append(c);
        atStart = true;
        continue;
      }
      if (atStart && startsLikeARecord(c)) {
        line.append("  ");
      }
      atStart = false;
      if (c == '\t') {
        line.append(c);
      } else if (c != '\r') {
        appendChar(line, c);
      }
    }
  }

  private static boolean startsLikeARecord(char c) {
    return c >= '0' && c <= '9' || c == '+' || c == '-';
  }

  private static void appendChar(StringBuilder line, char c) {
    if (c >= ' ' && c < 0x7f || c > 0x9f && c != '\u2028' && c != '\u2029' && !isDirection(c)) {
      line.append(c);
      return;
    }
    switch (c) {
      case '\n' -> line.append("\\n");
      case '\r' -> line.append("\\r");
      case '\t' -> line.append("\\t");
      default -> {
        line.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          line.append(Character.forDigit(c >> shift & 0xf, 16));
        }
      }
    }
  }

  /** Characters that change the direction of a text and could so hide its real order. */
  private static boolean isDirection(char c) {
    return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
  }

  /** Like Instant.toString, but always with milliseconds, so that columns stay aligned. */
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
