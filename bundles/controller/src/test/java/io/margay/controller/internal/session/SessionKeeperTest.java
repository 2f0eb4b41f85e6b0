package io.margay.controller.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.session.BrokerSessions.Beat;
import io.margay.controller.internal.session.BrokerSessions.Status;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.ShutDownBroker;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.spi.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SessionKeeperTest {
  private static final BrokerId TWO = new BrokerId(2);
  private static final long EPOCH = 20;
  private final ManualTime time = new ManualTime();
  private final List<Command> proposed = new ArrayList<>();
  private final List<Status> told = new ArrayList<>();
  private CompletableFuture<Boolean> gone = CompletableFuture.completedFuture(false);
  private final SessionKeeper keeper = new SessionKeeper(new BrokerId(1), time, time, () -> new SessionLimits(9_000, 2_000, 200, 500),
      command -> {
        proposed.add(command);
        return CompletableFuture.completedFuture(null);
      }, broker -> gone);
  private long index = 100;

  private void brokers(boolean leaving) {
    SortedMap<BrokerId, BrokerImage> now = new TreeMap<>();
    now.put(TWO, new BrokerImage(TWO, EPOCH, List.of(), null, false, leaving));
    keeper.onBrokers(now, ++index);
  }

  private BooleanSupplier beat(boolean wantShutDown) {
    return keeper.beat(new Beat(TWO, EPOCH, index, false, wantShutDown), told::add);
  }

  @Test
  void aBrokerThatHasStoppedInGoodOrderIsFencedAsSoonAsItsConnectionCloses() {
    brokers(false);
    keeper.onLeader(true);
    beat(false);
    beat(true);
    assertThat(proposed).containsExactly(new ShutDownBroker(TWO, EPOCH));
    told.clear();
    brokers(true);
    assertThat(told).hasSize(1);
    assertThat(told.get(0).mayStop()).isTrue();
    BooleanSupplier closed = beat(true);
    assertThat(told).as("the next heartbeat waits").hasSize(1);
    closed.getAsBoolean();
    time.advance(150);
    assertThat(proposed).hasSize(1);
    time.advance(1_000);
    assertThat(proposed).containsExactly(new ShutDownBroker(TWO, EPOCH), new FenceBroker(TWO, EPOCH));
  }

  @Test
  void aBrokerThatLostTheAnswerIsToldAgainThatItMayStop() {
    brokers(false);
    keeper.onLeader(true);
    beat(true);
    brokers(true);
    BooleanSupplier closed = beat(true);
    closed.getAsBoolean();
    told.clear();
    beat(true);
    assertThat(told).hasSize(1);
    assertThat(told.get(0).mayStop()).isTrue();
  }

  @Test
  void aBrokerThatEndedWithTheControllerBeforeIsFencedAtOnce() {
    gone = new CompletableFuture<>();
    brokers(false);
    keeper.onLeader(true);
    assertThat(proposed).isEmpty();
    gone.complete(true);
    assertThat(proposed).containsExactly(new FenceBroker(TWO, EPOCH));
  }

  @Test
  void aBrokerThatReportsIsNotFencedThoughItsListenerRefusesConnections() {
    gone = new CompletableFuture<>();
    brokers(false);
    keeper.onLeader(true);
    beat(false);
    gone.complete(true);
    assertThat(proposed).isEmpty();
  }

  @Test
  void aBrokerWhoseConnectionClosesIsFencedAtOnceWhenItIsGone() {
    brokers(false);
    keeper.onLeader(true);
    BooleanSupplier closed = beat(false);
    gone = CompletableFuture.completedFuture(true);
    closed.getAsBoolean();
    assertThat(proposed).containsExactly(new FenceBroker(TWO, EPOCH));
  }

  @Test
  void aBrokerThatDoesNotReportIsFencedWhenItsTimeIsOver() {
    brokers(false);
    keeper.onLeader(true);
    time.advance(499);
    assertThat(proposed).isEmpty();
    time.advance(1);
    assertThat(proposed).containsExactly(new FenceBroker(TWO, EPOCH));
  }
}
