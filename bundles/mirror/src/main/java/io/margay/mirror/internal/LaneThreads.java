package io.margay.mirror.internal;

import java.util.function.BooleanSupplier;

/** How the threads of lanes begin and wait. A simulation has its own. */
interface LaneThreads {
  /** Those of the process. */
  LaneThreads REAL = new LaneThreads() {
    @Override
    public Thread begin(Runnable task, String name) {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      thread.start();
      return thread;
    }

    @Override
    public void await(Object monitor, BooleanSupplier over, long ms) throws InterruptedException {
      synchronized (monitor) {
        if (!over.getAsBoolean()) {
          monitor.wait(ms);
        }
      }
    }
  };

  /** Begins a daemon thread. */
  Thread begin(Runnable task, String name);

  /**
   * Waits for a time, or until another thread notifies the monitor.
   *
   * @param over whether there is nothing to wait for; asked under the monitor
   */
  void await(Object monitor, BooleanSupplier over, long ms) throws InterruptedException;
}
