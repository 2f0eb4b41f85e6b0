package io.margay.logging.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LineFormatterTest {
  private static final String PREFIX = "2026-01-01T12:00:00.007Z INFO  [" + Thread.currentThread().getName() + "] a.B - ";

  private static String format(String message, Throwable thrown) {
    LogRecord record = new LogRecord(Level.INFO, message);
    record.setLoggerName("a.B");
    record.setInstant(Instant.parse("2026-01-01T12:00:00.007Z"));
    record.setThrown(thrown);
    return new LineFormatter(true).format(record);
  }

  @Test
  void aMessageIsOneLineWhateverAClientPutsIntoIt() {
    String id = "a\n2026-01-01T12:00:00.007Z ERROR [x] a.B - forged\r\u001b[2J\u0000\u009b\u2028\u202eb";
    assertThat(format("clientId=" + id, null)).isEqualTo(PREFIX
        + "clientId=a\\n2026-01-01T12:00:00.007Z ERROR [x] a.B - forged\\r\\u001b[2J\\u0000\\u009b\\u2028\\u202eb\n");
  }

  @Test
  void textInOtherLanguagesAndTabsStayReadable() {
    assertThat(format("größe 猫\t1", null)).isEqualTo(PREFIX + "größe 猫\\t1\n");
    assertThat(format(null, null)).isEqualTo(PREFIX + "null\n");
  }

  @Test
  void aLongMessageIsCut() {
    String line = format("x".repeat(1_000_000), null);
    assertThat(line).hasSizeLessThan(LineFormatter.MAX_MESSAGE_CHARS + 200).endsWith("... (1000000 characters)\n");
  }

  @Test
  void theMessageOfAnExceptionCannotPassForARecord() {
    String text = format("failed", new IllegalStateException("bad\n2026-01-01T12:00:00.007Z ERROR [x] a.B - forged\u001b[2J"));
    assertThat(text.lines()).filteredOn(line -> line.startsWith("2026")).hasSize(1);
    assertThat(text).contains("bad\n  2026-01-01T12:00:00.007Z ERROR").contains("forged\\u001b[2J\n").contains("\n\tat ");
  }

  @Test
  void anExceptionIsOneLineOnAConsole() {
    LogRecord record = new LogRecord(Level.SEVERE, "it broke");
    record.setThrown(new IllegalStateException("outer", new IOException("no\nroom")));
    assertThat(new LineFormatter(false).format(record))
        .endsWith("it broke: java.lang.IllegalStateException: outer, caused by java.io.IOException: no\\nroom\n");
  }
}
