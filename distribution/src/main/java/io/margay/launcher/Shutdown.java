package io.margay.launcher;

import java.io.IOException;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;

/** Stops the framework in order, within a bound: on SIGTERM, on SIGINT and on a normal exit. */
final class Shutdown {
  private static final long TIMEOUT_MS = Long.getLong("margay.stop.timeout.ms", 30_000);

  private Shutdown() {}

  /** Installs the shutdown hook. The lock is released when the framework has stopped. */
  static void install(Framework framework, InstanceLock lock) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      stop(framework);
      try {
        lock.close();
      } catch (IOException e) {
        System.err.println("margay: cannot clear the process id: " + e);
      }
    }, "margay-shutdown"));
  }

  /** Returns when the framework has stopped; if that takes too long, ends the process. A second call does nothing. */
  static void stop(Framework framework) {
    // From another thread: stop() itself may wait for a bundle that hangs.
    Thread stopper = new Thread(() -> {
      try {
        framework.stop();
        FrameworkEvent event = framework.waitForStop(TIMEOUT_MS);
        if (event.getType() == FrameworkEvent.WAIT_TIMEDOUT) {
          halt();
        }
      } catch (BundleException | InterruptedException e) {
        System.err.println("margay: cannot stop: " + e);
      }
    }, "margay-stop");
    stopper.setDaemon(true);
    stopper.start();
    try {
      stopper.join(TIMEOUT_MS + 1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (stopper.isAlive()) {
      halt();
    }
  }

  private static void halt() {
    System.err.println("margay: not stopped after " + TIMEOUT_MS + " ms, ending the process");
    Runtime.getRuntime().halt(2);
  }
}
