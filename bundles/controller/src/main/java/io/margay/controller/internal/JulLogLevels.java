package io.margay.controller.internal;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** The loggers of java.util.logging, which the shipped SLF4J binding writes to. */
public final class JulLogLevels implements LogLevels {
  private static final Map<String, Level> LEVELS = Map.of("FATAL", Level.OFF, "ERROR", Level.SEVERE, "WARN", Level.WARNING,
      "INFO", Level.INFO, "DEBUG", Level.FINE, "TRACE", Level.ALL);

  // The log manager holds loggers weakly: without these a level would be lost with its logger.
  private final Map<String, Logger> changed = new ConcurrentHashMap<>();

  private static String julName(String logger) {
    return ROOT.equals(logger) ? "" : logger;
  }

  private static String word(Level level) {
    int value = level.intValue();
    if (value > Level.SEVERE.intValue()) {
      return "FATAL";
    } else if (value > Level.WARNING.intValue()) {
      return "ERROR";
    } else if (value > Level.INFO.intValue()) {
      return "WARN";
    } else if (value > Level.CONFIG.intValue()) {
      return "INFO";
    }
    return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }

  private static Level effective(Logger logger) {
    for (Logger l = logger; l != null; l = l.getParent()) {
      if (l.getLevel() != null) {
        return l.getLevel();
      }
    }
    return Level.INFO;
  }

  @Override
  public SortedMap<String, String> levels() {
    SortedMap<String, String> levels = new TreeMap<>();
    for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
      Logger logger = LogManager.getLogManager().getLogger(name);
      if (logger != null) {
        levels.put(name.isEmpty() ? ROOT : name, word(effective(logger)));
      }
    }
    return levels;
  }

  @Override
  public boolean exists(String logger) {
    return LogManager.getLogManager().getLogger(julName(logger)) != null;
  }

  @Override
  public void set(String logger, String level) {
    Logger found = Logger.getLogger(julName(logger));
    found.setLevel(LEVELS.get(level));
    changed.put(logger, found);
  }

  @Override
  public void unset(String logger) {
    Logger found = LogManager.getLogManager().getLogger(julName(logger));
    if (found != null) {
      found.setLevel(null);
    }
    changed.remove(logger);
  }
}
