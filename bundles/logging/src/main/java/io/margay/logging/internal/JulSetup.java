package io.margay.logging.internal;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** This bundle's handlers and levels in java.util.logging, and the log of threads that die, from {@link #install} to {@link #close}. */
final class JulSetup implements AutoCloseable {
  private final Logger root;
  private final List<Handler> handlers;
  /** java.util.logging refers to its loggers weakly: a collected logger would lose its level. */
  @SuppressWarnings("unused")
  private final List<Logger> levelled;

  private JulSetup(Logger root, List<Handler> handlers, List<Logger> levelled) {
    this.root = root;
    this.handlers = handlers;
    this.levelled = levelled;
  }

  /** Replaces the configuration of java.util.logging. The stream is the console; it is flushed but never closed. */
  static JulSetup install(LogSettings settings, Path file, PrintStream console) {
    LogManager.getLogManager().reset();
    List<Logger> levelled = new ArrayList<>();
    settings.loggerLevels().forEach((name, level) -> {
      Logger logger = Logger.getLogger(name);
      logger.setLevel(level);
      levelled.add(logger);
    });
    Handler toConsole = new ConsoleHandler(console);
    toConsole.setLevel(settings.consoleLevel());
    Handler toFile = new RotatingFileHandler(file, settings.fileMaxBytes(), settings.fileCount());
    toFile.setLevel(settings.fileLevel());
    List<Handler> handlers = new ArrayList<>();
    Logger root = Logger.getLogger("");
    for (Handler handler : List.of(toConsole, toFile)) {
      if (handler.getLevel() != Level.OFF) {
        root.addHandler(handler);
        handlers.add(handler);
      }
    }
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> root.log(Level.SEVERE, "Thread ended by an exception: thread=" + thread.getName(), failure));
    return new JulSetup(root, handlers, levelled);
  }

  @Override
  public void close() {
    Thread.setDefaultUncaughtExceptionHandler(null);
    for (Handler handler : handlers) {
      root.removeHandler(handler);
      handler.close();
    }
  }
}
