package io.margay.mirror.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.spi.client.LocalClient;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.controller.Controller;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.partitioner.Partitioner;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A link on one node, as {@link Link} puts it together, with threads that are simulated. */
public final class SimulatedLink implements LeadershipListener {
  private static final long LOOK_MS = 300;
  /** The name of the partitioner that links use. */
  public static final String PARTITIONER = "simulated";

  private final Map<TopicPartition, LeaderPartition> leaderships = new ConcurrentHashMap<>();
  private final MirrorContext context;
  private final Threads threads;
  private final LinkConfig config;
  private final TargetTopics topics;
  private final RemoteCluster source;
  private final GroupSync groups;
  private final LinkLoop loop;
  private final Lanes lanes;
  private String problem;
  private SourceView view = SourceView.NONE;

  /** Threads that may wait. */
  public interface Threads {
    Thread begin(Runnable task, String name);

    void sleep(long ms) throws InterruptedException;
  }

  /**
   * The node that it runs on.
   *
   * @param creator creates topics
   * @param client connects to both clusters
   * @param thread runs tasks that do not wait
   */
  public record Node(NodeSettings settings, ClusterMetadata metadata, Controller creator, LocalClient local, Clock clock, Scheduler scheduler,
      RemoteClient client, Executor thread) { }

  /** @param forgetful whether lanes go on where they know to have written */
  public SimulatedLink(String name, Map<String, String> fields, Node node, Threads threads, Partitioner partitioner,
      boolean forgetful) {
    this.threads = threads;
    this.config = LinkConfig.of(name, fields);
    NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", 1);
    partitioners.add(partitioner, Map.of("name", PARTITIONER));
    LinkLoop.Ports ports = new LinkLoop.Ports(node.scheduler(), node.clock(), node::client);
    this.context = new MirrorContext(node.metadata(), node.settings(), node.creator(), node.local(), ports, leaderships, partitioners);
    this.topics = new TargetTopics(config, context);
    this.source = new RemoteCluster("link", ports.client(), config::bootstrap, config::access);
    this.groups = new GroupSync(config, context, source);
    this.loop = new LinkLoop(config, ports, node.thread(), () -> { });
    this.lanes = new Lanes(config, context, () -> { }, new Waiting(threads)) {
      @Override
      LaneTarget target(RemoteCluster cluster) {
        return forgetful ? new ForgetfulTarget(super.target(cluster)) : super.target(cluster);
      }
    };
    threads.begin(this::run, "link");
  }

  /** The settings that it reads and writes. */
  public static List<Setting<?>> settings() {
    return List.of(LogSettings.MARGAY_MIRROR_SOURCE, MirrorSettings.REPARTITIONED, MirrorSettings.ACLS, LogSettings.CLEANUP_POLICY);
  }

  /** The value of {@code margay.mirror.source} that is expected of a mirror. */
  public static String sourceText(String link, UUID topicId, String topic) {
    return new MirrorSource(link, topicId, topic).toString();
  }

  private record Waiting(Threads threads) implements LaneThreads {
    @Override
    public Thread begin(Runnable task, String name) {
      return threads.begin(task, name);
    }

    @Override
    public void await(Object monitor, BooleanSupplier over, long ms) throws InterruptedException {
      if (!over.getAsBoolean()) {
        threads.sleep(ms);
      }
    }
  }

  private void run() {
    try {
      for (;;) {
        try {
          view = SourceView.of(source.metadata(null), config);
          if (context.leadsCluster()) {
            topics.align(source, view);
            groups.align(view);
          }
          problem = null;
        } catch (IOException e) {
          problem = e.getMessage();
        }
        SourceView now = view;
        if (config.topics().repartition() == null) {
          loop.run(() -> loop.assign(topics.assignments(now), now.brokers()));
        } else {
          lanes.assign(now);
        }
        threads.sleep(LOOK_MS);
      }
    } catch (InterruptedException e) {
      // its process has ended
      problem = "ended";
    }
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    leaderships.put(partition.id().topicPartition(), partition);
  }

  @Override
  public void onResigned(TopicPartition tp) {
    leaderships.remove(tp);
  }

  /** What it does, for a failure. */
  @Override
  public String toString() {
    return problem + " " + topics.states(view) + " " + loop.partitions().stream().map(p -> p + " " + p.machine.state() + " "
        + p.machine.problem()).collect(Collectors.joining(", ")) + lanes.shown(view);
  }

  /** Goes on where it knows to have written, and not at the position that was stored. */
  private static final class ForgetfulTarget implements LaneTarget {
    private final LaneTarget target;
    private final Map<LaneId, Long> acknowledged = new HashMap<>();

    ForgetfulTarget(LaneTarget target) {
      this.target = target;
    }

    @Override
    public Session begin(LaneId lane) throws IOException, InterruptedException {
      Session session = target.begin(lane);
      return new Session(session.producerId(), session.producerEpoch(), acknowledged.getOrDefault(lane, session.position()));
    }

    @Override
    public long position(LaneId lane) throws IOException, InterruptedException {
      return target.position(lane);
    }

    @Override
    public boolean isNew(LaneId lane) throws IOException, InterruptedException {
      return target.isNew(lane);
    }

    @Override
    public void write(LaneId lane, Session session, SortedMap<Integer, ArrayDeque<ByteBuf>> batches, long next)
        throws IOException, InterruptedException {
      target.write(lane, session, batches, next);
      acknowledged.put(lane, next);
    }
  }
}
