package io.margay.logging.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileHandlerTest {
  @TempDir Path dir;

  @Test
  void writesOneLineARecord() throws IOException {
    Path file = dir.resolve("log/margay.log");
    RotatingFileHandler handler = new RotatingFileHandler(file, 1000, 3);
    assertThat(file).doesNotExist();
    handler.publish(record("hello"));
    handler.close();
    assertThat(file).hasContent("2026-01-01T12:00:00.007Z INFO  [" + Thread.currentThread().getName() + "] a.B - hello");
  }

  @Test
  void printsTheStackTraceBelow() throws IOException {
    Path file = dir.resolve("margay.log");
    RotatingFileHandler handler = new RotatingFileHandler(file, 100_000, 3);
    LogRecord record = record("failed");
    record.setLevel(Level.SEVERE);
    record.setThrown(new IllegalStateException("why"));
    handler.publish(record);
    handler.close();
    assertThat(Files.readAllLines(file)).element(0).asString().contains(" ERROR [");
    assertThat(Files.readAllLines(file)).contains("java.lang.IllegalStateException: why");
  }

  @Test
  void keepsTheYoungestFiles() {
    RotatingFileHandler handler = new RotatingFileHandler(dir.resolve("margay.log"), 100, 3);
    for (int i = 0; i < 5; i++) {
      handler.publish(record("record number " + i + " that needs more than half of a file"));
    }
    handler.close();
    assertThat(dir.resolve("margay.log")).content().contains("number 4");
    assertThat(dir.resolve("margay.log.1")).content().contains("number 3");
    assertThat(dir.resolve("margay.log.2")).content().contains("number 2");
    assertThat(dir.resolve("margay.log.3")).doesNotExist();
  }

  @Test
  void continuesTheFileOfTheLastRun() {
    for (int i = 0; i < 2; i++) {
      RotatingFileHandler handler = new RotatingFileHandler(dir.resolve("margay.log"), 1000, 3);
      handler.publish(record("run " + i));
      handler.close();
    }
    assertThat(dir.resolve("margay.log")).content().contains("run 0").contains("run 1");
  }

  private static LogRecord record(String message) {
    LogRecord record = new LogRecord(Level.INFO, message);
    record.setLoggerName("a.B");
    record.setInstant(Instant.parse("2026-01-01T12:00:00.007Z"));
    return record;
  }
}
