package io.margay.controller.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.session.BrokerSessions.Beat;
import io.margay.controller.internal.session.BrokerSessions.Limits;
import io.margay.controller.internal.session.BrokerSessions.Status;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.ShutDownBroker;
import io.margay.controller.internal.state.Command.UnfenceBroker;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BrokerSessionsTest {
  private static final BrokerId SELF = new BrokerId(1);
  private static final BrokerId TWO = new BrokerId(2);
  private static final Limits LIMITS = new Limits(9_000, 200, 500, 1_000);
  private final BrokerSessions sessions = new BrokerSessions(SELF);
  private final SortedMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
  private long offset = 100;

  private void put(int id, long epoch, boolean fenced, boolean leaving) {
    brokers.put(new BrokerId(id), new BrokerImage(new BrokerId(id), epoch, List.of(), null, fenced, leaving));
  }

  private void lead(long now) {
    sessions.lead(now, brokers, offset, LIMITS);
  }

  private void changed(long now) {
    sessions.brokers(now, brokers, ++offset, LIMITS);
  }

  private Status beat(long now, int id, long epoch, long seen) {
    return sessions.beat(now, new Beat(new BrokerId(id), epoch, seen, false, false), LIMITS);
  }

  private List<Command> due(long now) {
    return sessions.due(now, LIMITS);
  }

  @Test
  void silentBrokersAreFencedAfterTheTimeToReport() {
    put(1, 10, false, false);
    put(2, 20, false, false);
    put(3, 30, false, false);
    lead(0);
    beat(100, 2, 20, 50);
    assertThat(due(499)).isEmpty();
    assertThat(sessions.nextMs()).isEqualTo(500);
    assertThat(due(500)).containsExactly(new FenceBroker(new BrokerId(3), 30));
    assertThat(due(501)).isEmpty();
    assertThat(due(1_500)).containsExactly(new FenceBroker(new BrokerId(3), 30));
    put(3, 30, true, false);
    changed(1_600);
    assertThat(due(9_000)).isEmpty();
    assertThat(due(9_100)).containsExactly(new FenceBroker(TWO, 20));
  }

  @Test
  void theControllersOwnBrokerNeverTimesOut() {
    put(1, 10, false, false);
    lead(0);
    assertThat(due(1_000_000)).isEmpty();
    assertThat(sessions.nextMs()).isEqualTo(Long.MAX_VALUE);
    put(1, 10, true, false);
    changed(1_000_000);
    beat(1_000_000, 1, 10, offset);
    assertThat(due(1_000_000)).containsExactly(new UnfenceBroker(SELF, 10));
  }

  @Test
  void aBrokenConnectionShortensTheSessionUnlessTheBrokerReturns() {
    put(2, 20, false, false);
    lead(0);
    beat(10, 2, 20, 50);
    sessions.broken(1_000, TWO, 20, LIMITS);
    assertThat(sessions.nextMs()).isEqualTo(1_200);
    beat(1_100, 2, 20, 50);
    assertThat(due(1_200)).isEmpty();
    sessions.broken(2_000, TWO, 20, LIMITS);
    assertThat(due(2_200)).containsExactly(new FenceBroker(TWO, 20));
  }

  @Test
  void aBrokerIsUnfencedWhenItHasSeenItsRegistration() {
    lead(0);
    put(2, 120, true, false);
    offset = 119;
    changed(1);
    assertThat(beat(2, 2, 120, 119)).isEqualTo(new Status(Errors.NONE, false, true, false));
    assertThat(due(2)).isEmpty();
    assertThat(beat(3, 2, 120, 120)).isEqualTo(new Status(Errors.NONE, true, true, false));
    assertThat(due(3)).containsExactly(new UnfenceBroker(TWO, 120));
    put(2, 120, false, false);
    changed(4);
    assertThat(due(5)).isEmpty();
    assertThat(sessions.nextMs()).isEqualTo(9_003);
  }

  @Test
  void aBrokerThatWasAwayMustSeeThatItWasFenced() {
    put(2, 20, false, false);
    lead(0);
    beat(0, 2, 20, 90);
    assertThat(due(9_000)).hasSize(1);
    put(2, 20, true, false);
    changed(9_010);
    beat(10_000, 2, 20, 90);
    assertThat(due(10_000)).isEmpty();
    beat(10_001, 2, 20, offset);
    assertThat(due(10_001)).containsExactly(new UnfenceBroker(TWO, 20));
  }

  @Test
  void aFencedBrokerThatGoesAwayNeedsNoTimer() {
    put(2, 20, true, false);
    lead(0);
    beat(1, 2, 20, 5);
    sessions.broken(2, TWO, 20, LIMITS);
    assertThat(due(300)).isEmpty();
    assertThat(sessions.nextMs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void wrongEpochsAndUnknownBrokersAreRefused() {
    put(2, 20, false, false);
    assertThat(beat(0, 2, 20, 1).error()).isEqualTo(Errors.NOT_CONTROLLER);
    lead(0);
    assertThat(beat(0, 2, 19, 1).error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
    assertThat(beat(0, 7, 19, 1).error()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
    sessions.broken(0, TWO, 19, LIMITS);
    assertThat(due(400)).isEmpty();
    sessions.resign();
    assertThat(due(1_000_000)).isEmpty();
  }

  @Test
  void aBrokerThatIsStoppingMayDoSoOnceOthersLead() {
    put(2, 20, false, false);
    lead(0);
    Status status = sessions.beat(1, new Beat(TWO, 20, 5, false, true), LIMITS);
    assertThat(status.mayStop()).isFalse();
    assertThat(due(1)).containsExactly(new ShutDownBroker(TWO, 20));
    put(2, 20, false, true);
    changed(2);
    assertThat(sessions.status(TWO, 20).mayStop()).isTrue();
    assertThat(due(2_000)).isEmpty();
    sessions.broken(2_500, TWO, 20, LIMITS);
    assertThat(due(2_700)).containsExactly(new FenceBroker(TWO, 20));
    put(2, 20, true, true);
    changed(2_701);
    sessions.beat(2_800, new Beat(TWO, 20, 500, false, true), LIMITS);
    assertThat(due(9_000)).isEmpty();
  }

  @Test
  void aBrokerThatGoesAwayWhileItIsBeingUnfencedIsFencedAgain() {
    put(1, 10, false, false);
    put(2, 20, true, false);
    lead(0);
    beat(10, 2, 20, 500);
    assertThat(due(10)).containsExactly(new UnfenceBroker(TWO, 20));
    sessions.broken(20, TWO, 20, LIMITS);
    assertThat(due(1_500)).isEmpty();
    put(2, 20, false, false);
    changed(1_600);
    assertThat(sessions.nextMs()).isEqualTo(2_100);
    assertThat(due(2_100)).containsExactly(new FenceBroker(TWO, 20));
  }

  @Test
  void anUnfencedBrokerThatNeverReportsIsFenced() {
    lead(0);
    put(2, 20, false, false);
    changed(5);
    assertThat(sessions.nextMs()).isEqualTo(9_005);
    put(2, 30, false, false);
    changed(6);
    assertThat(due(9_005)).containsExactly(new FenceBroker(TWO, 30));
  }

  /** A controller whose listeners are closed has cut the connections itself. */
  @Test
  void nobodyIsLateWhileBrokersCannotReachTheController() {
    put(1, 10, false, false);
    put(2, 20, false, false);
    lead(0);
    beat(100, 2, 20, 50);
    sessions.reachable(1_000, false, LIMITS);
    sessions.broken(1_001, TWO, 20, LIMITS);
    assertThat(due(1_000_000)).isEmpty();
    assertThat(sessions.nextMs()).isEqualTo(Long.MAX_VALUE);
    sessions.reachable(1_000_000, true, LIMITS);
    assertThat(due(1_000_499)).isEmpty();
    assertThat(sessions.nextMs()).isEqualTo(1_000_500);
    assertThat(due(1_000_500)).containsExactly(new FenceBroker(TWO, 20));
  }
}
