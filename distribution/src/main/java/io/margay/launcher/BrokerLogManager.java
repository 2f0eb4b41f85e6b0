package io.margay.launcher;

import java.util.logging.LogManager;

/**
 * A log manager that leaves everything to the logging bundle.
 *
 * <p>The JDK's log manager closes all handlers in a shutdown hook, while our hook stops the bundles: their last log records would be
 * lost. It also reads the JDK's logging.properties and opens a console handler that is not needed.
 *
 * <p>Public because java.util.logging creates it by name.
 */
public final class BrokerLogManager extends LogManager {
  /** Called by java.util.logging. */
  public BrokerLogManager() {}

  @Override
  public void readConfiguration() {
    // levels and handlers come from etc/logging.properties, through the logging bundle
  }

  @Override
  public void reset() {
    // the logging bundle removes its handlers when it stops, as the last bundle
  }
}
