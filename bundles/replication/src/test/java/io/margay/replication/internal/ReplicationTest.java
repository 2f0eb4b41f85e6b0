package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplicationTest {
  private final SimulatedCluster cluster = new SimulatedCluster(3);

  private SimulatedCluster.Node node(int number) {
    return cluster.node(number);
  }

  private List<Errors> append(int node, int records) {
    List<Errors> told = new ArrayList<>();
    PartitionLog.Appended appended = node(node).append(records);
    assertThat(appended.error()).isEqualTo(Errors.NONE);
    node(node).leader().whenCommitted(appended.nextOffset(), 30_000, told::add);
    return told;
  }

  private void assertEqualLogs() {
    for (SimulatedCluster.Node node : cluster.nodes) {
      assertThat(node.log().contents()).as("log of " + node.id).isEqualTo(node(1).log().contents());
      assertThat(node.log().highWatermark()).as("high watermark of " + node.id).isEqualTo(node(1).log().logEndOffset());
    }
  }

  @Test
  void followersFetchWhatTheLeaderAppends() {
    List<Errors> told = append(1, 3);
    assertThat(told).isEmpty();
    cluster.run(5);
    assertThat(told).containsExactly(Errors.NONE);
    append(1, 2);
    append(1, 1);
    cluster.run(50);
    assertThat(node(2).log().contents()).containsExactly("0@1", "3@1", "5@1");
    assertEqualLogs();
    assertThat(cluster.asked).isEmpty();
  }

  @Test
  void idleFollowersAskRarely() {
    append(1, 1);
    cluster.run(1000);
    int before = cluster.network.requests;
    cluster.run(10_000);
    assertThat(cluster.network.requests - before).isLessThanOrEqualTo(2 * 21);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void aLeaderWithoutRoomForSessionsIsAskedAsRarely() {
    for (SimulatedCluster.Node node : cluster.nodes) {
      node.settings.with("max.incremental.fetch.session.cache.slots", "0");
    }
    cluster.elect(2, List.of(1, 2, 3));
    append(2, 1);
    cluster.run(1000);
    int before = cluster.network.requests;
    cluster.run(10_000);
    assertThat(cluster.network.requests - before).isLessThanOrEqualTo(2 * 21);
    append(2, 1);
    cluster.run(50);
    assertThat(node(1).log().highWatermark()).isEqualTo(2);
  }

  @Test
  void aFollowerTakesTheBatchInWhichItsLeaderStarts() throws Exception {
    cluster.network.stop(3, true);
    cluster.elect(1, List.of(1, 2));
    node(1).append(2);
    cluster.run(50);
    node(1).append(6);
    cluster.run(50);
    node(1).log().advanceStart(5);
    cluster.network.stop(3, false);
    cluster.run(1000);
    assertThat(node(3).log().contents()).containsExactly("2@2");
    assertThat(node(3).log().logStartOffset()).isEqualTo(5);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void aFollowerThatLostItsLogLeavesTheIsrUntilItHasCaughtUp() {
    append(1, 2);
    append(1, 2);
    cluster.run(50);
    node(3).log().suspend(true, true);
    node(3).log().lose();
    append(1, 1);
    cluster.run(30);
    node(3).log().suspend(false, true);
    cluster.run(2000);
    assertThat(cluster.asked.get(0).isr().keySet()).containsExactlyInAnyOrder(new BrokerId(1), new BrokerId(2));
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
    assertEqualLogs();
  }

  @Test
  void nothingIsLeftToDoWhenTheFetchersLeave() {
    append(1, 1);
    cluster.run(50);
    for (SimulatedCluster.Node node : cluster.nodes) {
      node.followers.close();
    }
    cluster.run(1000);
    int before = cluster.network.requests;
    cluster.run(10_000);
    assertThat(cluster.network.requests).isEqualTo(before);
  }

  @Test
  void aNewLeaderCommitsWhatItHasAndFollowersCutWhatItLacks() {
    append(1, 1);
    cluster.run(50);
    cluster.network.stop(2, true);
    cluster.network.stop(3, true);
    append(1, 4);
    cluster.run(50);
    cluster.network.down(1);
    cluster.network.stop(2, false);
    cluster.network.stop(3, false);
    node(2).log();
    cluster.elect(2, List.of(2, 3), 2, 3);
    List<Errors> told = new ArrayList<>();
    PartitionLog.Appended appended = node(2).append(2);
    node(2).leader().whenCommitted(appended.nextOffset(), 30_000, told::add);
    cluster.run(1100);
    assertThat(told).containsExactly(Errors.NONE);
    assertThat(node(1).log().contents()).containsExactly("0@1", "1@1");
    cluster.network.serve(1, node(1).fetch::handle);
    cluster.register(1);
    cluster.run(2000);
    assertThat(node(1).log().contents()).isEqualTo(node(2).log().contents());
    assertThat(node(3).log().contents()).isEqualTo(node(2).log().contents());
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void aFollowerThatStopsWithoutDyingLeavesTheIsrInTimeAndComesBack() {
    append(1, 1);
    cluster.run(100);
    cluster.network.stop(3, true);
    List<Errors> told = append(1, 1);
    cluster.run(290);
    assertThat(told).isEmpty();
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
    cluster.run(60);
    assertThat(told).containsExactly(Errors.NONE);
    assertThat(cluster.isr()).containsExactly(1, 2);
    cluster.network.stop(3, false);
    cluster.run(1000);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
    assertEqualLogs();
  }

  @Test
  void aStoppedFollowerStaysWhenTooFewWouldRemain() {
    SimulatedCluster strict = new SimulatedCluster(2, Map.of("min.insync.replicas", "2"));
    strict.network.stop(2, true);
    strict.node(1).append(1);
    strict.node(1).leader().whenCommitted(1, 60_000, error -> { });
    strict.run(5000);
    assertThat(strict.asked).isEmpty();
    strict.run(60_000);
    assertThat(strict.isr()).as("after replica.lag.time.max.ms").containsExactly(1);
    assertThat(strict.node(1).leader().highWatermark()).as("under too few replicas").isZero();
    assertThat(strict.node(1).append(1).error()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
  }

  @Test
  void aFollowerThatLagsLeaves() {
    node(1).append(1);
    cluster.run(100);
    cluster.network.down(2);
    node(1).append(1);
    cluster.run(29_000);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
    cluster.run(17_000);
    assertThat(cluster.isr()).containsExactly(1, 3);
    assertThat(node(1).leader().highWatermark()).isEqualTo(2);
  }

  @Test
  void whatIsAskedForCountsUntilAnImageConfirmsIt() {
    cluster.network.stop(3, true);
    cluster.change(now -> new io.margay.metadata.PartitionImage(0, now.replicas(), List.of(new BrokerId(1), new BrokerId(2)), now.leader(),
        now.leaderEpoch(), now.partitionEpoch() + 1));
    append(1, 1);
    cluster.run(50);
    cluster.answer = null;
    cluster.network.stop(3, false);
    cluster.run(600);
    assertThat(cluster.asked).isNotEmpty();
    assertThat(cluster.isr()).containsExactly(1, 2);
    cluster.network.stop(3, true);
    List<Errors> told = append(1, 1);
    cluster.run(100);
    assertThat(node(1).leader().highWatermark()).as("3 may be in the ISR already").isEqualTo(1);
    cluster.answer = Errors.NONE;
    cluster.run(2000);
    assertThat(told).containsExactly(Errors.NONE);
  }

  @Test
  void aRefusedFollowerDoesNotCount() {
    cluster.answer = Errors.INELIGIBLE_REPLICA;
    cluster.change(now -> new io.margay.metadata.PartitionImage(0, now.replicas(), List.of(new BrokerId(1), new BrokerId(2)), now.leader(),
        now.leaderEpoch(), now.partitionEpoch() + 1));
    cluster.run(1100);
    int refusals = cluster.asked.size();
    assertThat(refusals).isBetween(1, 5);
    cluster.network.stop(3, true);
    List<Errors> told = append(1, 1);
    cluster.run(20);
    assertThat(told).containsExactly(Errors.NONE);
  }

  @Test
  void anEarlierProcessOfAFollowerIsRefused() {
    cluster.run(10);
    assertThat(node(1).leader().onFollowerFetch(2, 12, 0, 0)).isEqualTo(Errors.NONE);
    cluster.register(2);
    assertThat(node(1).leader().onFollowerFetch(2, 12, 0, 0)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(node(1).leader().onFollowerFetch(2, 112, 0, 0)).isEqualTo(Errors.NONE);
    assertThat(node(1).leader().onFollowerFetch(9, 1, 0, 0)).as("no replica").isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  @Test
  void aFollowerBelowTheLeadersStartBeginsThere() throws Exception {
    cluster.network.stop(3, true);
    cluster.elect(1, List.of(1, 2));
    node(1).append(2);
    cluster.run(50);
    node(1).append(2);
    node(1).append(2);
    cluster.run(50);
    node(1).log().advanceStart(4);
    cluster.network.stop(3, false);
    cluster.run(1000);
    assertThat(node(3).log().contents()).containsExactly("4@2");
    assertThat(node(3).log().logStartOffset()).isEqualTo(4);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void theStartOfTheLeaderIsFollowed() throws Exception {
    append(1, 2);
    append(1, 2);
    cluster.run(50);
    node(1).log().advanceStart(2);
    cluster.run(1100);
    assertThat(node(2).log().logStartOffset()).isEqualTo(2);
  }

  @Test
  void aSuspendedLogOfAFollowerGoesOnLater() {
    node(2).log().suspend(true, true);
    append(1, 1);
    cluster.run(100);
    assertThat(node(2).log().logEndOffset()).isZero();
    node(2).log().suspend(false, true);
    cluster.run(1000);
    assertEqualLogs();
  }

  @Test
  void fetchersPauseWithoutAClientAndGoOn() {
    append(1, 1);
    cluster.run(50);
    node(2).followers.unsetClient(node(2).client);
    cluster.network.disconnect(2);
    append(1, 1);
    cluster.run(1000);
    assertThat(node(2).log().logEndOffset()).isEqualTo(1);
    node(2).followers.setClient(node(2).client);
    cluster.run(1000);
    assertEqualLogs();
  }

  @Test
  void aLeaderWhoseLogHasFailedGivesUpAndFollowsWhenItWorksAgain() {
    append(1, 2);
    cluster.run(50);
    node(1).log().offline = true;
    node(1).log().nextAppend = PartitionLog.Appended.failed(Errors.KAFKA_STORAGE_ERROR, "disk full");
    assertThat(node(1).append(1).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    cluster.run(50);
    assertThat(cluster.partition().leader()).isEqualTo(new BrokerId(2));
    assertThat(cluster.asked.get(0).isr().keySet()).containsExactlyInAnyOrder(new BrokerId(2), new BrokerId(3));
    append(2, 1);
    node(1).log().offline = false;
    node(1).log().nextAppend = null;
    cluster.run(2_000);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
    assertEqualLogs();
  }

  @Test
  void aLeaderWhoseLogHasFailedAsksUntilItIsHeard() {
    cluster.answer = null;
    node(1).log().offline = true;
    node(1).log().nextAppend = PartitionLog.Appended.failed(Errors.KAFKA_STORAGE_ERROR, "disk full");
    for (int i = 0; i < 100; i++) {
      node(1).append(1);
    }
    cluster.run(1_000);
    assertThat(cluster.asked).hasSizeBetween(3, 5);
    cluster.answer = Errors.NONE;
    cluster.run(300);
    assertThat(cluster.partition().leader()).isEqualTo(new BrokerId(2));
  }

  @Test
  void aLeaderThatIsAloneKeepsAPartitionWhoseLogHasFailed() {
    SimulatedCluster one = new SimulatedCluster(1);
    one.node(1).log().offline = true;
    one.node(1).log().nextAppend = PartitionLog.Appended.failed(Errors.KAFKA_STORAGE_ERROR, "disk full");
    one.node(1).append(1);
    one.run(1_000);
    assertThat(one.asked).isEmpty();
  }

  @Test
  void whoCannotBeginToLeadGivesUp() {
    append(1, 2);
    cluster.run(50);
    node(2).log().epochFailure = new IOException("disk full");
    cluster.elect(2, List.of(1, 2, 3));
    cluster.run(50);
    assertThat(cluster.partition().leader()).isEqualTo(new BrokerId(1));
  }

  @Test
  void anOldLeaderIsFencedByItsLog() {
    PartitionLeader old = node(1).leader();
    cluster.elect(2, List.of(1, 2, 3));
    cluster.run(100);
    assertThat(node(1).log().appendAsLeader(TestBroker.batch(1), old.leaderEpoch(), PartitionLog.Origin.CLIENT).error())
        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(node(1).replica().follower().leaderEpoch()).isEqualTo(new LeaderEpoch(2));
  }

  @Test
  void theIsrDoesNotDependOnTheTimeOfDay() {
    cluster.answer = Errors.INELIGIBLE_REPLICA;
    cluster.elect(1, List.of(1, 2));
    cluster.run(1_000);
    assertThat(cluster.asked).isNotEmpty();
    cluster.setByMs = -3_600_000;
    cluster.answer = Errors.NONE;
    cluster.node(1).append(1);
    cluster.run(1_000);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
    cluster.setByMs = 3_600_000;
    cluster.node(1).append(1);
    cluster.run(1_000);
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }
}
