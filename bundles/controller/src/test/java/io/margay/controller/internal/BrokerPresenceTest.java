package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.state.Command.InitCluster;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.UnregisterBroker;
import io.margay.model.BrokerId;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Brokers of a cluster register, report, disappear and return. */
class BrokerPresenceTest {
  private final FakeCluster cluster = new FakeCluster();

  private void startThree() {
    cluster.start(1, true);
    cluster.lead(1);
    cluster.propose(new InitCluster("cluster", new TreeMap<>()));
    cluster.time.advance(100);
    cluster.start(2, true);
    cluster.start(3, true);
    cluster.time.advance(100);
    for (int id = 1; id <= 3; id++) {
      assertThat(cluster.fenced(id)).as("broker " + id).isFalse();
      assertThat(cluster.nodes.get(id).presence.registered()).isTrue();
    }
  }

  @Test
  void aSingleNodeNeedsNeitherConnectionNorTimer() {
    FakeCluster.Node node = cluster.start(1, true);
    assertThat(node.presence.registered()).isFalse();
    cluster.lead(1);
    cluster.time.advance(60);
    assertThat(cluster.fenced(1)).isFalse();
    assertThat(node.connects).isZero();
    assertThat(cluster.time.timers()).isZero();
  }

  @Test
  void aBrokerTakesPartWhenTheControllerHasHeardFromIt() {
    FakeCluster.Node one = cluster.start(1, true);
    cluster.lead(1);
    cluster.propose(new InitCluster("cluster", new TreeMap<>()));
    cluster.time.advance(100);
    assertThat(one.presence.whenActive()).isCompleted();
    one.paused = true;
    FakeCluster.Node two = cluster.start(2, true);
    cluster.time.advance(50);
    assertThat(two.presence.registered()).isTrue();
    assertThat(two.presence.whenActive()).isNotCompleted();
    one.paused = false;
    cluster.time.advance(10_000);
    assertThat(two.presence.whenActive()).isCompleted();
  }

  @Test
  void livingBrokersStayUnfencedWithOneConnectionEach() {
    startThree();
    cluster.time.advance(60_000);
    assertThat(cluster.fenced(2)).isFalse();
    assertThat(cluster.nodes.get(2).connects).isEqualTo(1);
    assertThat(cluster.nodes.get(2).connections).hasSize(1);
    assertThat(cluster.nodes.get(1).connects).isZero();
  }

  @Test
  void aKilledBrokerIsFencedAfterTheGraceAndReturns() {
    startThree();
    cluster.kill(3);
    cluster.time.advance(199);
    assertThat(cluster.fenced(3)).isFalse();
    cluster.time.advance(2);
    assertThat(cluster.fenced(3)).isTrue();
    cluster.start(3, true);
    cluster.time.advance(50);
    assertThat(cluster.fenced(3)).isFalse();
  }

  @Test
  void aBrokerThatHasNotSeenTheMetadataYetSaysThatItsLogsAreWhole() {
    startThree();
    cluster.kill(1);
    cluster.kill(3);
    FakeCluster.Node again = cluster.startBehind(3);
    assertThat(again.proposed).first().isInstanceOfSatisfying(RegisterBroker.class,
        command -> assertThat(command.data().kept()).containsExactly("file"));
  }

  @Test
  void aBrokerThatReturnsBeforeItWasFencedWaits() {
    startThree();
    cluster.kill(3);
    FakeCluster.Node again = cluster.start(3, true);
    cluster.time.advance(10);
    assertThat(again.presence.registered()).isFalse();
    cluster.time.advance(500);
    assertThat(again.presence.registered()).isTrue();
    assertThat(cluster.fenced(3)).isFalse();
  }

  @Test
  void aConnectionThatBreaksIsRenewedInTime() {
    startThree();
    cluster.nodes.get(2).connections.get(0).drop();
    cluster.time.advance(1_000);
    assertThat(cluster.fenced(2)).isFalse();
    assertThat(cluster.nodes.get(2).connects).isEqualTo(2);
  }

  @Test
  void aControllerWhoseListenersCloseFencesNobody() {
    startThree();
    cluster.nodes.get(1).presence.sessions().onReachable(false);
    cluster.nodes.get(2).connections.get(0).drop();
    cluster.nodes.get(3).connections.get(0).drop();
    cluster.time.advance(60_000);
    assertThat(cluster.fenced(2)).isFalse();
    assertThat(cluster.fenced(3)).isFalse();
    cluster.kill(3);
    cluster.time.advance(60_000);
    cluster.nodes.get(1).presence.sessions().onReachable(true);
    cluster.time.advance(499);
    assertThat(cluster.fenced(3)).isFalse();
    cluster.time.advance(2);
    assertThat(cluster.fenced(2)).isFalse();
    assertThat(cluster.fenced(3)).isTrue();
  }

