package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterDelta;
import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What members see while the log of their group is away for a moment: a slow answer. */
class WaitingTest {
  private static final int WAIT_MS = 30_000;
  private final GroupsFixture f = new GroupsFixture();

  @BeforeEach
  void waitForShards() {
    f.shardWaitMs = WAIT_MS;
  }

  private CompletableFuture<Errors> commitLater(String member, long offset) {
    return CompletableFuture.supplyAsync(() -> f.commit(member, 1, "t", offset));
  }

  @Test
  void commitsAndHeartbeatsWaitForASuspendedLog() {
    String member = f.stable(1).get(0);
    f.log.suspended = true;
    CompletableFuture<Errors> commit = commitLater(member, 5);
    CompletableFuture<Errors> beat = new CompletableFuture<>();
    f.log.awaitRefused();
    f.heartbeatLater(member, 1).thenAccept(beat::complete);
    assertThat(commit).isNotDone();
    assertThat(beat).isNotDone();
    f.log.resume();
    assertThat(commit.join()).isEqualTo(Errors.NONE);
    assertThat(beat.join()).isEqualTo(Errors.NONE);
    assertThat(f.committed("t")).isEqualTo(5);
  }

  @Test
  void membersWaitForTheirShardToComeBack() {
    String member = f.stable(1).get(0);
    f.groups.resigned(0);
    CompletableFuture<Errors> beat = f.heartbeatLater(member, 1);
    assertThat(beat).isNotDone();
    f.groups.elected(0, f.log);
    assertThat(beat.join()).isEqualTo(Errors.NONE);
  }

  @Test
  void whatIsParkedInAMemberIsRunAgainWhenTheShardIsBack() {
    List<String> members = f.stable(2);
    CompletableFuture<JoinGroupResponse> leader = f.join(members.get(0), null, 9);
    assertThat(leader).isNotDone();
    f.groups.resigned(0);
    assertThat(leader).isNotDone();
    f.groups.elected(0, f.log);
    assertThat(leader).isNotDone();
    CompletableFuture<JoinGroupResponse> join = f.join(members.get(1), null, 9);
    assertThat(join.join().errorCode()).isZero();
    assertThat(leader.join().errorCode()).isZero();
    CompletableFuture<SyncGroupResponse> sync = f.sync(members.get(1), join.join().generationId(), Map.of());
    assertThat(sync).isNotDone();
    f.groups.close();
    assertThat(sync.join().errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
  }

  @Test
  void nobodyWaitsForAShardThatIsLedElsewhere() {
    String member = f.stable(1).get(0);
    f.groups.resigned(0);
    CompletableFuture<Errors> beat = f.heartbeatLater(member, 1);
    f.image = GroupsFixture.image(Map.of("t", new UUID(1, 1)), 2);
    f.groups.onImage(new ClusterDelta(false, Set.of(), Set.of(), Set.of(), false));
    assertThat(beat.join()).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(f.heartbeat(member, 1)).isEqualTo(Errors.NOT_COORDINATOR);
  }

  @Test
  void theWaitIsBounded() {
    String member = f.stable(1).get(0);
    f.groups.resigned(0);
    CompletableFuture<Errors> beat = f.heartbeatLater(member, 1);
    f.time.advance(WAIT_MS - 1);
    assertThat(beat).isNotDone();
    f.time.advance(1);
    assertThat(beat.join()).isEqualTo(Errors.NOT_COORDINATOR);
  }
}
