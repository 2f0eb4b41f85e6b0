package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The classic protocol with dynamic members. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClassicGroupTest {
  private final GroupsFixture f = new GroupsFixture();

  private static Errors error(CompletableFuture<JoinGroupResponse> join) {
    assertThat(join).isDone();
    return Errors.forCode(join.join().errorCode());
  }

  private static Errors syncError(CompletableFuture<SyncGroupResponse> sync) {
    assertThat(sync).isDone();
    return Errors.forCode(sync.join().errorCode());
  }

  @Test
  void oneMemberJoinsSyncsAndCommits() {
    JoinGroupResponse joined = f.joinNew().join();
    assertThat(joined.errorCode()).isZero();
    assertThat(joined.generationId()).isEqualTo(1);
    assertThat(joined.leader()).isEqualTo(joined.memberId());
    assertThat(joined.protocolName()).isEqualTo("range");
    assertThat(joined.protocolType()).isEqualTo("consumer");
    assertThat(joined.members()).hasSize(1);
    assertThat(f.state()).isEqualTo("CompletingRebalance");
    assertThat(f.commit(joined.memberId(), 1, "t", 5)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    SyncGroupResponse synced = f.sync(joined.memberId(), 1, Map.of(joined.memberId(), "mine")).join();
    assertThat(new String(synced.assignment())).isEqualTo("mine");
    assertThat(synced.protocolName()).isEqualTo("range");
    assertThat(f.state()).isEqualTo("Stable");
    assertThat(f.heartbeat(joined.memberId(), 1)).isEqualTo(Errors.NONE);
    assertThat(f.commit(joined.memberId(), 1, "t", 42)).isEqualTo(Errors.NONE);
    assertThat(f.committed("t")).isEqualTo(42);
    assertThat(f.leave(joined.memberId())).containsExactly(Errors.NONE);
    assertThat(f.state()).isEqualTo("Empty");
    assertThat(f.committed("t")).isEqualTo(42);
  }

  @Test
  void oldClientsJoinWithoutAnIdFirst() {
    JoinGroupRequest request = GroupsFixture.joinRequest("", null, "range").setRebalanceTimeoutMs(-1);
    JoinGroupResponse joined = f.join(request, 0).join();
    assertThat(joined.errorCode()).isZero();
    assertThat(joined.memberId()).startsWith("client-");
  }

  @Test
  void secondMemberMakesTheFirstJoinAgain() {
    String a = f.stable(1).get(0);
    CompletableFuture<JoinGroupResponse> b = f.joinNew();
    assertThat(b).isNotDone();
    assertThat(f.state()).isEqualTo("PreparingRebalance");
    assertThat(f.heartbeat(a, 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    assertThat(syncError(f.sync(a, 1, Map.of()))).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    // a commit is still taken: the consumer commits before it joins again
    assertThat(f.commit(a, 1, "t", 7)).isEqualTo(Errors.NONE);
    CompletableFuture<JoinGroupResponse> again = f.join(a, null, 9);
    assertThat(error(again)).isEqualTo(Errors.NONE);
    assertThat(error(b)).isEqualTo(Errors.NONE);
    assertThat(again.join().generationId()).isEqualTo(2);
    assertThat(again.join().leader()).isEqualTo(a);
    assertThat(again.join().members()).hasSize(2);
    assertThat(b.join().members()).isEmpty();
    String other = b.join().memberId();
    CompletableFuture<SyncGroupResponse> waits = f.sync(other, 2, Map.of());
    assertThat(waits).isNotDone();
    f.sync(a, 2, Map.of(a, "x", other, "y"));
    assertThat(new String(waits.join().assignment())).isEqualTo("y");
    assertThat(f.heartbeat(a, 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(f.heartbeat("nobody", 2)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void membersThatDoNotComeBackAreTakenOut() {
    List<String> ids = f.stable(2);
    CompletableFuture<JoinGroupResponse> a = f.join(ids.get(0), null, 9);
    assertThat(a).isNotDone();
    for (int i = 0; i < 12; i++) {
      f.heartbeat(ids.get(1), 1);
      f.time.advance(5_000);
    }
    assertThat(error(a)).isEqualTo(Errors.NONE);
    assertThat(a.join().members()).hasSize(1);
    assertThat(f.heartbeat(ids.get(1), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aSilentMemberLosesItsSession() {
    List<String> ids = f.stable(2);
    f.time.advance(6_000);
    assertThat(f.heartbeat(ids.get(0), 1)).isEqualTo(Errors.NONE);
    f.time.advance(6_000);
    assertThat(f.heartbeat(ids.get(0), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    assertThat(f.heartbeat(ids.get(1), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    f.time.advance(20_000);
    assertThat(f.state()).isEqualTo("Empty");
    assertThat(f.time.timers()).isZero();
  }

  @Test
  void heartbeatsAndCommitsKeepTheSession() {
    String a = f.stable(1).get(0);
    for (int i = 0; i < 10; i++) {
      f.time.advance(9_000);
      assertThat(i % 2 == 0 ? f.heartbeat(a, 1) : f.commit(a, 1, "t", i)).isEqualTo(Errors.NONE);
    }
  }

  @Test
  void theLeadersDeathDuringSyncIsNoticed() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> a = f.joinNew();
    CompletableFuture<JoinGroupResponse> b = f.joinNew();
    f.time.advance(5);
    CompletableFuture<SyncGroupResponse> waits = f.sync(b.join().memberId(), 1, Map.of());
    f.time.advance(10_000);
    assertThat(syncError(waits)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    CompletableFuture<JoinGroupResponse> again = f.join(b.join().memberId(), null, 9);
    assertThat(error(again)).isEqualTo(Errors.NONE);
    assertThat(again.join().leader()).isEqualTo(b.join().memberId());
    assertThat(f.heartbeat(a.join().memberId(), 2)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void membersThatDoNotSyncAreTakenOut() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> a = f.joinNew();
    CompletableFuture<JoinGroupResponse> b = f.joinNew();
    f.time.advance(5);
    String ida = a.join().memberId();
    f.sync(ida, 1, Map.of());
    for (int i = 0; i < 13; i++) {
      f.heartbeat(ida, 1);
      f.heartbeat(b.join().memberId(), 1);
      f.time.advance(5_000);
    }
    assertThat(f.heartbeat(ida, 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    assertThat(f.heartbeat(b.join().memberId(), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void theFirstRebalanceWaitsForMore() {
    f.config.delayMs = 3_000;
    CompletableFuture<JoinGroupResponse> a = f.joinNew();
    f.time.advance(2_000);
    CompletableFuture<JoinGroupResponse> b = f.joinNew();
    f.time.advance(2_000);
    // the second one has prolonged the delay
    assertThat(a).isNotDone();
    f.time.advance(2_000);
    assertThat(a.join().members()).hasSize(2);
    assertThat(b.join().generationId()).isEqualTo(1);
  }

  @Test
  void followersThatComeAgainUnchangedDisturbNobody() {
    List<String> ids = f.stable(2);
    JoinGroupResponse again = f.join(ids.get(1), null, 9).join();
    assertThat(again.generationId()).isEqualTo(1);
    assertThat(again.members()).isEmpty();
    assertThat(f.state()).isEqualTo("Stable");
    assertThat(new String(f.sync(ids.get(1), 1, Map.of()).join().assignment())).isEqualTo("a-1");
    // with other metadata it is a change
    assertThat(f.join(ids.get(1), null, 9, "range:new")).isNotDone();
    assertThat(f.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void theLeaderComingAgainIsARebalance() {
    List<String> ids = f.stable(2);
    assertThat(f.join(ids.get(0), null, 9)).isNotDone();
    assertThat(f.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void aLostJoinAnswerIsGivenAgain() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> a = f.joinNew();
    f.joinNew();
    f.time.advance(5);
    JoinGroupResponse again = f.join(a.join().memberId(), null, 9).join();
    assertThat(again.members()).hasSize(2);
    assertThat(again.generationId()).isEqualTo(1);
    assertThat(f.state()).isEqualTo("CompletingRebalance");
  }

  @Test
  void theProtocolIsTheOneThatMostPrefer() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> a = f.joinNew("x", "range", "rr");
    f.joinNew("rr", "range");
    f.joinNew("rr", "range");
    f.time.advance(5);
    assertThat(a.join().protocolName()).isEqualTo("rr");
    assertThat(error(f.join("", null, 9, "sticky"))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    JoinGroupRequest connect = GroupsFixture.joinRequest("", null, "range").setProtocolType("connect");
    assertThat(error(f.join(connect, 9))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void badRequestsAreRefused() {
    assertThat(error(f.join(GroupsFixture.joinRequest("", null, "range").setGroupId(""), 9))).isEqualTo(Errors.INVALID_GROUP_ID);
    assertThat(error(f.join(GroupsFixture.joinRequest("", null, "range").setSessionTimeoutMs(10), 9)))
        .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
    assertThat(error(f.join(GroupsFixture.joinRequest("", null), 9))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    assertThat(error(f.join(GroupsFixture.joinRequest("", null, "range").setProtocolType(""), 9)))
        .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    assertThat(error(f.join("some-id", null, 9))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(syncError(f.sync("some-id", 1, Map.of()))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.leave("some-id")).containsExactly(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.state()).isEqualTo("Dead");
  }

  @Test
  void idsThatNobodyUsesAreForgotten() {
    String a = f.stable(1).get(0);
    JoinGroupResponse pending = f.join("", null, 9).join();
    assertThat(pending.errorCode()).isEqualTo(Errors.MEMBER_ID_REQUIRED.code());
    CompletableFuture<JoinGroupResponse> again = f.join(a, null, 9);
    // the rebalance waits for the one that was promised to come
    assertThat(again).isNotDone();
    f.time.advance(10_000);
    assertThat(error(again)).isEqualTo(Errors.NONE);
    assertThat(error(f.join(pending.memberId(), null, 9))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aPendingMemberCanLeave() {
    JoinGroupResponse pending = f.join("", null, 9).join();
    assertThat(f.leave(pending.memberId())).containsExactly(Errors.NONE);
    assertThat(f.time.timers()).isZero();
  }

  @Test
  void aFullGroupTakesNobodyElse() {
    f.config.maxSize = 1;
    String a = f.stable(1).get(0);
    assertThat(error(f.join("", null, 9))).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    assertThat(error(f.join(a, null, 9))).isEqualTo(Errors.NONE);
  }

  @Test
  void aMemberWhoseJoinIsForgottenByItsClientEndsAfterFiveMinutes() {
    List<String> ids = f.stable(1);
    CompletableFuture<JoinGroupResponse> b = f.joinNew();
    for (int i = 0; i < 5; i++) {
      f.heartbeat(ids.get(0), 1);
      f.time.advance(9_000);
    }
    assertThat(b).isNotDone();
    f.leave(ids.get(0));
    assertThat(error(b)).isEqualTo(Errors.NONE);
  }

  @Test
  void leavingWhileOthersWaitCompletesTheRebalance() {
    List<String> ids = f.stable(2);
    CompletableFuture<JoinGroupResponse> a = f.join(ids.get(0), null, 9);
    assertThat(a).isNotDone();
    assertThat(f.leave(ids.get(1))).containsExactly(Errors.NONE);
    assertThat(error(a)).isEqualTo(Errors.NONE);
  }

  @Test
  void anAssignmentThatCannotBeWrittenMakesARebalance() {
    JoinGroupResponse a = f.joinNew().join();
    f.log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    assertThat(syncError(f.sync(a.memberId(), 1, Map.of()))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    f.time.advance(0);
    assertThat(f.state()).isEqualTo("PreparingRebalance");
    f.log.failWith = Errors.NONE;
    assertThat(f.join(a.memberId(), null, 9).join().generationId()).isEqualTo(2);
  }

  @Test
  void assignmentsAreGivenOutWhenTheyAreCommitted() {
    JoinGroupResponse a = f.joinNew().join();
    f.log.hold = true;
    CompletableFuture<SyncGroupResponse> sync = f.sync(a.memberId(), 1, Map.of(a.memberId(), "z"));
    assertThat(sync).isNotDone();
    f.log.release(Errors.NONE);
    assertThat(new String(sync.join().assignment())).isEqualTo("z");
  }

  @Test
  void whatIsParkedIsAnsweredWhenTheShardGoes() {
    List<String> ids = f.stable(2);
    CompletableFuture<JoinGroupResponse> a = f.join(ids.get(0), null, 9);
    f.groups.resigned(0);
    assertThat(error(a)).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(f.heartbeat(ids.get(1), 1)).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(f.time.timers()).isZero();
  }

  @Test
  void groupsComeBackFromTheLog() {
    List<String> ids = f.stable(2);
    f.commit(ids.get(0), 1, "t", 9);
    f.restart();
    assertThat(f.state()).isEqualTo("Stable");
    assertThat(f.heartbeat(ids.get(0), 1)).isEqualTo(Errors.NONE);
    assertThat(new String(f.sync(ids.get(1), 1, Map.of()).join().assignment())).isEqualTo("a-1");
    assertThat(f.committed("t")).isEqualTo(9);
    assertThat(f.commit(ids.get(1), 1, "t", 10)).isEqualTo(Errors.NONE);
    f.time.advance(10_000);
    assertThat(f.heartbeat(ids.get(0), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }
}
