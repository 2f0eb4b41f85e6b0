package io.margay.logging.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.logging.Level;

/**
 * The checked settings of {@code etc/logging.properties}.
 *
 * @param consoleLevel lowest level that reaches the console
 * @param fileLevel lowest level that reaches the log file
 * @param fileMaxBytes size in bytes at which the log file is rotated, at least 1
 * @param fileCount how many files are kept, the current one included, at least 1
 * @param loggerLevels level by logger name; the empty name is the root logger
 */
record LogSettings(Level consoleLevel, Level fileLevel, long fileMaxBytes, int fileCount, Map<String, Level> loggerLevels) {
  static final String CONSOLE_LEVEL = "margay.log.console.level";
  static final String FILE_LEVEL = "margay.log.file.level";
  static final String FILE_MAX_BYTES = "margay.log.file.max.bytes";
  static final String FILE_COUNT = "margay.log.file.count";
  private static final String LEVEL_SUFFIX = ".level";
  private static final Map<String, Level> LEVELS = Map.of(
      "ALL", Level.ALL, "TRACE", Level.FINER, "DEBUG", Level.FINE, "INFO", Level.INFO, "WARN", Level.WARNING, "ERROR", Level.SEVERE,
      "OFF", Level.OFF);

  /**
   * Reads the file; a missing file means the defaults.
   *
   * @param override looks up a framework or system property by the setting's name; it wins over the file; null means not set
   * @throws IllegalArgumentException if a setting is unknown or has an invalid value, with its name and what was expected
   */
  static LogSettings load(Path file, UnaryOperator<String> override) throws IOException {
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        properties.load(in);
      }
    }
    for (String name : new String[] {CONSOLE_LEVEL, FILE_LEVEL, FILE_MAX_BYTES, FILE_COUNT}) {
      String value = override.apply(name);
      if (value != null) {
        properties.setProperty(name, value);
      }
    }
    return of(properties);
  }

  static LogSettings of(Properties properties) {
    Level console = Level.WARNING;
    Level file = Level.INFO;
    long maxBytes = 10L << 20;
    int count = 5;
    Map<String, Level> levels = new HashMap<>();
    levels.put("", Level.INFO);
    for (String name : properties.stringPropertyNames()) {
      String value = properties.getProperty(name).trim();
      switch (name) {
        case CONSOLE_LEVEL -> console = level(name, value);
        case FILE_LEVEL -> file = level(name, value);
        case FILE_MAX_BYTES -> maxBytes = number(name, value, Long.MAX_VALUE);
        case FILE_COUNT -> count = (int) number(name, value, 1000);
        default -> {
          if (!name.endsWith(LEVEL_SUFFIX)) {
            throw new IllegalArgumentException("logging.properties: unknown setting " + name + ", expected LOGGER.level or one of "
                + String.join(", ", CONSOLE_LEVEL, FILE_LEVEL, FILE_MAX_BYTES, FILE_COUNT));
          }
          levels.put(name.substring(0, name.length() - LEVEL_SUFFIX.length()), level(name, value));
        }
      }
    }
    return new LogSettings(console, file, maxBytes, count, Map.copyOf(levels));
  }

  private static Level level(String name, String value) {
    Level level = LEVELS.get(value);
    if (level == null) {
      throw new IllegalArgumentException(
          "logging.properties: " + name + "=" + value + ", expected ALL, TRACE, DEBUG, INFO, WARN, ERROR or OFF");
    }
    return level;
  }

  private static long number(String name, String value, long max) {
    try {
      long number = Long.parseLong(value);
      if (number >= 1 && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below, like a number out of range
    }
    throw new IllegalArgumentException("logging.properties: " + name + "=" + value + ", expected a number from 1 to " + max);
  }
}
