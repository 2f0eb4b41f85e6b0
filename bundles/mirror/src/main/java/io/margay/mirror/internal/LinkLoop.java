package io.margay.mirror.internal;

import io.margay.mirror.internal.LinkConfig.Address;
import io.margay.mirror.internal.MirroredPartition.Assignment;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.spi.client.RemoteClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the records of one link on this broker: which partitions it mirrors, and from which broker of the source each is fetched. Everything
 * but {@link #run} and what is shown belongs to one thread, which appends, and may wait for a disk. Its queue holds at most one tick, the
 * open requests' answers, and assignments.
 */
final class LinkLoop {
  private static final Logger LOG = LoggerFactory.getLogger(LinkLoop.class);
  private static final long TICK_MS = 50;

  /**
   * What a link needs of its surroundings.
   *
   * @param scheduler timers
   * @param clock time
   * @param client opens connections; gives null while it is being replaced
   */
  record Ports(Scheduler scheduler, Clock clock, Supplier<RemoteClient> client) { }

  private final LinkConfig config;
  private final Ports ports;
  private final Executor thread;
  private final Runnable refresh;
  private final Throttle throttle;
  private final Map<TopicPartition, MirroredPartition> partitions = new ConcurrentHashMap<>();
  private final Map<Integer, SourceFetcher> fetchers = new ConcurrentHashMap<>();
  private final AtomicBoolean ticking = new AtomicBoolean();
  private Scheduler.Timer timer;
  private volatile boolean closed;

  /**
   * @param thread runs tasks one after another, and may block
   * @param refresh asks for a new look at the source's metadata, soon; called on that thread
   */
  LinkLoop(LinkConfig config, Ports ports, Executor thread, Runnable refresh) {
    this.config = config;
    this.ports = ports;
    this.thread = thread;
    this.refresh = refresh;
    this.throttle = new Throttle(config.fetch().bytesPerSecond());
  }

  LinkConfig config() {
    return config;
  }

  Throttle throttle() {
    return throttle;
  }

  RemoteClient client() {
    return ports.client().get();
  }

  /** Milliseconds that only measure how long something takes. */
  long nowMs() {
    return ports.clock().nanos() / 1_000_000;
  }

  /** Milliseconds since the epoch. */
  long clockMs() {
    return ports.clock().millis();
  }

  void refresh() {
    refresh.run();
  }

  /** Runs a task on the link's thread. Returns false when the link has ended; the task does not run then. */
  boolean run(Runnable task) {
    if (closed) {
      return false;
    }
    try {
      thread.execute(() -> guarded(task));
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("A link has ended link={}", config.name(), e);
      return false;
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("A step of a link failed link={}", config.name(), e);
    }
  }

  /** These partitions are mirrored from now on, and no others. */
  void assign(List<Assignment> assignments, Map<Integer, Address> brokers) {
    Map<TopicPartition, Assignment> wanted = new HashMap<>();
    assignments.forEach(a -> wanted.put(a.target(), a));
    for (MirroredPartition known : List.copyOf(partitions.values())) {
      Assignment next = wanted.get(known.assignment().target());
      int before = known.assignment().sourceBroker();
      if (next == null || next.sourceBroker() != before) {
        detach(known, before);
      }
      if (next == null || !known.adopt(next)) {
        detach(known, before);
        partitions.remove(known.assignment().target(), known);
      }
    }
    for (Assignment assignment : assignments) {
      MirroredPartition partition = partitions.computeIfAbsent(assignment.target(), tp -> new MirroredPartition(assignment, config.sync().cuts()));
      if (assignment.sourceBroker() >= 0 && brokers.containsKey(assignment.sourceBroker())) {
        fetchers.computeIfAbsent(assignment.sourceBroker(), id -> new SourceFetcher(id, this)).add(partition);
      } else {
        partition.machine.onError("the partition has no leader at the source", nowMs());
      }
      partition.show(clockMs());
    }
    fetchers.forEach((id, fetcher) -> {
      if (brokers.containsKey(id)) {
        fetcher.at(brokers.get(id));
      }
    });
    fetchers.entrySet().removeIf(e -> {
      if (e.getValue().isEmpty()) {
        e.getValue().close();
      }
      return e.getValue().isEmpty();
    });
    if (timer == null && !partitions.isEmpty()) {
      timer = ports.scheduler().every(TICK_MS, TICK_MS, this::tickSoon);
    }
    proceed();
  }

  private void detach(MirroredPartition partition, int broker) {
    SourceFetcher fetcher = fetchers.get(broker);
    if (fetcher != null) {
      fetcher.remove(partition);
    }
    partition.machine.onDisconnected();
  }

  private void tickSoon() {
    if (!ticking.getAndSet(true) && !run(this::proceed)) {
      ticking.set(false);
    }
  }

  private void proceed() {
    ticking.set(false);
    for (SourceFetcher fetcher : List.copyOf(fetchers.values())) {
      fetcher.proceed();
    }
    long nowMs = clockMs();
    partitions.values().forEach(p -> p.show(nowMs));
  }

  /** The partitions that this broker mirrors. Any thread. */
  List<MirroredPartition> partitions() {
    return List.copyOf(partitions.values());
  }

  /** What is wrong with the way to the source, in words; null when nothing is. Any thread; approximate. */
  String problem() {
    List<String> problems = new ArrayList<>();
    fetchers.values().forEach(f -> {
      String problem = f.problem();
      if (problem != null) {
        problems.add(problem);
      }
    });
    return problems.isEmpty() ? null : String.join("; ", problems);
  }

  /** Ends it, on its thread; what still arrives is given back. */
  void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    fetchers.values().forEach(SourceFetcher::close);
    fetchers.clear();
    partitions.clear();
  }
}
