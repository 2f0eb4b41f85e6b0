package io.margay.logging.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSettingsTest {
  @TempDir Path dir;

  @Test
  void aMissingFileMeansDefaults() throws IOException {
    LogSettings settings = LogSettings.load(dir.resolve("none"), name -> null);
    assertThat(settings.consoleLevel()).isEqualTo(Level.WARNING);
    assertThat(settings.fileLevel()).isEqualTo(Level.INFO);
    assertThat(settings.fileMaxBytes()).isEqualTo(10 << 20);
    assertThat(settings.fileCount()).isEqualTo(5);
    assertThat(settings.loggerLevels()).containsEntry("", Level.INFO);
  }

  @Test
  void readsLoggersAndLetsAPropertyWin() throws IOException {
    LogSettings settings = load(".level=ERROR\nio.netty.level=DEBUG\nmargay.log.console.level=OFF\n", "TRACE");
    assertThat(settings.loggerLevels()).containsEntry("", Level.SEVERE).containsEntry("io.netty", Level.FINE);
    assertThat(settings.consoleLevel()).isEqualTo(Level.FINER);
  }

  @Test
  void refusesWhatItDoesNotKnowByName() {
    assertThatThrownBy(() -> load("handlers=x", null)).hasMessageContaining("unknown setting handlers");
    assertThatThrownBy(() -> load("io.netty.level=LOUD", null)).hasMessageContaining("io.netty.level=LOUD, expected ALL");
    assertThatThrownBy(() -> load("margay.log.file.count=0", null)).hasMessageContaining("expected a number from 1 to 1000");
    assertThatThrownBy(() -> load("margay.log.file.max.bytes=10MB", null)).hasMessageContaining("margay.log.file.max.bytes=10MB");
  }

  private LogSettings load(String text, String consoleLevel) throws IOException {
    Path file = Files.writeString(dir.resolve("logging.properties"), text);
    return LogSettings.load(file, name -> name.equals(LogSettings.CONSOLE_LEVEL) ? consoleLevel : null);
  }
}
