package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Followers that catch up while their replicas are throttled. */
class ThrottledReplicationTest {
  private static final int BATCHES = 20;
  private static final String LEADER = "leader.replication.throttled.";
  private static final String FOLLOWER = "follower.replication.throttled.";

  /** A cluster whose third replica is outside of the ISR and lacks some batches. */
  private static SimulatedCluster behind(Map<String, String> configs) {
    SimulatedCluster cluster = new SimulatedCluster(3, configs);
    cluster.network.down(3);
    cluster.change(now -> new PartitionImage(0, now.replicas(), List.of(new BrokerId(1), new BrokerId(2)), now.leader(),
        now.leaderEpoch(), now.partitionEpoch() + 1), 1, 2);
    for (int i = 0; i < BATCHES; i++) {
      cluster.node(1).append(1);
    }
    cluster.run(100);
    return cluster;
  }

  private static int batchBytes() {
    return TestBroker.batch(1).readableBytes();
  }

  private static void comeBack(SimulatedCluster cluster) {
    cluster.network.serve(3, cluster.node(3).fetch::handle);
    cluster.register(3);
  }

  private static long end(SimulatedCluster cluster) {
    return cluster.node(3).log().logEndOffset();
  }

  /** With a batch a second. @param most batches after five seconds */
  private static void catchesUp(SimulatedCluster cluster, long most) {
    comeBack(cluster);
    cluster.run(5_000);
    assertThat(end(cluster)).isBetween(4L, most);
    assertThat(cluster.isr()).containsExactly(1, 2);
    cluster.run(BATCHES * 1_000);
    assertThat(end(cluster)).isEqualTo(BATCHES);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void aLeaderSendsToAReplicaThatIsNotInSyncAtTheRate() {
    SimulatedCluster cluster = behind(Map.of(LEADER + "replicas", "0:1"));
    cluster.node(1).settings.with(LEADER + "rate", Integer.toString(batchBytes()));
    catchesUp(cluster, 7);
  }

  @Test
  void aFollowerThatCatchesUpFetchesAtTheRate() {
    SimulatedCluster cluster = behind(Map.of(FOLLOWER + "replicas", "0:3"));
    cluster.node(3).settings.with(FOLLOWER + "rate", Integer.toString(batchBytes())).with("replica.fetch.max.bytes", "1");
    catchesUp(cluster, 8);
  }

  @Test
  void theInSyncReplicasAreNotSlowed() {
    SimulatedCluster cluster = behind(Map.of(LEADER + "replicas", "*", FOLLOWER + "replicas", "*"));
    for (SimulatedCluster.Node node : cluster.nodes) {
      node.settings.with(LEADER + "rate", "1").with(FOLLOWER + "rate", "1");
    }
    comeBack(cluster);
    for (int i = 0; i < 100; i++) {
      cluster.node(1).append(1);
      cluster.run(20);
      assertThat(cluster.node(2).log().logEndOffset()).isEqualTo(BATCHES + i + 1);
      assertThat(cluster.node(1).leader().highWatermark()).isEqualTo(BATCHES + i + 1);
    }
    assertThat(end(cluster)).isLessThan(BATCHES);
  }

  @Test
  void replicasThatAreNotListedAreNotSlowed() {
    SimulatedCluster cluster = behind(Map.of(LEADER + "replicas", "0:2,1:1", FOLLOWER + "replicas", "0:1,3:3"));
    for (SimulatedCluster.Node node : cluster.nodes) {
      node.settings.with(LEADER + "rate", "1").with(FOLLOWER + "rate", "1");
    }
    comeBack(cluster);
    cluster.run(1_500);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void aRateThatIsTakenAwayLetsTheReplicaGoOnSoon() {
    SimulatedCluster cluster = behind(Map.of(LEADER + "replicas", "*", FOLLOWER + "replicas", "*"));
    for (SimulatedCluster.Node node : cluster.nodes) {
      node.settings.with(LEADER + "rate", "0").with(FOLLOWER + "rate", "0");
    }
    comeBack(cluster);
    cluster.run(60_000);
    assertThat(end(cluster)).isZero();
    for (SimulatedCluster.Node node : cluster.nodes) {
      node.settings.with(LEADER + "rate", Long.toString(Long.MAX_VALUE)).with(FOLLOWER + "rate", Long.toString(Long.MAX_VALUE));
    }
    cluster.run(2_000);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void whileAThrottledReplicaWaitsAppendsDoNotWakeItsFetch() {
    SimulatedCluster cluster = behind(Map.of(LEADER + "replicas", "0:1"));
    cluster.node(1).settings.with(LEADER + "rate", "0");
    comeBack(cluster);
    cluster.run(2_000);
    int before = cluster.network.requests;
    int ofTheOther = 0;
    for (int i = 0; i < 100; i++) {
      cluster.node(1).append(1);
      cluster.run(20);
      ofTheOther += 2;
    }
    assertThat(cluster.network.requests - before).as("fetches of both followers in two seconds").isLessThan(ofTheOther + 20);
  }
}
