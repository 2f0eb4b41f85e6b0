package io.margay.shell.internal;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.TaskAssignor;
import io.margay.spi.audit.AuditReader;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.Logs;
import io.margay.spi.mirror.MirrorLinks;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerSettings;
import io.margay.spi.partitioner.TopicView;
import io.margay.spi.placement.ReplicaPlacer;
import java.io.PrintStream;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The services that commands need and that may come and go at any time: the strategies that are installed, and the logs. Safe for
 * all threads.
 */
final class Strategies {
  /** The name of the logs. */
  static final String LOGS = "logs";
  /** The name of the mirroring links. */
  static final String MIRRORS = "mirrors";
  /** The name of what reads recorded events. */
  static final String AUDIT = "audit";
  /** How long a command that only looks waits for what was there before and is away, in milliseconds. */
  static final long WAIT_MS = 10_000;
  private static final long DRAIN_MS = 5_000;
  private static final long PAUSE_MS = 50;

  private final NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", DRAIN_MS);
  private final NamedServices<Assignor> assignors = new NamedServices<>("assignor", DRAIN_MS);
  private final NamedServices<TaskAssignor> taskAssignors = new NamedServices<>("assignor of tasks", DRAIN_MS);
  private final NamedServices<ReplicaPlacer> placers = new NamedServices<>("placement", DRAIN_MS);

  private final long engineWaitMs;
  private final NamedServices<Logs> logs = new NamedServices<>("service", DRAIN_MS);

  private final NamedServices<MirrorLinks> mirrors = new NamedServices<>("service", DRAIN_MS);
  private final NamedServices<AuditReader> audit = new NamedServices<>("service", DRAIN_MS);

  Strategies() {
    this(WAIT_MS);
  }

  /** @param engineWaitMs how long a command waits for a storage engine that is away, as when its bundle is updated, in milliseconds */
  Strategies(long engineWaitMs) {
    this.engineWaitMs = engineWaitMs;
  }

  /** The logs of this node, under the one name {@link #LOGS}. */
  NamedServices<Logs> logs() {
    return logs;
  }

  /** The mirroring links of this node, under the one name {@link #MIRRORS}. */
  NamedServices<MirrorLinks> mirrors() {
    return mirrors;
  }

  /** What this node has recorded, under the one name {@link #AUDIT}. */
  NamedServices<AuditReader> audit() {
    return audit;
  }

  NamedServices<Partitioner> partitioners() {
    return partitioners;
  }

  NamedServices<Assignor> assignors() {
    return assignors;
  }

  NamedServices<TaskAssignor> taskAssignors() {
    return taskAssignors;
  }

  NamedServices<ReplicaPlacer> placers() {
    return placers;
  }

  /**
   * Uses a strategy. A known strategy may be away for {@value #WAIT_MS} ms, as when its bundle is updated; the name of one
   * that never was is usually a typing error.
   *
   * @throws ShellException when it is not there, or refuses
   */
  static <T, R> R use(NamedServices<T> services, String name, Function<T, R> work) throws InterruptedException {
    return use(services, name, services.known(name) ? WAIT_MS : 0, work);
  }

  /**
   * Uses a strategy.
   *
   * @param waitMs how long to wait for a strategy that is away, in milliseconds
   * @throws ShellException when it is not there, or refuses
   */
  static <T, R> R use(NamedServices<T> services, String name, long waitMs, Function<T, R> work) throws InterruptedException {
    ServiceHolder.Lease<T> lease = services.lease(name);
    try {
      lease = lease != null ? lease : services.await(name, waitMs).toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw new ShellException(services.missing(name));
    }
    try (ServiceHolder.Lease<T> use = lease) {
      return work.apply(use.service());
    } catch (IllegalArgumentException e) {
      throw new ShellException(e.getMessage());
    }
  }

  /** The value of {@code margay.partitioner} that counts for a topic now. */
  static PartitionerChoice partitioner(Requests requests, NodeSettings settings, String topic) {
    return PartitionerChoice.parse(settings.topic(requests.image().config(ConfigResource.topic(topic)))
        .get(PartitionerSettings.MARGAY_PARTITIONER));
  }

  /** Says so when settings choose a strategy that is not installed: it may be installed later, and be misspelt. */
  void noteMissing(Map<String, String> set, PrintStream out) {
    String given = set == null ? null : set.get(PartitionerSettings.MARGAY_PARTITIONER.name());
    String name = given == null ? null : PartitionerChoice.parse(given).name();
    if (name != null && !partitioners.names().contains(name)) {
      out.println("note: " + partitioners.missing(name) + "; records wait until it is installed");
    }
  }

  /**
   * Waits a moment until the storage engine of a topic is there that this broker leads. A request would wait longer,
   * and its error does not name the engine.
   *
   * @throws ShellException when it is not there
   */
  void requireEngine(Requests requests, NodeSettings settings, String name) throws InterruptedException {
    TopicImage topic = requests.image().topic(name);
    if (topic == null || topic.partitions().stream().noneMatch(p -> p.leader().equals(settings.nodeId()))) {
      return;
    }
    String engine = settings.topic(requests.image().config(ConfigResource.topic(name))).get(LogSettings.MARGAY_STORAGE_ENGINE);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(engineWaitMs);
    while (isAway(engine)) {
      if (System.nanoTime() - deadline >= 0) {
        throw new ShellException("topic " + name + " is in the storage engine " + engine + ", which is not there; install or start its "
            + "bundle, storage:list shows the engines");
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
  }

  private boolean isAway(String engine) {
    try (ServiceHolder.Lease<Logs> lease = logs.lease(LOGS)) {
      return lease != null && lease.service().engines().stream()
          .anyMatch(e -> e.name().equals(engine) && e.promise() == null && e.logs() > 0);
    }
  }

  /** A topic as partitioners see it. */
  static TopicView view(TopicImage topic) {
    BitSet available = new BitSet();
    topic.partitions().forEach(p -> available.set(p.index(), !p.leader().equals(BrokerId.NONE)));
    return TopicView.of(topic.partitions().size(), available);
  }

  /** Checks what a partitioner chose. */
  static int checked(int partition, String name, TopicImage topic) {
    if (partition < 0 || partition >= topic.partitions().size()) {
      throw new ShellException("partitioner " + name + " is broken: it chose partition " + partition + " of topic " + topic.name()
          + ", which has " + topic.partitions().size());
    }
    return partition;
  }
}
