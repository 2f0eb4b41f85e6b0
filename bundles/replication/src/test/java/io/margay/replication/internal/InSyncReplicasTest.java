package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.replication.internal.InSyncReplicas.Fetched;
import io.margay.replication.internal.InSyncReplicas.Proposal;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InSyncReplicasTest {
  private static final BrokerId SELF = new BrokerId(1);

  private static PartitionImage image(int partitionEpoch, int replicas, int... isr) {
    return new PartitionImage(0, IntStream.rangeClosed(1, replicas).mapToObj(BrokerId::new).toList(),
        IntStream.of(isr).mapToObj(BrokerId::new).toList(), SELF, new LeaderEpoch(3), partitionEpoch);
  }

  private static List<Integer> members(Proposal proposal) {
    return proposal.isr().stream().map(member -> member.id().value()).sorted().toList();
  }

  @Test
  void theSlowestOfTheIsrDecides() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 3, 1, 2, 3), SELF, 0);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(-1);
    assertThat(isr.onFetch(2, 5, 8, 0, 10, 0)).isEqualTo(Fetched.KNOWN);
    assertThat(isr.onFetch(3, 5, 6, 0, 10, 0)).isEqualTo(Fetched.KNOWN);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(6);
    assertThat(isr.onFetch(4, 5, 6, 0, 10, 0)).isEqualTo(Fetched.NO_REPLICA);
    assertThat(isr.onFetch(2, 4, 10, 0, 10, 0)).isEqualTo(Fetched.STALE);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(6);
  }

  @Test
  void aChangedIsrKeepsTheProgress() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 3, 1, 2, 3), SELF, 0);
    isr.onFetch(2, 5, 8, 0, 10, 0);
    isr.onFetch(3, 5, 6, 0, 10, 0);
    isr.update(image(2, 3, 1, 2), 0);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(8);
    isr.update(image(3, 3, 1, 2, 3), 0);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(6);
  }

  @Test
  void nothingIsCommittedUnderTooFew() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 3, 1), SELF, 0);
    assertThat(isr.committedEnd(10, 2)).isEqualTo(-1);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(10);
    assertThat(isr.tooFew(2)).isTrue();
    assertThat(new InSyncReplicas(image(1, 1, 1), SELF, 0).tooFew(2)).as("as far as there are replicas").isFalse();
    assertThat(new InSyncReplicas(image(1, 1, 1), SELF, 0).committedEnd(10, 2)).isEqualTo(10);
  }

  @Test
  void bothTheOldAndTheProposedIsrCount() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 3, 1, 2), SELF, 0);
    isr.onFetch(2, 5, 10, 0, 10, 0);
    isr.onFetch(3, 5, 7, 0, 10, 0);
    assertThat(isr.proposeJoining(3, 8, 0)).as("lacks what is committed").isNull();
    assertThat(isr.proposeJoining(3, 5, 8)).as("lacks what the epoch began with").isNull();
    Proposal proposal = isr.proposeJoining(3, 7, 0);
    assertThat(members(proposal)).containsExactly(1, 2, 3);
    assertThat(proposal.partitionEpoch()).isEqualTo(1);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(7);
    assertThat(isr.mayJoin(3)).as("one at a time").isFalse();
    isr.update(image(1, 3, 1, 2), 0);
    assertThat(isr.committedEnd(10, 1)).as("an image that does not confirm it").isEqualTo(7);
    isr.refused(proposal);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(10);
  }

  @Test
  void whoLeavesCountsUntilTheImageSaysSo() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 3, 1, 2, 3), SELF, 0);
    isr.onFetch(2, 5, 10, 0, 10, 900);
    isr.onFetch(3, 5, 7, 0, 10, 900);
    assertThat(isr.proposeWithoutLagging(10, 1000, 1000)).isNull();
    Proposal proposal = isr.proposeWithoutLagging(10, 1001, 1000);
    assertThat(members(proposal)).containsExactly(1, 2);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(7);
    isr.update(image(2, 3, 1, 2), 1001);
    assertThat(isr.committedEnd(10, 1)).isEqualTo(10);
  }

  @Test
  void aFollowerThatAlwaysHasWhatTheLeaderHadIsInSync() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 2, 1, 2), SELF, 0);
    for (int i = 0; i < 10; i++) {
      isr.onFetch(2, 5, 100L * i, 0, 100L * (i + 1), 500L * i);
    }
    assertThat(isr.proposeWithoutLagging(1100, 5000, 1000)).isNull();
    assertThat(isr.proposeWithoutLagging(1100, 5001, 1000)).isNotNull();
  }

  @Test
  void aStallIsCountedInLooksWithoutAFetch() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 3, 1, 2, 3), SELF, 0);
    isr.onFetch(2, 5, 9, 0, 10, 0);
    isr.onFetch(3, 5, 9, 0, 10, 0);
    isr.forgetLooks();
    for (int look = 1; look < 3; look++) {
      isr.onFetch(2, 5, 9, 0, 10, 0);
      assertThat(isr.proposeWithoutStalled(10, 3, 2)).isNull();
    }
    isr.onFetch(2, 5, 9, 0, 10, 0);
    assertThat(members(isr.proposeWithoutStalled(10, 3, 2))).containsExactly(1, 2);
  }

  @Test
  void noneIsTakenOutForAStallWhenTooFewWouldRemain() {
    InSyncReplicas isr = new InSyncReplicas(image(1, 2, 1, 2), SELF, 0);
    isr.onFetch(2, 5, 9, 0, 10, 0);
    isr.forgetLooks();
    for (int look = 0; look < 9; look++) {
      assertThat(isr.proposeWithoutStalled(10, 3, 2)).isNull();
    }
    assertThat(members(isr.proposeWithoutStalled(10, 3, 1))).containsExactly(1);
  }
}
