package io.margay.replication.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies leadership listeners, on one thread of its own, so that all of them see events in the same order and no listener delays
 * an image. The thread ends when there is nothing to report. Only that thread knows the current leaderships, so a listener that
 * joins hears of each leadership exactly once.
 */
final class LeadershipNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(LeadershipNotifier.class);
  private static final long LEAVE_SECONDS = 5;

  private final ExecutorService thread;
  private final Map<TopicPartition, LeaderPartition> elected = new LinkedHashMap<>();
  private final List<LeadershipListener> listeners = new ArrayList<>();

  LeadershipNotifier(Pools.Factory pools) {
    // The queue is bounded by the number of changes of leadership that one image can hold.
    thread = pools.pool("margay-leadership", 1, Integer.MAX_VALUE);
  }

  void elected(LeaderPartition leader) {
    run(() -> {
      elected.put(leader.id().topicPartition(), leader);
      for (LeadershipListener listener : listeners) {
        tellElected(listener, leader);
      }
    });
  }

  void resigned(TopicPartition tp) {
    run(() -> {
      elected.remove(tp);
      for (LeadershipListener listener : listeners) {
        tell(listener, () -> listener.onResigned(tp));
      }
    });
  }

  void add(LeadershipListener listener) {
    run(() -> {
      listeners.add(listener);
      for (LeaderPartition leader : elected.values()) {
        tellElected(listener, leader);
      }
    });
  }

  /** Waits, for a bounded time, until the listener is no longer called. */
  void remove(LeadershipListener listener) {
    CountDownLatch left = new CountDownLatch(1);
    run(() -> {
      listeners.remove(listener);
      left.countDown();
    });
    try {
      if (!thread.isShutdown() && !left.await(LEAVE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("A leadership listener leaves while it is still being called listener={}", listener.getClass().getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tellElected(LeadershipListener listener, LeaderPartition leader) {
    tell(listener, () -> listener.onElected(leader, leader.leaderEpoch()));
  }

  private static void tell(LeadershipListener listener, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A leadership listener failed listener={}", listener.getClass().getName(), e);
    }
  }

  private void run(Runnable event) {
    try {
      thread.execute(event);
    } catch (RejectedExecutionException e) {
      LOG.debug("A leadership event came after the end", e);
    }
  }

  /** Delivers the remaining events, then ends. */
  void close() {
    Pools.end(thread, LEAVE_SECONDS);
  }
}
