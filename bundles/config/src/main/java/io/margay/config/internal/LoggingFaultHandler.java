package io.margay.config.internal;

import io.margay.model.FaultHandler;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes faults into the log, and ends the process that the launcher started when the node cannot go on. */
@Component
public final class LoggingFaultHandler implements FaultHandler {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingFaultHandler.class);

  private final LauncherLink launcher;

  /** @param context finds the launcher */
  @Activate
  public LoggingFaultHandler(BundleContext context) {
    launcher = new LauncherLink(context);
  }

  @Override
  public void onFault(String what, Throwable cause) {
    LOG.error("Fault: {}", what, cause);
  }

  @Override
  public void onFatal(String why) {
    LOG.error("This node cannot go on: {}", why);
    launcher.fatal(why);
  }

  @Deactivate
  void close() {
    launcher.close();
  }
}
