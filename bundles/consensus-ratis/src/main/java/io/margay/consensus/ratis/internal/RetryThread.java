package io.margay.consensus.ratis.internal;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that tries something until it is done or this is closed, with pauses in between. A bug in an attempt does not end it. */
final class RetryThread implements AutoCloseable {
  /** The result of an attempt that needs no other one. */
  static final long DONE = 0;
  private static final Logger LOG = LoggerFactory.getLogger(RetryThread.class);
  private static final long AFTER_BUG_MS = 1_000;

  /** What is tried. */
  @FunctionalInterface
  interface Attempt {
    /** @return {@link #DONE}, or the milliseconds until the next attempt */
    long make();
  }

  private final String name;
  private final Attempt attempt;
  private Thread thread;
  private boolean closed;

  /** @param name of the thread */
  RetryThread(String name, Attempt attempt) {
    this.name = name;
    this.attempt = attempt;
  }

  /** Starts the thread, once. @param afterMs milliseconds until the first attempt */
  synchronized void start(long afterMs) {
    if (thread != null || closed) {
      return;
    }
    thread = new Thread(() -> run(afterMs), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run(long afterMs) {
    long pauseMs = afterMs;
    do {
      if (!pause(pauseMs)) {
        return;
      }
      try {
        pauseMs = attempt.make();
      } catch (RuntimeException | Error e) {
        if (isClosed()) {
          return; // it was interrupted
        }
        LOG.error("An attempt failed for an unexpected reason, it is made again thread={} afterMs={}", name, AFTER_BUG_MS, e);
        pauseMs = AFTER_BUG_MS;
      }
    } while (pauseMs != DONE);
  }

  /** @return whether to go on */
  private synchronized boolean pause(long ms) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    try {
      for (long left = ms; !closed && left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
        wait(left);
      }
    } catch (InterruptedException e) {
      closed = true;
    }
    return !closed;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Makes no further attempt, and interrupts one that waits. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    if (thread != null && thread != Thread.currentThread()) {
      thread.interrupt();
    }
  }
}
