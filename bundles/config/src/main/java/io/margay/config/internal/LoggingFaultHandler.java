package io.margay.config.internal;

import io.margay.model.FaultHandler;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes faults into the log. */
@Component
public final class LoggingFaultHandler implements FaultHandler {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingFaultHandler.class);

  @Override
  public void onFault(String what, Throwable cause) {
    LOG.error("Fault: {}", what, cause);
  }
}
