package io.margay.launcher;

import org.apache.felix.framework.Logger;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;

/** The framework's own messages, on standard error: standard output is reserved for the line that says the broker is ready. */
final class FrameworkLogger extends Logger {
  @Override
  protected void doLog(Bundle bundle, ServiceReference service, int level, String message, Throwable failure) {
    doLog(level, bundle == null ? message : bundle + ": " + message, failure);
  }

  @Override
  protected void doLog(int level, String message, Throwable failure) {
    StringBuilder line = new StringBuilder("margay: framework: ").append(message);
    Throwable cause = failure instanceof BundleException && failure.getCause() != null ? failure.getCause() : failure;
    if (cause != null) {
      line.append(": ").append(cause);
    }
    System.err.println(line);
  }
}
