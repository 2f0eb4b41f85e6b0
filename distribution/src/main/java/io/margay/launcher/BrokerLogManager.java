package io.margay.launcher;

import java.util.logging.LogManager;

/**
 * A log manager that leaves everything to the logging bundle.
 *
 * <p>The JDK's own closes all handlers in a shutdown hook, at the same time as ours stops the bundles: what they log while they stop
 * would be lost. It also reads the JDK's logging.properties and opens a console handler that nobody wants.
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
    // the logging bundle takes its handlers away when it stops, last of all bundles
  }
}
