package io.margay.logging.internal;

import org.osgi.service.log.FormatterLogger;
import org.osgi.service.log.LoggerConsumer;
import org.slf4j.Logger;

/**
 * A logger of the OSGi Log Service that forwards to SLF4J. Both use braces as placeholders.
 *
 * <p>It is also used as a {@link FormatterLogger}, with messages in the syntax of {@link String#format}.
 */
final class OsgiLogger implements FormatterLogger {
  private final Logger log;
  private final boolean printf;

  /** @param printf whether messages are those of {@link String#format} */
  OsgiLogger(Logger log, boolean printf) {
    this.log = log;
    this.printf = printf;
  }

  @Override
  public String getName() {
    return log.getName();
  }

  /** String.format has no separate parameter for an exception: if the last argument is one, it is used as both. */
  private static Throwable failure(Object[] arguments) {
    return arguments.length > 0 && arguments[arguments.length - 1] instanceof Throwable last ? last : null;
  }

  @Override
  public boolean isTraceEnabled() {
    return log.isTraceEnabled();
  }

  @Override
  public void trace(String message) {
    log.trace(message);
  }

  @Override
  public void trace(String format, Object argument) {
    trace(format, new Object[] {argument});
  }

  @Override
  public void trace(String format, Object first, Object second) {
    trace(format, new Object[] {first, second});
  }

  @Override
  public void trace(String format, Object... arguments) {
    if (!printf) {
      log.trace(format, arguments);
    } else if (log.isTraceEnabled()) {
      log.trace(String.format(format, arguments), failure(arguments));
    }
  }

  @Override
  public <E extends Exception> void trace(LoggerConsumer<E> consumer) throws E {
    if (log.isTraceEnabled()) {
      consumer.accept(this);
    }
  }

  @Override
  public boolean isDebugEnabled() {
    return log.isDebugEnabled();
  }

  @Override
  public void debug(String message) {
    log.debug(message);
  }

  @Override
  public void debug(String format, Object argument) {
    debug(format, new Object[] {argument});
  }

  @Override
  public void debug(String format, Object first, Object second) {
    debug(format, new Object[] {first, second});
  }

  @Override
  public void debug(String format, Object... arguments) {
    if (!printf) {
      log.debug(format, arguments);
    } else if (log.isDebugEnabled()) {
      log.debug(String.format(format, arguments), failure(arguments));
    }
  }

  @Override
  public <E extends Exception> void debug(LoggerConsumer<E> consumer) throws E {
    if (log.isDebugEnabled()) {
      consumer.accept(this);
    }
  }

  @Override
  public boolean isInfoEnabled() {
    return log.isInfoEnabled();
  }

  @Override
  public void info(String message) {
    log.info(message);
  }

  @Override
  public void info(String format, Object argument) {
    info(format, new Object[] {argument});
  }

  @Override
  public void info(String format, Object first, Object second) {
    info(format, new Object[] {first, second});
  }

  @Override
  public void info(String format, Object... arguments) {
    if (!printf) {
      log.info(format, arguments);
    } else if (log.isInfoEnabled()) {
      log.info(String.format(format, arguments), failure(arguments));
    }
  }

  @Override
  public <E extends Exception> void info(LoggerConsumer<E> consumer) throws E {
    if (log.isInfoEnabled()) {
      consumer.accept(this);
    }
  }

  @Override
  public boolean isWarnEnabled() {
    return log.isWarnEnabled();
  }

  @Override
  public void warn(String message) {
    log.warn(message);
  }

  @Override
  public void warn(String format, Object argument) {
    warn(format, new Object[] {argument});
  }

  @Override
  public void warn(String format, Object first, Object second) {
    warn(format, new Object[] {first, second});
  }

  @Override
  public void warn(String format, Object... arguments) {
    if (!printf) {
      log.warn(format, arguments);
    } else if (log.isWarnEnabled()) {
      log.warn(String.format(format, arguments), failure(arguments));
    }
  }

  @Override
  public <E extends Exception> void warn(LoggerConsumer<E> consumer) throws E {
    if (log.isWarnEnabled()) {
      consumer.accept(this);
    }
  }

  @Override
  public boolean isErrorEnabled() {
    return log.isErrorEnabled();
  }

  @Override
  public void error(String message) {
    log.error(message);
  }

  @Override
  public void error(String format, Object argument) {
    error(format, new Object[] {argument});
  }

  @Override
  public void error(String format, Object first, Object second) {
    error(format, new Object[] {first, second});
  }

  @Override
  public void error(String format, Object... arguments) {
    if (!printf) {
      log.error(format, arguments);
    } else if (log.isErrorEnabled()) {
      log.error(String.format(format, arguments), failure(arguments));
    }
  }

  @Override
  public <E extends Exception> void error(LoggerConsumer<E> consumer) throws E {
    if (log.isErrorEnabled()) {
      consumer.accept(this);
    }
  }

  /** SLF4J has no audit level that is always on. The nearest one that the log file shows by default is info. */
  @Override
  public void audit(String message) {
    info(message);
  }

  @Override
  public void audit(String format, Object argument) {
    info(format, argument);
  }

  @Override
  public void audit(String format, Object first, Object second) {
    info(format, first, second);
  }

  @Override
  public void audit(String format, Object... arguments) {
    info(format, arguments);
  }
}
