package io.margay.config.internal;

import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Tells the launcher that this node cannot start, through a service of the launcher. A container that was not started by the
 * launcher has no such service; there the message is only in the log. The service may be registered after the message.
 */
final class LauncherLink {
  private static final String FILTER = "(&(objectClass=java.util.function.Consumer)(margay.launcher=fatal))";

  private final ServiceTracker<Consumer<String>, Consumer<String>> tracker;
  private String message;

  LauncherLink(BundleContext context) {
    try {
      Filter filter = FrameworkUtil.createFilter(FILTER);
      tracker = new ServiceTracker<>(context, filter, null) {
        @Override
        public Consumer<String> addingService(ServiceReference<Consumer<String>> reference) {
          Consumer<String> consumer = super.addingService(reference);
          String pending = pending();
          if (consumer != null && pending != null) {
            consumer.accept(pending);
          }
          return consumer;
        }
      };
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("invalid filter: " + FILTER, e);
    }
    tracker.open();
  }

  /** Reports why this node cannot start, now or when the launcher's service is registered. */
  void fatal(String why) {
    remember(why);
    Consumer<String> consumer = tracker.getService();
    String pending = consumer == null ? null : pending();
    if (pending != null) {
      consumer.accept(pending);
    }
  }

  void close() {
    tracker.close();
  }

  private synchronized String pending() {
    String pending = message;
    message = null;
    return pending;
  }

  private synchronized void remember(String why) {
    message = why;
  }
}
