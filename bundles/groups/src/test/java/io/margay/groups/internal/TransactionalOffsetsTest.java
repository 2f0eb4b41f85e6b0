package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorException;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.margay.spi.partition.MarkerWriter.Marker;
import io.margay.spi.partition.TransactionVerifier.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Offsets that are committed within transactions. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionalOffsetsTest {
  private final GroupsFixture f = new GroupsFixture();
  private final List<Boolean> asked = new ArrayList<>();
  private Errors verdict = Errors.NONE;
  private Runnable meanwhile = () -> { };

  @BeforeEach
  void verify() {
    f.groups.transactional().setVerifier((claim, partition, add) -> {
      asked.add(add);
      meanwhile.run();
      return CompletableFuture.completedFuture(verdict);
    });
  }

  private Errors commit(long producer, int epoch, boolean add, long offset) {
    return commit(producer, epoch, add, offset, "", -1);
  }

  private Errors commit(long producer, int epoch, boolean add, long offset, String member, int generation) {
    OffsetCommitRequest r = new OffsetCommitRequest().setGroupId(GroupsFixture.GROUP).setMemberId(member)
        .setGenerationIdOrMemberEpoch(generation).setRetentionTimeMs(-1);
    r.topics().add(new OffsetCommitRequestTopic().setName("t").setPartitions(List.of(
        new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset).setCommittedMetadata("m"))));
    return f.groups.commitInTransaction(new Claim("tx", producer, (short) epoch), add, r, 8, 1)
        .thenApply(x -> Errors.forCode(x.topics().get(0).partitions().get(0).errorCode()))
        .exceptionally(CoordinatorException::errorOf).join();
  }

  private void mark(long producer, int epoch, boolean committed) {
    assertThat(f.groups.write(0, new Marker(producer, (short) epoch, committed, 1, 0)).join()).isEqualTo(Errors.NONE);
  }

  @Test
  void offsetsCountWhenTheTransactionIsCommitted() {
    assertThat(commit(7, 0, false, 10)).isEqualTo(Errors.NONE);
    assertThat(f.committed("t")).isEqualTo(-1);
    assertThat(Errors.forCode(f.fetch("t", true).errorCode())).isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT);
    assertThat(commit(7, 0, false, 11)).isEqualTo(Errors.NONE);
    assertThat(asked).as("once for a transaction").containsExactly(false);
    mark(7, 0, true);
    assertThat(f.committed("t")).isEqualTo(11);
    assertThat(Errors.forCode(f.fetch("t", true).errorCode())).isEqualTo(Errors.NONE);
    assertThat(commit(7, 0, true, 12)).isEqualTo(Errors.NONE);
    assertThat(asked).containsExactly(false, true);
    mark(7, 0, false);
    assertThat(f.committed("t")).isEqualTo(11);
    assertThat(f.log.markers).hasSize(2);
  }

  @Test
  void membersOfConsumerGroupsCommitInTheirEpoch() {
    TestConsumer a = new TestConsumer(f, "a", "t").beat();
    assertThat(commit(7, 0, true, 10, "a", a.epoch)).isEqualTo(Errors.NONE);
    assertThat(commit(7, 0, true, 10, "a", a.epoch + 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(commit(7, 0, true, 10, "x", a.epoch)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(commit(7, 0, true, 11)).as("a producer that knows no member").isEqualTo(Errors.NONE);
    mark(7, 0, true);
    assertThat(f.committed("t")).isEqualTo(11);
  }

  @Test
  void anotherEpochIsCheckedThoughTheLastTransactionHasNoMarkerYet() {
    commit(7, 0, true, 10);
    verdict = Errors.CONCURRENT_TRANSACTIONS;
    assertThat(commit(7, 1, true, 11)).as("retried, at the same coordinator").isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    verdict = Errors.PRODUCER_FENCED;
    assertThat(commit(7, 1, true, 11)).isEqualTo(Errors.PRODUCER_FENCED);
  }

  @Test
  void aMarkerInBetweenMeansOneMoreQuestion() {
    meanwhile = () -> {
      meanwhile = () -> { };
      mark(7, 0, false);
    };
    assertThat(commit(7, 0, true, 10)).isEqualTo(Errors.NONE);
    assertThat(asked).hasSize(2);
    mark(7, 0, true);
    assertThat(f.committed("t")).isEqualTo(10);
  }

  /** The order of the records counts, not that of the markers. */
  @Test
  void whatWasWrittenLastCounts() {
    commit(7, 0, true, 10);
    assertThat(f.commit("", -1, "t", 20)).isEqualTo(Errors.NONE);
    mark(7, 0, true);
    assertThat(f.committed("t")).isEqualTo(20);
    commit(7, 0, true, 30);
    commit(8, 0, true, 40);
    mark(8, 0, true);
    assertThat(f.committed("t")).isEqualTo(40);
    mark(7, 0, true);
    assertThat(f.committed("t")).isEqualTo(40);
    commit(7, 0, true, 50);
    commit(8, 0, true, 60);
    mark(7, 0, true);
    mark(8, 0, true);
    assertThat(f.committed("t")).isEqualTo(60);
  }

  @Test
  void refusalsReachTheProducer() {
    verdict = Errors.TRANSACTION_ABORTABLE;
    assertThat(commit(7, 0, false, 10)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
    verdict = Errors.NONE;
    assertThat(commit(7, 0, false, 10, "nobody", 3)).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(f.commit("", -1, "t", 3)).isEqualTo(Errors.NONE);
    assertThat(commit(7, 0, false, 10, "nobody", 3)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    f.groups.transactional().setVerifier(null);
    assertThat(commit(8, 0, false, 10)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
  }
}
