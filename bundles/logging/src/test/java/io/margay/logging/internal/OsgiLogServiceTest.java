package io.margay.logging.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.FormatterLogger;

class OsgiLogServiceTest {
  private final Logger jul = Logger.getLogger("some.name");
  private final List<LogRecord> records = new ArrayList<>();
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord record) {
      records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };
  private final OsgiLogService service = new OsgiLogService(null);

  @BeforeEach
  void listen() {
    jul.setUseParentHandlers(false);
    jul.setLevel(Level.INFO);
    jul.addHandler(handler);
  }

  @AfterEach
  void forget() {
    jul.removeHandler(handler);
  }

  @Test
  void fillsBracesAndKeepsTheException() {
    Exception why = new IllegalStateException("why");
    service.getLogger("some.name").warn("bundle {} failed", "b", why);
    assertThat(records).singleElement().satisfies(record -> {
      assertThat(record.getMessage()).isEqualTo("bundle b failed");
      assertThat(record.getThrown()).isSameAs(why);
      assertThat(record.getLevel()).isEqualTo(Level.WARNING);
    });
  }

  @Test
  void aFormatterLoggerUsesFormatStrings() {
    service.getLogger("some.name", FormatterLogger.class).error("%d of %s", 3, "x");
    assertThat(records).singleElement().satisfies(record -> assertThat(record.getMessage()).isEqualTo("3 of x"));
  }

  @Test
  void whatIsBelowTheLevelIsNotComputed() {
    service.getLogger("some.name").debug(log -> {
      throw new IllegalStateException("must not be called");
    });
    assertThat(records).isEmpty();
  }

  @Test
  void thereAreTwoKindsOfLoggers() {
    assertThatThrownBy(() -> service.getLogger("some.name", OsgiLogger.class)).isInstanceOf(IllegalArgumentException.class);
  }
}