  @Test
  void aBrokerThatHangsIsFencedAfterItsSession() {
    startThree();
    FakeCluster.Node two = cluster.nodes.get(2);
    two.paused = true;
    cluster.time.advance(6_900);
    assertThat(cluster.fenced(2)).isFalse();
    cluster.time.advance(2_100);
    assertThat(cluster.fenced(2)).isTrue();
    two.resume();
    cluster.time.advance(2_100);
    assertThat(cluster.fenced(2)).isFalse();
  }

  @Test
  void brokersFollowTheNextControllerAndTheDeadOneIsFenced() {
    startThree();
    cluster.kill(1);
    cluster.time.advance(300);
    cluster.lead(2);
    cluster.time.advance(499);
    assertThat(cluster.fenced(1)).isFalse();
    cluster.time.advance(2);
    assertThat(cluster.fenced(1)).isTrue();
    assertThat(cluster.fenced(2)).isFalse();
    assertThat(cluster.fenced(3)).isFalse();
    cluster.time.advance(30_000);
    assertThat(cluster.fenced(3)).isFalse();
    assertThat(cluster.nodes.get(3).connections).hasSize(1).allMatch(link -> link.to.id == 2);
    assertThat(cluster.nodes.get(2).connections).isEmpty();
    cluster.start(1, true);
    cluster.time.advance(200);
    assertThat(cluster.fenced(1)).isFalse();
  }

  @Test
  void aControllerThatWasFencedUnfencesItself() {
    startThree();
    cluster.nodes.get(1).paused = true;
    cluster.lead(2);
    cluster.time.advance(501);
    assertThat(cluster.nodes.get(2).image.brokers().get(new BrokerId(1)).fenced()).isTrue();
    cluster.nodes.get(1).resume();
    cluster.lead(1);
    cluster.time.advance(2_000);
    assertThat(cluster.fenced(1)).isFalse();
  }

  @Test
  void theWholeClusterIsKilledAndComesBack() {
    startThree();
    cluster.kill(1);
    cluster.kill(2);
    cluster.kill(3);
    cluster.time.advance(60_000);
    cluster.start(2, true);
    cluster.start(3, true);
    cluster.lead(3);
    cluster.start(1, true);
    cluster.time.advance(3_000);
    for (int id = 1; id <= 3; id++) {
      assertThat(cluster.fenced(id)).as("broker " + id).isFalse();
      assertThat(cluster.nodes.get(id).fatal).isEmpty();
    }
  }

  @Test
  void aBrokerThatWasRemovedRegistersAgain() {
    startThree();
    cluster.propose(new UnregisterBroker(new BrokerId(2)));
    cluster.time.advance(100);
    assertThat(cluster.fenced(2)).isFalse();
  }

  @Test
  void aSecondLivingProcessOfABrokerEnds() {
    startThree();
    FakeCluster.Node first = cluster.nodes.get(2);
    FakeCluster.Node second = cluster.start(2, true);
    first.alive = true;
    cluster.time.advance(11_000);
    assertThat(second.fatal).isEmpty();
    cluster.time.advance(3_000);
    assertThat(second.fatal).hasSize(1).allMatch(why -> why.contains("Another broker with the id 2"));
    assertThat(first.fatal).isEmpty();
  }

  @Test
  void aProcessCountsFromTheStartAgainWhenNobodyCouldFenceTheOneBefore() {
    startThree();
    FakeCluster.Node first = cluster.nodes.get(2);
    FakeCluster.Node second = cluster.start(2, true);
    first.alive = true;
    cluster.time.advance(11_000);
    cluster.lead(-1);
    cluster.time.advance(2_000);
    cluster.lead(1);
    cluster.time.advance(3_000);
    assertThat(second.fatal).isEmpty();
  }

  @Test
  void aBrokerThatStopsIsToldWhenOthersLead() {
    startThree();
    CompletableFuture<Void> mayStop = cluster.nodes.get(3).presence.shutDown().toCompletableFuture();
    cluster.time.advance(10);
    assertThat(mayStop).isCompleted();
    assertThat(cluster.image().brokers().get(new BrokerId(3)).shuttingDown()).isTrue();
    CompletableFuture<Void> controller = cluster.nodes.get(1).presence.shutDown().toCompletableFuture();
    cluster.time.advance(10);
    assertThat(controller).isCompleted();
    assertThat(cluster.image().controller()).isEqualTo(new BrokerId(2));
    cluster.time.advance(5_000);
    assertThat(cluster.fenced(1)).isFalse();
    assertThat(cluster.fenced(2)).isFalse();
  }
}
