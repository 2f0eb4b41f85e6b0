package io.margay.controller.internal;

import java.util.SortedMap;

/** The levels of this process's loggers, in Kafka's words. Safe for all threads. */
public interface LogLevels {
  /** Name of the logger that all others inherit from. */
  String ROOT = "root";

  /** The effective level of each logger, by name. */
  SortedMap<String, String> levels();

  /** Whether there is such a logger. */
  boolean exists(String logger);

  /**
   * Gives a logger a level.
   *
   * @param level FATAL, ERROR, WARN, INFO, DEBUG or TRACE
   */
  void set(String logger, String level);

  /** Takes a logger's own level away, so that it inherits one. */
  void unset(String logger);
}
