package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.ShardState;
import io.margay.groups.internal.offsets.CommittedOffset;
import io.margay.groups.internal.offsets.OffsetRecords;
import io.margay.metadata.ClusterDelta;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Messages;
import io.margay.protocol.message.ConsumerProtocolSubscription;
import io.margay.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Offsets: who may commit, what is fetched, what is forgotten; and deleting groups. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OffsetsTest {
  private static final long DAY = 24L * 3600 * 1000;
  private final GroupsFixture f = new GroupsFixture();

  private Errors deleteOffset(String topic) {
    OffsetDeleteRequest r = new OffsetDeleteRequest().setGroupId(GroupsFixture.GROUP);
    r.topics().add(new OffsetDeleteRequest.OffsetDeleteRequestTopic().setName(topic)
        .setPartitions(List.of(new OffsetDeleteRequest.OffsetDeleteRequestPartition().setPartitionIndex(0))));
    return f.groups.deleteOffsets(r, 1).thenApply(x -> Errors.forCode(x.topics().get(0).partitions().get(0).errorCode()))
        .exceptionally(CoordinatorException::errorOf).join();
  }

  private Errors deleteGroup() {
    return f.groups.delete(GroupsFixture.GROUP).exceptionally(CoordinatorException::errorOf).join();
  }

  @Test
  void consumersWithoutAGroupCommit() {
    assertThat(f.committed("t")).isEqualTo(-1);
    assertThat(f.commit("", -1, "t", 3)).isEqualTo(Errors.NONE);
    assertThat(f.fetch("t", true).metadata()).isEqualTo("m");
    assertThat(f.fetch("t", true).committedLeaderEpoch()).isEqualTo(3);
    assertThat(f.state()).isEqualTo("Empty");
    assertThat(f.commit("", -1, "nothing", 3)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(f.commit("", -1, "t", 70, 3, "m")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(f.commit("", -1, "t", -1, 3, "m")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(f.commit("", -1, "t", 3, "12345678901234567")).isEqualTo(Errors.OFFSET_METADATA_TOO_LARGE);
    assertThat(f.commit("", -1, "u", 3, null)).isEqualTo(Errors.NONE);
    assertThat(f.fetch("u", false).metadata()).isEmpty();
    OffsetFetchRequestGroup all = new OffsetFetchRequestGroup().setGroupId(GroupsFixture.GROUP).setTopics(null);
    assertThat(f.groups.fetch(all, false, GroupsFixture.free()).join().topics())
        .extracting(t -> t.name()).containsExactlyInAnyOrder("t", "u");
    f.restart();
    assertThat(f.committed("t")).isEqualTo(3);
    assertThat(f.state()).isEqualTo("Empty");
  }

  @Test
  void strangersDoNotCommitToAManagedGroup() {
    assertThat(f.commit("who", 1, "t", 0, 1, "", 8)).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(f.commit("who", 1, "t", 1)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    String a = f.stable(1).get(0);
    assertThat(f.commit("", -1, "t", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.commit("who", 1, "t", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.commit(a, 9, "t", 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(f.committed("t")).isEqualTo(-1);
  }

  @Test
  void aCommitThatIsNotWrittenIsNotSeen() {
    f.log.failWith = Errors.NOT_LEADER_OR_FOLLOWER;
    assertThat(f.commit("", -1, "t", 1)).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(f.committed("t")).isEqualTo(-1);
  }

  @Test
  void aFetchWaitsForWhatIsNotCommittedYet() {
    f.log.hold = true;
    var commit = f.groups.commit(new OffsetCommitRequest().setGroupId(GroupsFixture.GROUP).setTopics(List.of(
        new OffsetCommitRequestTopic().setName("t").setPartitions(List.of(
            new OffsetCommitRequestPartition().setCommittedOffset(8))))), 8, 1);
    var fetch = f.groups.fetch(new OffsetFetchRequestGroup().setGroupId(GroupsFixture.GROUP).setTopics(null), false,
        GroupsFixture.free());
    assertThat(commit).isNotDone();
    assertThat(fetch).isNotDone();
    f.log.release(Errors.NONE);
    assertThat(commit).isCompleted();
    assertThat(fetch.join().topics().get(0).partitions().get(0).committedOffset()).isEqualTo(8);
  }

  @Test
  void offsetsOfOpenTransactionsAreUnstable() {
    GroupShard shard = f.shard();
    TopicPartition tp = new TopicPartition("t", 0);
    shard.replay(7, OffsetRecords.offset("g", tp, new CommittedOffset(5, -1, "", 1, -1, KafkaUuid.ZERO)));
    OffsetFetchRequestGroup all = new OffsetFetchRequestGroup().setGroupId("g");
    all.topics().add(new OffsetFetchRequestTopics().setName("t")
        .setPartitionIndexes(List.of(0)));
    assertThat(shard.offsets().fetch(all, true, GroupsFixture.free()).topics().get(0).partitions().get(0).errorCode())
        .isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT.code());
    assertThat(shard.offsets().fetch(all, false, GroupsFixture.free()).topics().get(0).partitions().get(0).committedOffset()).isEqualTo(-1);
    shard.replayMarker(7, true);
    assertThat(shard.offsets().fetch(all, true, GroupsFixture.free()).topics().get(0).partitions().get(0).committedOffset()).isEqualTo(5);
    shard.replay(8, OffsetRecords.offset("g", tp, new CommittedOffset(6, -1, "", 1, -1, KafkaUuid.ZERO)));
    shard.replayMarker(8, false);
    assertThat(shard.offsets().fetch(all, true, GroupsFixture.free()).topics().get(0).partitions().get(0).committedOffset()).isEqualTo(5);
    shard.replay(ShardState.NO_PRODUCER_ID, new CoordinatorRecord(new byte[] {0, 99, 1, 2, 3}, new byte[] {4}));
  }

  @Test
  void offsetsAreForgottenWhenTheirGroupHasBeenEmptyForLong() {
    String a = f.stable(1).get(0);
    f.commit(a, 1, "t", 1);
    f.leave(a);
    f.time.advance(6 * DAY);
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(1);
    f.time.advance(DAY);
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(-1);
    assertThat(f.state()).isEqualTo("Dead");
    f.restart();
    assertThat(f.state()).isEqualTo("Dead");
  }

  @Test
  void thoseWhoOnlyCommitAreForgottenByTheCommitsTime() {
    f.commit("", -1, "t", 1);
    f.time.advance(5 * DAY);
    f.commit("", -1, "u", 1);
    f.time.advance(3 * DAY);
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(-1);
    assertThat(f.committed("u")).isEqualTo(1);
    assertThat(f.state()).isEqualTo("Empty");
  }

  @Test
  void anOldClientsRetentionCounts() {
    f.groups.commit(new OffsetCommitRequest().setGroupId(GroupsFixture.GROUP).setRetentionTimeMs(1000).setTopics(
        List.of(new OffsetCommitRequestTopic().setName("t").setPartitions(List.of(
            new OffsetCommitRequestPartition().setCommittedOffset(8))))), 2, 1).join();
    f.restart();
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(8);
    f.time.advance(1000);
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(-1);
  }

  @Test
  void deletedTopicsTakeTheirOffsetsAlong() {
    f.commit("", -1, "t", 1);
    f.commit("", -1, "u", 2);
    var gone = f.image.topic("t");
    f.image = GroupsFixture.image(Map.of("u", new UUID(2, 2)));
    f.groups.onImage(new ClusterDelta(false, Set.of(), Set.of(gone), Set.of(), false));
    assertThat(f.committed("t")).isEqualTo(-1);
    assertThat(f.committed("u")).isEqualTo(2);
  }

  @Test
  void offsetsAndGroupsAreDeletedWhenNobodyUsesThem() {
    assertThat(deleteOffset("t")).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    assertThat(deleteGroup()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    String a = f.stable(1).get(0);
    f.commit(a, 1, "t", 1);
    assertThat(deleteGroup()).isEqualTo(Errors.NON_EMPTY_GROUP);
    // its metadata is no subscription, so it may consume any topic
    assertThat(deleteOffset("t")).isEqualTo(Errors.GROUP_SUBSCRIBED_TO_TOPIC);
    f.leave(a);
    assertThat(deleteOffset("nothing")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(deleteOffset("t")).isEqualTo(Errors.NONE);
    assertThat(f.committed("t")).isEqualTo(-1);
    f.commit("", -1, "u", 1);
    assertThat(deleteGroup()).isEqualTo(Errors.NONE);
    assertThat(f.committed("u")).isEqualTo(-1);
    assertThat(f.state()).isEqualTo("Dead");
    f.restart();
    assertThat(f.state()).isEqualTo("Dead");
  }

  @Test
  void subscribedTopicsKeepTheirOffsets() {
    byte[] subscription = io.margay.protocol.Messages.toVersionedBytes(
        new ConsumerProtocolSubscription().setTopics(List.of("t")), (short) 1);
    var request = GroupsFixture.joinRequest("", null);
    request.protocols().add(new JoinGroupRequestProtocol().setName("range")
        .setMetadata(subscription));
    String id = f.join(request, 3).join().memberId();
    f.sync(id, 1, Map.of()).join();
    f.commit(id, 1, "t", 1);
    f.commit(id, 1, "u", 1);
    assertThat(deleteOffset("t")).isEqualTo(Errors.GROUP_SUBSCRIBED_TO_TOPIC);
    f.config.retentionMs = 0;
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(1);
    assertThat(f.committed("u")).isEqualTo(-1);
  }

  @Test
  void groupsAreListedByStateAndType() {
    f.stable(1);
    assertThat(f.groups.list(Set.of(), Set.of(), GroupsFixture.free()).join()).extracting(g -> g.groupState()).containsExactly("Stable");
    assertThat(f.groups.list(Set.of("empty"), Set.of(), GroupsFixture.free()).join()).isEmpty();
    assertThat(f.groups.list(Set.of("stable"), Set.of("classic"), GroupsFixture.free()).join()).hasSize(1);
    assertThat(f.groups.list(Set.of(), Set.of("consumer"), GroupsFixture.free()).join()).isEmpty();
    assertThat(f.describe(GroupsFixture.GROUP, 5).members().get(0).memberAssignment()).isEqualTo("a-0".getBytes());
    assertThat(f.describe("nobody", 6).errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    assertThat(f.describe("nobody", 5).groupState()).isEqualTo("Dead");
  }
}
