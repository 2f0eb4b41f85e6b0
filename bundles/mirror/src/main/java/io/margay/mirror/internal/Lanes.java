package io.margay.mirror.internal;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.mirror.internal.SourceView.SourceTopic;
import io.margay.model.TopicPartition;
import io.margay.spi.mirror.MirrorLinks.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of a link in the mode repartitioned. Partition p of a source is read by the leader of partition p modulo the number of
 * partitions of the topic here. So all nodes agree about it, and another node goes on when that leader dies. Used by the control thread of
 * the link, but for what is shown.
 */
class Lanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
  private static final long CLOSE_MS = 5_000;

  private final LinkConfig config;
  private final MirrorContext context;
  private final LaneThread.Shared shared;
  private final LaneThreads begins;
  private final Map<Integer, LaneThread> threads = new ConcurrentHashMap<>();
  private final List<Thread> running = new ArrayList<>();

  /** @param refresh asks for a new look at the source */
  Lanes(LinkConfig config, MirrorContext context, Runnable refresh, LaneThreads begins) {
    this.config = config;
    this.context = context;
    this.begins = begins;
    this.shared = new LaneThread.Shared(config, context.ports().clock(), this::lane, refresh,
        new LaneThread.SharedThrottle(config.fetch().bytesPerSecond()), begins);
  }

  private Lane lane(LaneId id, RemoteCluster cluster) {
    return new Lane(id, target(cluster),
        new PartitionChoice(context.partitioners(), config.topics().repartition().partitioner()), () -> context.image().topic(id.target()),
        context.ports().clock());
  }

  /** Where a lane writes. */
  LaneTarget target(RemoteCluster cluster) {
    return new TransactionalTarget(cluster, name -> context.image().topic(name), begins);
  }

  /** The partitions of the source that belong to a topic here, whether this node reads them or not. */
  private List<LaneId> all(TopicImage target, SourceView view) {
    MirrorSource source = context.repartitionedFrom(target.name());
    // after a change of the prefix the former topic stays, and is written no more: two lanes would fence each other
    boolean ours = source != null && source.link().equals(config.name()) && config.target(source.topic()).equals(target.name());
    SourceTopic topic = ours ? view.topics().get(source.topic()) : null;
    List<LaneId> all = new ArrayList<>();
    for (int p = 0; topic != null && p < topic.leaders().length && TargetTopics.sameId(source, topic); p++) {
      all.add(new LaneId(source, p, topic.leaders().length, target.name()));
    }
    return all;
  }

  private static PartitionImage reader(LaneId lane, TopicImage target) {
    return target.partitions().get(lane.partition() % target.partitions().size());
  }

  /** This node reads what it is to read now. */
  void assign(SourceView view) {
    Map<Integer, List<LaneId>> byBroker = new HashMap<>();
    for (TopicImage target : config.paused() ? List.<TopicImage>of() : List.copyOf(context.image().topics().values())) {
      for (LaneId lane : all(target, view)) {
        int broker = view.leader(lane.source().topic(), lane.partition());
        if (context.leaderships().containsKey(new TopicPartition(target.name(), reader(lane, target).index())) && view.brokers().containsKey(broker)) {
          byBroker.computeIfAbsent(broker, b -> new ArrayList<>()).add(lane);
        }
      }
    }
    threads.forEach((broker, thread) -> {
      if (!byBroker.containsKey(broker)) {
        thread.close();
        threads.remove(broker);
      }
    });
    running.removeIf(thread -> !thread.isAlive());
    byBroker.forEach((broker, lanes) -> threads.computeIfAbsent(broker, this::begin).assign(lanes));
  }

  private LaneThread begin(int broker) {
    String clientId = "margay-mirror-" + config.name();
    LaneThread lanes = new LaneThread(broker, new RemoteCluster(clientId, context.ports().client(), config::bootstrap, config::access),
        new RemoteCluster(clientId, context.ports().client(), context::ownBrokers, context::ownAccess), shared);
    running.add(begins.begin(lanes, "margay-mirror-" + config.name() + "-" + broker));
    return lanes;
  }

  /** What is wrong with the way to the source, in words; null when nothing is. Any thread. */
  String problem() {
    return threads.values().stream().map(LaneThread::problem).filter(Objects::nonNull).findFirst().orElse(null);
  }

  /** All partitions of the link's sources; what other nodes read is remote. Any thread. */
  List<Partition> shown(SourceView view) {
    Map<LaneId, Lane> mine = new HashMap<>();
    threads.values().forEach(thread -> mine.putAll(thread.lanes()));
    List<Partition> shown = new ArrayList<>();
    for (TopicImage target : context.image().topics().values()) {
      for (LaneId lane : all(target, view)) {
        MirroredPartition.Shown how = mine.containsKey(lane) ? mine.get(lane).shown() : null;
        int leader = reader(lane, target).leader().value();
        shown.add(how == null ? new Partition(target.name(), lane.partition(), leader,
            config.without(context.settings().nodeId().value() == leader), null, null)
            : new Partition(target.name(), lane.partition(), leader, how.state().name().toLowerCase(Locale.ROOT), how.problem(), how.progress()));
      }
    }
    return shown;
  }

  /** Ends all, and waits for the transactions in progress, bounded. What is not ended then is aborted by the next reader. */
  @Override
  public void close() {
    threads.values().forEach(LaneThread::close);
    threads.clear();
    try {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
      for (Thread thread : running) {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        if (thread.isAlive()) {
          LOG.warn("A link ends while it still writes link={} thread={}", config.name(), thread.getName());
          thread.interrupt();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
