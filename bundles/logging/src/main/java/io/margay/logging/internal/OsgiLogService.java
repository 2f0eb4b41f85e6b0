package io.margay.logging.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.log.FormatterLogger;
import org.osgi.service.log.LogService;
import org.osgi.service.log.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OSGi Log Service on SLF4J, so that messages of Declarative Services and Configuration Admin, such as a component that cannot
 * be activated, are in the same log as everything else. There is no reader service: the log is a file.
 *
 * <p>Each bundle has an instance of its own; the old methods without a logger's name log under the bundle's symbolic name.
 */
final class OsgiLogService implements LogService {
  private final Bundle bundle;

  OsgiLogService(Bundle bundle) {
    this.bundle = bundle;
  }

  /** Creates the instances. */
  static final class Factory implements ServiceFactory<LogService> {
    @Override
    public LogService getService(Bundle bundle, ServiceRegistration<LogService> registration) {
      return new OsgiLogService(bundle);
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<LogService> registration, LogService service) {
      // holds nothing
    }
  }

  @Override
  public Logger getLogger(String name) {
    return new OsgiLogger(LoggerFactory.getLogger(name), false);
  }

  @Override
  public Logger getLogger(Class<?> type) {
    return getLogger(type.getName());
  }

  @Override
  public <L extends Logger> L getLogger(String name, Class<L> loggerType) {
    boolean printf = loggerType == FormatterLogger.class;
    if (!printf && loggerType != Logger.class) {
      throw new IllegalArgumentException("a logger is a Logger or a FormatterLogger, not a " + loggerType.getName());
    }
    return loggerType.cast(new OsgiLogger(LoggerFactory.getLogger(name), printf));
  }

  @Override
  public <L extends Logger> L getLogger(Class<?> type, Class<L> loggerType) {
    return getLogger(type.getName(), loggerType);
  }

  @Override
  public <L extends Logger> L getLogger(Bundle ofBundle, String name, Class<L> loggerType) {
    // Declarative Services ask for each bundle's root logger
    return getLogger(Logger.ROOT_LOGGER_NAME.equals(name) ? ofBundle.getSymbolicName() : name, loggerType);
  }

  @Deprecated
  @Override
  public void log(int level, String message) {
    log(level, message, null);
  }

  @Deprecated
  @Override
  public void log(int level, String message, Throwable failure) {
    org.slf4j.Logger log = LoggerFactory.getLogger(bundle.getSymbolicName());
    switch (level) {
      case LOG_ERROR -> log.error(message, failure);
      case LOG_WARNING -> log.warn(message, failure);
      case LOG_INFO -> log.info(message, failure);
      default -> log.debug(message, failure);
    }
  }

  @Deprecated
  @Override
  public void log(ServiceReference<?> service, int level, String message) {
    log(service, level, message, null);
  }

  @Deprecated
  @Override
  public void log(ServiceReference<?> service, int level, String message, Throwable failure) {
    log(level, service == null ? message : message + " service=" + service, failure);
  }
}
