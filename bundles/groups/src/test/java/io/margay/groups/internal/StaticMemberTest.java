package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Static members (KIP-345, KIP-814). */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StaticMemberTest {
  private final GroupsFixture f = new GroupsFixture();
  private String one;
  private String two;

  private void stable() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> a = f.join("", "i1", 9);
    CompletableFuture<JoinGroupResponse> b = f.join("", "i2", 9);
    f.time.advance(5);
    one = a.join().memberId();
    two = b.join().memberId();
    assertThat(one).startsWith("i1-");
    f.sync(one, "i1", 1, Map.of(one, "x", two, "y")).join();
    f.sync(two, "i2", 1, Map.of()).join();
  }

  @Test
  void aRestartedMemberKeepsItsAssignment() {
    stable();
    JoinGroupResponse back = f.join("", "i2", 9).join();
    assertThat(back.errorCode()).isZero();
    assertThat(back.generationId()).isEqualTo(1);
    assertThat(back.memberId()).isNotEqualTo(two);
    assertThat(back.leader()).isEqualTo(one);
    assertThat(back.skipAssignment()).isFalse();
    assertThat(f.state()).isEqualTo("Stable");
    assertThat(new String(f.sync(back.memberId(), "i2", 1, Map.of()).join().assignment())).isEqualTo("y");
    // the one before is fenced
    assertThat(f.heartbeat(two, "i2", 1)).isEqualTo(Errors.FENCED_INSTANCE_ID);
    assertThat(f.sync(two, "i2", 1, Map.of()).join().errorCode()).isEqualTo(Errors.FENCED_INSTANCE_ID.code());
    assertThat(f.join(two, "i2", 9).join().errorCode()).isEqualTo(Errors.FENCED_INSTANCE_ID.code());
    assertThat(f.heartbeat(back.memberId(), "i2", 1)).isEqualTo(Errors.NONE);
    assertThat(f.heartbeat("x", "i9", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    f.restart();
    assertThat(f.heartbeat(back.memberId(), "i2", 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void aRestartedLeaderIsToldToSkipTheAssignment() {
    stable();
    JoinGroupResponse back = f.join("", "i1", 9).join();
    assertThat(back.skipAssignment()).isTrue();
    assertThat(back.leader()).isEqualTo(back.memberId());
    assertThat(back.members()).hasSize(2);
  }

  @Test
  void anOlderLeaderIsToldThatItDoesNotLead() {
    stable();
    JoinGroupResponse back = f.join("", "i1", 5).join();
    assertThat(back.leader()).isEqualTo(one);
    assertThat(back.members()).isEmpty();
  }

  @Test
  void withOtherProtocolsAReplacementIsARebalance() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> a = f.join("", "i1", 9, "range", "rr");
    f.time.advance(5);
    f.sync(a.join().memberId(), "i1", 1, Map.of()).join();
    JoinGroupResponse back = f.join("", "i1", 9, "rr").join();
    assertThat(back.generationId()).isEqualTo(2);
    assertThat(back.protocolName()).isEqualTo("rr");
  }

  @Test
  void aReplacementThatCannotBeWrittenIsTakenBack() {
    stable();
    f.log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    assertThat(f.join("", "i2", 9).join().errorCode()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE.code());
    f.log.failWith = Errors.NONE;
    assertThat(f.heartbeat(two, "i2", 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void aReplacementDuringARebalanceFencesWhoWaits() {
    stable();
    CompletableFuture<JoinGroupResponse> waits = f.join(one, "i1", 9);
    assertThat(waits).isNotDone();
    CompletableFuture<JoinGroupResponse> again = f.join("", "i1", 9);
    assertThat(waits.join().errorCode()).isEqualTo(Errors.FENCED_INSTANCE_ID.code());
    assertThat(again).isNotDone();
    f.join(two, "i2", 9);
    assertThat(again.join().generationId()).isEqualTo(2);
  }

  @Test
  void aReplacementBeforeTheAssignmentIsARebalance() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> a = f.join("", "i1", 9);
    CompletableFuture<JoinGroupResponse> b = f.join("", "i2", 9);
    f.time.advance(5);
    CompletableFuture<SyncGroupResponse> sync = f.sync(b.join().memberId(), "i2", 1, Map.of());
    f.join("", "i1", 9);
    assertThat(sync.join().errorCode()).isEqualTo(Errors.REBALANCE_IN_PROGRESS.code());
    assertThat(f.state()).isEqualTo("PreparingRebalance");
    assertThat(a).isDone();
  }

  @Test
  void aSilentStaticMemberKeepsItsPlaceUntilItsSessionEnds() {
    stable();
    f.time.advance(9_000);
    f.heartbeat(two, "i2", 1);
    CompletableFuture<JoinGroupResponse> dynamic = f.joinNew();
    f.join(two, "i2", 9);
    assertThat(dynamic).isNotDone();
    f.time.advance(2_000);
    assertThat(dynamic.join().errorCode()).isZero();
    assertThat(f.heartbeat(one, "i1", 2)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void anAdministratorTakesInstancesOut() {
    stable();
    assertThat(f.leave("#i1", "#i9", "nobody")).containsExactly(Errors.NONE, Errors.UNKNOWN_MEMBER_ID, Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.heartbeat(one, "i1", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.state()).isEqualTo("PreparingRebalance");
  }
}
