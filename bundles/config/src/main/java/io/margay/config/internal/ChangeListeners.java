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
 * Tells listeners which settings have changed, each one in turn of its changes and on a thread of a small pool: one that is slow, or
 * asks a slow resolver for names, delays neither the others nor the thread that publishes the cluster's changes. What changes while
 * a listener is busy is kept for it as one set of names, which is never larger than the number of settings. Safe for all threads.
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

  /** Threads that end when there is nothing to tell. */
  static ThreadPoolExecutor pool() {
    ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, "margay-settings");
          thread.setDaemon(true);
          return thread;
        }, new ThreadPoolExecutor.DiscardPolicy()); // after the end there is nobody to tell
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

  /** Invariant: it is queued or runs exactly while {@code busy}. */
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
        } catch (Throwable t) { // also an error: the next change must be told, too
          LOG.error("A listener for changed settings failed: listener={}", consumer, t);
        }
      }
    }
  }
}
