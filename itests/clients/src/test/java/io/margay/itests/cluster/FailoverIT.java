package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three brokers under the load of stock clients, while their processes are killed, stopped and started. After each: the clients go on,
 * and every record that was acknowledged is there, once, in order.
 */
class FailoverIT {
  private static final String TOPIC = "failover";
  private static final int SESSION_MS = 2_000;
  private static Nodes nodes;
  private static Admin admin;
  private ClusterLoad load;

  @BeforeAll
  static void start() throws Exception {
    nodes = Nodes.started(3, Map.of("KAFKA_BROKER_SESSION_TIMEOUT_MS", Integer.toString(SESSION_MS),
        "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "500"));
    admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap(), "request.timeout.ms", 3_000, "default.api.timeout.ms", 3_000));
    await("all brokers are active", () -> activeBrokers() == nodes.size());
    ask(() -> admin.createTopics(List.of(new NewTopic(TOPIC, ClusterLoad.PARTITIONS, (short) 3)
        .configs(Map.of("min.insync.replicas", "2"))), new CreateTopicsOptions().timeoutMs(60_000)).all());
  }

  @AfterAll
  static void stop() {
    admin.close();
    nodes.close();
  }

  @BeforeEach
  void beginLoad() {
    nodes.startMissing();
    awaitInSync();
    load = new ClusterLoad(nodes.bootstrap(), TOPIC);
    awaitProgress(500);
  }

  @AfterEach
  void endLoad() {
    if (load != null) {
      load.close();
    }
  }

  private void awaitProgress(int records) {
    try {
      load.awaitProgress(records);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + group() + "\n" + nodes.logs(), e);
    }
  }

  private static String group() {
    try {
      return "" + ask(() -> admin.describeConsumerGroups(List.of(ClusterLoad.group(TOPIC))).all());
    } catch (IllegalStateException e) {
      return "the group cannot be described: " + e.getCause();
    }
  }

  private void verify() throws Exception {
    awaitInSync();
    awaitProgress(500);
    assertThat(load.problems()).as(nodes.logs()).isEmpty();
  }

  @Test
  void theLeaderIsKilled() throws Exception {
    int leader = leader(0);
    nodes.node(leader).kill();
    awaitProgress(500);
    assertThat(leader(0)).isNotEqualTo(leader);
    nodes.node(leader).start();
    verify();
  }

  @Test
  void aFollowerIsKilled() throws Exception {
    int follower = replicas(0).stream().filter(id -> id != leader(0)).findFirst().orElseThrow();
    nodes.node(follower).kill();
    awaitProgress(500);
    nodes.node(follower).start();
    verify();
  }

  @Test
  void theActiveControllerIsKilled() throws Exception {
    int controller = controller();
    nodes.node(controller).kill();
    awaitProgress(500);
    await("another controller", () -> controller() > 0 && controller() != controller);
    nodes.node(controller).start();
    verify();
  }

  /** One of three is left: nothing can be acknowledged, and nothing is lost. */
  @Test
  void twoAreKilledAtOnce() throws Exception {
    int leader = leader(0);
    int other = replicas(0).stream().filter(id -> id != leader).findFirst().orElseThrow();
    nodes.node(leader).kill();
    nodes.node(other).kill();
    nodes.node(leader).start();
    awaitProgress(500);
    nodes.node(other).start();
    verify();
  }

  @Test
  void allAreKilledAtOnce() throws Exception {
    for (int id = 1; id <= nodes.size(); id++) {
      nodes.node(id).kill();
    }
    nodes.startMissing();
    verify();
  }

  @Test
  void theLeaderIsStoppedForLongerThanItsSession() throws Exception {
    int leader = leader(0);
    nodes.signal(leader, "STOP");
    try {
      awaitProgress(500);
      await("another leader", () -> leader(0) != leader);
    } finally {
      nodes.signal(leader, "CONT");
    }
    verify();
  }

  @Test
  void aFollowerIsStoppedForLongerThanItsSession() throws Exception {
    int follower = replicas(0).stream().filter(id -> id != leader(0)).findFirst().orElseThrow();
    nodes.signal(follower, "STOP");
    try {
      await("the follower leaves the ISR", () -> !inSync(0).contains(follower));
      awaitProgress(500);
    } finally {
      nodes.signal(follower, "CONT");
    }
    verify();
  }

  /** Brokers that are asked to stop hand their partitions over first, so that no producer sees an error. */
  @Test
  void eachIsRestartedInTurn() throws Exception {
    for (int id = 1; id <= nodes.size(); id++) {
      nodes.node(id).stop();
      awaitProgress(200);
      nodes.node(id).start();
      awaitInSync();
    }
    verify();
  }

  private static void awaitInSync() {
    await("all replicas in sync", () -> {
      for (int p = 0; p < ClusterLoad.PARTITIONS; p++) {
        if (inSync(p).size() < nodes.size()) {
          return false;
        }
      }
      return true;
    });
  }

  private static TopicPartitionInfo partition(int p) {
    return ask(() -> admin.describeTopics(List.of(TOPIC)).allTopicNames()).get(TOPIC).partitions().get(p);
  }

  /**
   * Asks until there is an answer. A broker that is stopped keeps its connections and answers nothing, and the admin client looks for
   * requests without an answer only when the call that waits longest ends, whatever its {@code request.timeout.ms}: so each call is
   * short, and the next one asks another broker.
   */
  private static <T> T ask(Supplier<KafkaFuture<T>> call) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      try {
        return call.get().get(60, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RetriableException) || System.nanoTime() > deadline) {
          throw new IllegalStateException("no answer to an admin request\n" + nodes.logs(), e);
        }
      } catch (InterruptedException | TimeoutException e) {
        throw new IllegalStateException("no answer to an admin request\n" + nodes.logs(), e);
      }
    }
  }

  /** Id of the leader, or -1. */
  private static int leader(int p) {
    Node leader = partition(p).leader();
    return leader == null ? -1 : leader.id();
  }

  private static List<Integer> replicas(int p) {
    return partition(p).replicas().stream().map(Node::id).toList();
  }

  private static Set<Integer> inSync(int p) {
    return partition(p).isr().stream().map(Node::id).collect(Collectors.toSet());
  }

  private static int activeBrokers() {
    return ask(() -> admin.describeCluster().nodes()).size();
  }

  private static int controller() {
    Node controller = ask(() -> admin.describeCluster().controller());
    return controller == null ? -1 : controller.id();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + ": not within 60 s\n" + nodes.logs());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
