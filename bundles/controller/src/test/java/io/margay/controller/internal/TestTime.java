package io.margay.controller.internal;

import io.margay.controller.internal.session.BrokerHistory;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.spi.client.RemoteClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A clock that stands still until a test moves it, and the timers that run on the way, on the test's thread. */
public final class TestTime implements Clock, Scheduler {
  private record Task(long atMs, Runnable task) { }

  private final List<Task> tasks = new ArrayList<>();
  private long nowMs = 1_000_000;

  /** @return surroundings without other brokers; what is fatal throws */
  public static BrokerPresence.Outside outside() {
    TestTime time = new TestTime();
    return new BrokerPresence.Outside(time, time, new AloneNode());
  }

  private static final class AloneNode implements BrokerPresence.Node {
    @Override
    public RemoteClient client() {
      return null;
    }

    @Override
    public List<String> keptEngines() {
      return List.of();
    }

    @Override
    public BrokerHistory.Entry before() {
      return BrokerHistory.Entry.NONE;
    }

    @Override
    public void onRegistered(BrokerHistory.Entry entry) {
      // a test has one process
    }

    @Override
    public CompletionStage<Void> handOverLead(Predicate<BrokerId> active) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void fatal(String why) {
      throw new IllegalStateException(why);
    }
  }

  @Override
  public synchronized long millis() {
    return nowMs;
  }

  @Override
  public synchronized long nanos() {
    return nowMs * 1_000_000;
  }

  @Override
  public synchronized Timer after(long delayMs, Runnable task) {
    Task added = new Task(nowMs + Math.max(0, delayMs), task);
    tasks.add(added);
    return () -> {
      synchronized (this) {
        tasks.remove(added);
      }
    };
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    throw new UnsupportedOperationException("after is enough here");
  }

  /** Moves the clock, and runs the timers that are due, each at its time. */
  public void pass(long ms) {
    long end = millis() + ms;
    for (Task next = next(end); next != null; next = next(end)) {
      next.task().run();
    }
    synchronized (this) {
      nowMs = end;
    }
  }

  private synchronized Task next(long end) {
    Task next = tasks.stream().filter(t -> t.atMs() <= end).min(Comparator.comparingLong(Task::atMs)).orElse(null);
    if (next != null) {
      tasks.remove(next);
      nowMs = Math.max(nowMs, next.atMs());
    }
    return next;
  }

  /** @return how many timers are set */
  public synchronized int timers() {
    return tasks.size();
  }
}
