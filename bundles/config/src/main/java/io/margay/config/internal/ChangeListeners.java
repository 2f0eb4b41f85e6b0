package io.margay.config.internal;

import io.margay.spi.config.NodeSettings.Registration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies listeners of changed settings, on the threads of a small pool. Each listener gets its changes in order. A slow listener,
 * such as one that waits for a name resolver, delays neither the others nor the thread that publishes the cluster's changes. Changes
 * for a busy listener are kept as one set of names, which is never larger than the number of settings. Safe for all threads.
 */
final class ChangeListeners {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeListeners.class);
  private static final int THREADS = 8;
  private static final long IDLE_SECONDS = 5;

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Executor executor;

  ChangeListeners(Executor executor) {
    this.executor = executor;
  }

  /** Its threads end when there is nothing to do. */
  static ThreadPoolExecutor pool() {
    ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, "margay-settings");
          thread.setDaemon(true);
          return thread;
        }, new ThreadPoolExecutor.DiscardPolicy()); // after close() no listener is left
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  Registration add(Consumer<Set<String>> consumer) {
    Listener listener = new Listener(consumer);
    listeners.add(listener);
    return () -> {
      listeners.remove(listener);
      listener.end();
    };
  }

  void tell(Set<String> changed) {
    for (Listener listener : listeners) {
      if (listener.add(changed)) {
        executor.execute(listener);
      }
    }
  }

  /** Invariant: {@code busy} exactly while it is queued or runs. */
  private static final class Listener implements Runnable {
    private final Consumer<Set<String>> consumer;
    private final Set<String> pending = new TreeSet<>();
    private boolean busy;
    private boolean ended;

    private Listener(Consumer<Set<String>> consumer) {
      this.consumer = consumer;
    }

    /** Whether it must be run now. */
    private synchronized boolean add(Set<String> changed) {
      if (ended) {
        return false;
      }
      pending.addAll(changed);
      boolean start = !busy;
      busy = true;
      return start;
    }

    private synchronized void end() {
      ended = true;
      pending.clear();
    }

    private synchronized Set<String> take() {
      Set<String> taken = Set.copyOf(pending);
      pending.clear();
      busy = !taken.isEmpty();
      return taken;
    }

    @Override
    public void run() {
      for (Set<String> changed = take(); !changed.isEmpty(); changed = take()) {
        try {
          consumer.accept(changed);
        } catch (Throwable t) { // also an Error: the next change must still be delivered
          LOG.error("A listener for changed settings failed: listener={}", consumer, t);
        }
      }
    }
  }
}
