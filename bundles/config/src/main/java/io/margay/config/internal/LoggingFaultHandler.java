package io.margay.config.internal;

import io.margay.model.FaultHandler;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes faults into the log: a line, and where the cause was thrown unless it is an I/O error that the line tells of already. */
@Component
public final class LoggingFaultHandler implements FaultHandler {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingFaultHandler.class);

  @Override
  public void onFault(String what, Throwable cause) {
    boolean told = cause instanceof IOException && cause.getMessage() != null && what.contains(cause.getMessage());
    LOG.error("Fault: {}", what, told ? null : cause);
  }
}
