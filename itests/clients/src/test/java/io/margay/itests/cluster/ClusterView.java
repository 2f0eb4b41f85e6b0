package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.RetriableException;

/** What an Admin client sees of a cluster, and waits for it. A failure shows the state of the nodes and their logs. */
final class ClusterView implements AutoCloseable {
  private static final int SECONDS = 90;
  private static final int CALL_MS = 3_000;

  private final Nodes nodes;
  private final Admin admin;

  ClusterView(Nodes nodes) {
    this.nodes = nodes;
    this.admin = Admin.create(Clients.of(nodes.bootstrap(), "request.timeout.ms", CALL_MS, "default.api.timeout.ms", CALL_MS));
  }

  Admin admin() {
    return admin;
  }

  /**
   * Asks until there is an answer. A broker that is stopped keeps its connections and answers nothing, and the admin client looks for
   * requests without an answer only when the call that waits longest ends, whatever its {@code request.timeout.ms}: so each call is
   * short, and the next one asks another broker.
   */
  private <T> T ask(String what, Supplier<KafkaFuture<T>> call) {
    long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    while (true) {
      try {
        return call.get().get(SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RetriableException) || System.nanoTime() > deadline) {
          throw new IllegalStateException(what + " failed\n" + nodes.logs(), e);
        }
      } catch (InterruptedException | TimeoutException e) {
        throw new IllegalStateException(what + " failed\n" + nodes.logs(), e);
      }
    }
  }

  /** @param replicas of each partition, the preferred leader first */
  void create(String topic, Map<String, String> settings, List<List<Integer>> replicas) {
    Map<Integer, List<Integer>> assignment = new TreeMap<>();
    replicas.forEach(brokers -> assignment.put(assignment.size(), brokers));
    create(new NewTopic(topic, assignment).configs(settings));
  }

  /** With one long call: a second one would find the topic. */
  void create(NewTopic topic) {
    ask("creating " + topic.name(), () -> admin.createTopics(List.of(topic), new CreateTopicsOptions().timeoutMs(SECONDS * 1_000)).all());
  }

  private TopicPartitionInfo partition(String topic, int p) {
    return ask("describing " + topic, () -> admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().get(p);
  }

  /** Id of the leader, or -1. */
  int leader(String topic, int p) {
    Node leader = partition(topic, p).leader();
    return leader == null ? -1 : leader.id();
  }

  /** The preferred leader first. */
  List<Integer> replicas(String topic, int p) {
    return ids(partition(topic, p).replicas());
  }

  Set<Integer> inSync(String topic, int p) {
    return new HashSet<>(ids(partition(topic, p).isr()));
  }

  private static List<Integer> ids(List<Node> brokers) {
    return brokers.stream().map(Node::id).toList();
  }

  /** Brokers that are not fenced. */
  Set<Integer> brokers() {
    return new HashSet<>(ids(new ArrayList<>(ask("describing the cluster", () -> admin.describeCluster().nodes()))));
  }

  /** Id of the active controller, or -1. */
  int controller() {
    Node controller = ask("describing the cluster", () -> admin.describeCluster().controller());
    return controller == null ? -1 : controller.id();
  }

  boolean isMoving(String topic) {
    return ask("listing reassignments", () -> admin.listPartitionReassignments().reassignments())
        .keySet().stream().anyMatch(tp -> tp.topic().equals(topic));
  }

  /** Gives all partitions back to their preferred leaders. */
  void electPreferred() {
    ask("the election of the preferred leaders", () -> admin.electLeaders(ElectionType.PREFERRED, null).all());
  }

  void awaitAllBrokers() {
    await("all brokers are active", () -> brokers().size() == nodes.size());
  }

  /** All replicas of the first partitions of a topic. */
  void awaitInSync(String topic, int partitions) {
    await("all replicas of " + topic + " in sync", () -> {
      for (int p = 0; p < partitions; p++) {
        TopicPartitionInfo partition = partition(topic, p);
        if (partition.isr().size() < partition.replicas().size()) {
          return false;
        }
      }
      return true;
    });
  }

  /** A load that goes on; the state of the nodes is shown when it does not. */
  void awaitProgress(ClusterLoad load, int records) {
    try {
      load.awaitProgress(records);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + group(load) + "\n" + nodes.logs(), e);
    }
  }

  private String group(ClusterLoad load) {
    try {
      return "" + ask("describing the group", () -> admin.describeConsumerGroups(List.of(load.group())).all());
    } catch (IllegalStateException e) {
      return "the group cannot be described: " + e.getCause();
    }
  }

  /** Ends a load: all that was acknowledged is there, once, in order. */
  void verify(ClusterLoad load) throws InterruptedException {
    assertThat(load.problems()).as(nodes::logs).isEmpty();
  }

  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + ": not within " + SECONDS + " s\n" + nodes.logs());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
