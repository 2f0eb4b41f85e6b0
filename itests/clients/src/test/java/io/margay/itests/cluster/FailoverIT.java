package io.margay.itests.cluster;

import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
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
  private static ClusterView view;
  private ClusterLoad load;

  @BeforeAll
  static void start() throws Exception {
    nodes = Nodes.started(3, Map.of("KAFKA_BROKER_SESSION_TIMEOUT_MS", Integer.toString(SESSION_MS),
        "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "500"));
    view = new ClusterView(nodes);
    view.awaitAllBrokers();
    view.create(new NewTopic(TOPIC, ClusterLoad.PARTITIONS, (short) 3).configs(Map.of("min.insync.replicas", "2")));
  }

  @AfterAll
  static void stop() {
    view.close();
    nodes.close();
  }

  @BeforeEach
  void beginLoad() {
    nodes.startMissing();
    view.awaitInSync(TOPIC, ClusterLoad.PARTITIONS);
    load = new ClusterLoad(nodes.bootstrap(), TOPIC);
    view.awaitProgress(load, 500);
  }

  @AfterEach
  void endLoad() {
    if (load != null) {
      load.close();
    }
  }

  private void verify() throws Exception {
    view.awaitInSync(TOPIC, ClusterLoad.PARTITIONS);
    view.awaitProgress(load, 500);
    view.verify(load);
  }

  @Test
  void theLeaderIsKilled() throws Exception {
    int leader = view.leader(TOPIC, 0);
    nodes.node(leader).kill();
    view.await("another leader", () -> view.leader(TOPIC, 0) > 0 && view.leader(TOPIC, 0) != leader);
    view.awaitProgress(load, 500);
    nodes.node(leader).start();
    verify();
  }

  @Test
  void aFollowerIsKilled() throws Exception {
    int follower = view.replicas(TOPIC, 0).stream().filter(id -> id != view.leader(TOPIC, 0)).findFirst().orElseThrow();
    nodes.node(follower).kill();
    view.awaitProgress(load, 500);
    nodes.node(follower).start();
    verify();
  }

  @Test
  void theActiveControllerIsKilled() throws Exception {
    int controller = view.controller();
    nodes.node(controller).kill();
    view.awaitProgress(load, 500);
    view.await("another controller", () -> view.controller() > 0 && view.controller() != controller);
    nodes.node(controller).start();
    verify();
  }

  /** One of three is left: nothing can be acknowledged, and nothing is lost. */
  @Test
  void twoAreKilledAtOnce() throws Exception {
    int leader = view.leader(TOPIC, 0);
    int other = view.replicas(TOPIC, 0).stream().filter(id -> id != leader).findFirst().orElseThrow();
    nodes.node(leader).kill();
    nodes.node(other).kill();
    nodes.node(leader).start();
    view.awaitProgress(load, 500);
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
    int leader = view.leader(TOPIC, 0);
    nodes.signal(leader, "STOP");
    try {
      view.await("another leader", () -> view.leader(TOPIC, 0) > 0 && view.leader(TOPIC, 0) != leader);
      view.awaitProgress(load, 500);
    } finally {
      nodes.signal(leader, "CONT");
    }
    verify();
  }

  @Test
  void aFollowerIsStoppedForLongerThanItsSession() throws Exception {
    int follower = view.replicas(TOPIC, 0).stream().filter(id -> id != view.leader(TOPIC, 0)).findFirst().orElseThrow();
    nodes.signal(follower, "STOP");
    try {
      view.await("the follower leaves the ISR", () -> !view.inSync(TOPIC, 0).contains(follower));
      view.awaitProgress(load, 500);
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
      view.awaitProgress(load, 200);
      nodes.node(id).start();
      view.awaitInSync(TOPIC, ClusterLoad.PARTITIONS);
    }
    verify();
  }
}
