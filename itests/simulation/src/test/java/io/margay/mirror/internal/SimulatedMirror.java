package io.margay.mirror.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.mirror.internal.MirroredPartition.Assignment;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A link on one node whose threads are simulated. What the control thread of a {@link Link} does with answers that it waits for is done here
 * with events: it looks at the source now and then, and assigns what this node leads.
 */
public final class SimulatedMirror implements LeadershipListener {
  private static final long LOOK_MS = 300;
  private static final int TIMEOUT_MS = 2_000;

  private final Map<TopicPartition, LeaderPartition> leaderships = new ConcurrentHashMap<>();
  private final LinkConfig config;
  private final TargetTopics topics;
  private final LinkLoop loop;
  private final RemoteClient client;
  private final Supplier<RemoteClient.Target> anyBroker;
  private final boolean compares;

  /**
   * The node that it runs on.
   *
   * @param thread runs its tasks
   */
  public record Node<C extends Controller & ClusterMetadata>(NodeSettings settings, C controller, Clock clock, Scheduler scheduler,
      Executor thread) { }

  /**
   * @param client connects to the source
   * @param anyBroker where to ask the source
   * @param cuts whether a mirror that has diverged is cut
   * @param compares false to go on without a look at the last batch
   */
  public <C extends Controller & ClusterMetadata> SimulatedMirror(String link, Node<C> node, RemoteClient client,
      Supplier<RemoteClient.Target> anyBroker, boolean cuts, boolean compares) {
    this.client = client;
    this.anyBroker = anyBroker;
    this.compares = compares;
    this.config = LinkConfig.of(link, Map.of("bootstrap.servers", "any:1", "topics", ".*", "on.divergence", cuts ? "cut" : "stop",
        "fetch.wait.max.ms", "200"));
    LinkLoop.Ports ports = new LinkLoop.Ports(node.scheduler(), node.clock(), () -> client);
    this.topics = new TargetTopics(config, new MirrorContext(node.controller(), node.settings(), node.controller(), null, ports, leaderships,
        new NamedServices<>("partitioner", 1)));
    this.loop = new LinkLoop(config, ports, node.thread(), () -> { });
    node.scheduler().every(LOOK_MS, LOOK_MS, this::look);
  }

  /** The value of {@code margay.mirror.source} of a mirror. */
  public static String source(String link, UUID topicId, String topic) {
    return new MirrorSource(link, topicId, topic).toString();
  }

  private void look() {
    client.connect(anyBroker.get()).whenComplete((connection, failure) -> {
      if (failure == null) {
        look(connection);
      }
    });
  }

  private void look(RemoteConnection connection) {
    MetadataRequest request = new MetadataRequest().setTopics(null).setAllowAutoTopicCreation(false);
    connection.send(MetadataRequest.API, connection.version(MetadataRequest.API), request, new MetadataResponse(), TIMEOUT_MS)
        .whenComplete((reply, failure) -> {
          if (failure == null) {
            SourceView view = SourceView.of(reply.message(), config);
            List<Assignment> assignments = topics.assignments(view).stream().map(a -> compares ? a
                : new Assignment(a.leader(), a.source(), a.sourceBroker(), true)).toList();
            loop.run(() -> loop.assign(assignments, view.brokers()));
          }
          connection.close();
        });
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
    return loop.partitions().stream().map(p -> p + " " + p.machine.state() + " " + p.machine.problem()).collect(Collectors.joining(", "));
  }
}
