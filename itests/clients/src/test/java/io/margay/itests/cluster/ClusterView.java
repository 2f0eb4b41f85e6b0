package io.margay.itests.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/** What an Admin client sees of a cluster, and waits for it. A failure shows the state of the nodes and their logs. */
final class ClusterView implements AutoCloseable {
  private static final int SECONDS = 90;

  private final Nodes nodes;
  private final Admin admin;

  ClusterView(Nodes nodes) {
    this.nodes = nodes;
    // a broker that is stopped keeps its connections and answers nothing: others are asked soon
    this.admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap(), "request.timeout.ms", 3_000, "default.api.timeout.ms", 60_000));
  }

  Admin admin() {
    return admin;
  }

  private <T> T get(String what, Callable<T> call) {
    try {
      return call.call();
    } catch (Exception e) {
      throw new IllegalStateException(what + " failed\n" + nodes.logs(), e);
    }
  }

  /** @param replicas of each partition, the preferred leader first */
  void create(String topic, Map<String, String> settings, List<List<Integer>> replicas) {
    Map<Integer, List<Integer>> assignment = new TreeMap<>();
    replicas.forEach(brokers -> assignment.put(assignment.size(), brokers));
    get("creating " + topic, () -> admin.createTopics(List.of(new NewTopic(topic, assignment).configs(settings))).all()
        .get(SECONDS, TimeUnit.SECONDS));
  }

  private TopicPartitionInfo partition(String topic, int p) {
    return get("describing " + topic, () -> admin.describeTopics(List.of(topic)).allTopicNames().get(SECONDS, TimeUnit.SECONDS))
        .get(topic).partitions().get(p);
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
    return new HashSet<>(ids(new ArrayList<>(get("describing the cluster", () -> admin.describeCluster().nodes().get(SECONDS, TimeUnit.SECONDS)))));
  }

  /** Id of the active controller, or -1. */
  int controller() {
    Node controller = get("describing the cluster", () -> admin.describeCluster().controller().get(SECONDS, TimeUnit.SECONDS));
    return controller == null ? -1 : controller.id();
  }

  boolean isMoving(String topic) {
    return get("listing reassignments", () -> admin.listPartitionReassignments().reassignments().get(SECONDS, TimeUnit.SECONDS))
        .keySet().stream().anyMatch(tp -> tp.topic().equals(topic));
  }

  /** Gives all partitions back to their preferred leaders. */
  void electPreferred() {
    get("the election of the preferred leaders", () -> admin.electLeaders(ElectionType.PREFERRED, null).all().get(SECONDS, TimeUnit.SECONDS));
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
      throw new AssertionError(e.getMessage() + "\n" + nodes.logs(), e);
    }
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
