package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.consumer.HeartbeatOperations;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.ShareGroupDescribeResponse;
import io.margay.protocol.message.ShareGroupHeartbeatRequest;
import io.margay.protocol.message.ShareGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Members of share groups come, stay and go. */
class ShareGroupTest {
  private static final UUID T = new UUID(1, 1);

  private final GroupsFixture f = new GroupsFixture();

  private ShareGroupHeartbeatResponse beat(String member, int epoch, String... topics) {
    ShareGroupHeartbeatRequest request = new ShareGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId(member)
        .setMemberEpoch(epoch).setSubscribedTopicNames(topics.length == 0 ? null : new ArrayList<>(List.of(topics)));
    return f.groups.shareHeartbeat(request, "client", "/127.0.0.1", 1)
        .exceptionally(e -> new ShareGroupHeartbeatResponse().setErrorCode(CoordinatorException.errorOf(e).code())).join();
  }

  private Errors error(String member, int epoch, String... topics) {
    return Errors.forCode(beat(member, epoch, topics).errorCode());
  }

  private static Set<Integer> partitions(ShareGroupHeartbeatResponse response) {
    Set<Integer> all = new TreeSet<>();
    response.assignment().topicPartitions().forEach(t -> all.addAll(t.partitions()));
    return all;
  }

  private ShareGroupDescribeResponse.DescribedGroup described() {
    return f.groups.describeShare(List.of(GroupsFixture.GROUP), GroupsFixture.free()).join().get(0);
  }

  private void topic(int partitions) {
    f.image = GroupsFixture.imageOf(Map.of("t", partitions));
    f.groups.onImage(firstDelta());
  }

  private ClusterDelta firstDelta() {
    return new ClusterDelta(true, Set.copyOf(f.image.topics().values()), Set.<TopicImage>of(), Set.of(), false);
  }

  @Test
  void aMemberGetsPartitionsOnceTheyHaveState() {
    topic(3);
    ShareGroupHeartbeatResponse joined = beat("a", 0, "t");
    assertThat(joined.memberId()).isEqualTo("a");
    assertThat(joined.heartbeatIntervalMs()).isEqualTo(500);
    assertThat(partitions(joined)).isEmpty();
    assertThat(f.shareStates.states.keySet()).hasSize(3).allSatisfy(k -> assertThat(k.topic()).isEqualTo(T));
    ShareGroupHeartbeatResponse next = beat("a", joined.memberEpoch());
    assertThat(next.memberEpoch()).isGreaterThan(joined.memberEpoch());
    assertThat(next.heartbeatIntervalMs()).isEqualTo(5_000);
    assertThat(partitions(next)).containsExactly(0, 1, 2);
    ShareGroupHeartbeatResponse again = beat("a", next.memberEpoch());
    assertThat(again.assignment()).isNull();
    assertThat(again.memberEpoch()).isEqualTo(next.memberEpoch());
    assertThat(partitions(beat("a", joined.memberEpoch()))).as("the answer was lost").containsExactly(0, 1, 2);
    assertThat(f.shareStates.initialized).isEqualTo(3);
  }

  @Test
  void whatCannotBeInitializedIsTriedAgain() {
    topic(1);
    f.shareStates.failure = Errors.COORDINATOR_NOT_AVAILABLE;
    int epoch = beat("a", 0, "t").memberEpoch();
    assertThat(beat("a", epoch).heartbeatIntervalMs()).isEqualTo(500);
    f.shareStates.failure = Errors.NONE;
    beat("a", epoch);
    assertThat(partitions(beat("a", epoch))).containsExactly(0);
  }

  @Test
  void coordinatorsAreAskedOnceAtATime() {
    topic(1);
    f.shareStates.gate = new CompletableFuture<>();
    int epoch = beat("a", 0, "t").memberEpoch();
    beat("a", epoch);
    beat("b", 0, "t");
    assertThat(f.shareStates.initialized).isEqualTo(1);
    f.shareStates.gate.complete(null);
    assertThat(partitions(beat("a", epoch))).containsExactly(0);
  }

  @Test
  void anAnswerThatNeverComesIsAskedForAgain() {
    topic(1);
    f.shareStates.gate = new CompletableFuture<>();
    int epoch = beat("a", 0, "t").memberEpoch();
    f.time.advance(29_999);
    beat("a", epoch);
    assertThat(f.shareStates.initialized).isEqualTo(1);
    f.time.advance(1);
    f.shareStates.gate = null;
    beat("a", epoch);
    assertThat(f.shareStates.initialized).isEqualTo(2);
    assertThat(partitions(beat("a", epoch))).containsExactly(0);
  }

  @Test
  void aPartThatThrowsIsAskedAgain() {
    topic(1);
    f.shareStates.throwing = true;
    int epoch = beat("a", 0, "t").memberEpoch();
    assertThat(beat("a", epoch).errorCode()).isZero();
    f.shareStates.throwing = false;
    beat("a", epoch);
    assertThat(partitions(beat("a", epoch))).containsExactly(0);
  }

  @Test
  void aGroupWithStateIsNotForgotten() {
    topic(1);
    beat("a", 0, "t");
    beat("a", -1);
    f.time.advance(8L * 24 * 3600 * 1000);
    f.groups.expire();
    assertThat(described().groupState()).as("its positions are at the share coordinators").isEqualTo("Empty");
    DeleteShareGroupOffsetsRequest request = new DeleteShareGroupOffsetsRequest().setGroupId(GroupsFixture.GROUP);
    request.topics().add(new DeleteShareGroupOffsetsRequest.DeleteShareGroupOffsetsRequestTopic().setTopicName("t"));
    assertThat(f.groups.shareOffsets().delete(request, 1).join().responses().get(0).errorCode()).isZero();
    f.groups.expire();
    assertThat(described().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    f.restart();
    assertThat(described().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
  }

  @Test
  void severalMembersShareAPartition() {
    topic(1);
    beat("a", 0, "t");
    int b = beat("b", 0, "t").memberEpoch();
    assertThat(partitions(beat("a", 0, "t"))).containsExactly(0);
    assertThat(partitions(beat("b", b, "t"))).containsExactly(0);
    assertThat(described().members()).hasSize(2);
    assertThat(described().groupState()).isEqualTo("Stable");
    assertThat(described().assignorName()).isEqualTo("simple");
  }

  @Test
  void aSilentMemberIsRemoved() {
    topic(1);
    int epoch = beat("a", 0, "t").memberEpoch();
    f.time.advance(44_999);
    epoch = beat("a", epoch).memberEpoch();
    f.time.advance(44_999);
    assertThat(described().members()).hasSize(1);
    f.time.advance(1);
    assertThat(described().members()).isEmpty();
    assertThat(described().groupState()).isEqualTo("Empty");
    assertThat(error("a", epoch)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aSilentMemberIsRemovedLaterWhenThatCannotBeWritten() {
    topic(1);
    beat("a", 0, "t");
    f.log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    f.time.advance(46_000);
    assertThat(described().members()).hasSize(1);
    f.log.failWith = Errors.NONE;
    f.time.advance(1_000);
    assertThat(described().members()).isEmpty();
  }

  @Test
  void aMemberLeaves() {
    topic(1);
    beat("a", 0, "t");
    beat("b", 0, "t");
    assertThat(beat("a", -1).memberEpoch()).isEqualTo(-1);
    assertThat(described().members()).extracting(ShareGroupDescribeResponse.Member::memberId).containsExactly("b");
    assertThat(error("a", -1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void anotherEpochIsFenced() {
    topic(1);
    int epoch = beat("a", 0, "t").memberEpoch();
    int next = beat("a", epoch).memberEpoch();
    assertThat(error("a", next + 1)).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
    beat("a", next, "t", "u");
    int last = beat("a", next).memberEpoch();
    assertThat(last).isGreaterThan(next);
    assertThat(error("a", epoch)).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
  }

  @Test
  void requestsThatSayTooLittleAreRefused() {
    assertThat(error("", 0, "t")).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error("a", -2, "t")).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error("a", 0)).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error("a", 5)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(error("a".repeat(101), 0, "t")).isEqualTo(Errors.INVALID_REQUEST);
  }

  @Test
  void theGroupIsReadFromTheLog() {
    topic(2);
    int epoch = beat("a", 0, "t").memberEpoch();
    epoch = beat("a", epoch).memberEpoch();
    ShareGroupDescribeResponse.DescribedGroup before = described();
    f.restart();
    assertThat(described()).isEqualTo(before);
    assertThat(beat("a", epoch).assignment()).isNull();
    assertThat(f.shareStates.initialized).isEqualTo(2);
    f.time.advance(45_001);
    assertThat(described().members()).as("its session began again with the load").isEmpty();
  }

  @Test
  void aTopicThatGrowsIsAssignedAgain() {
    topic(1);
    int epoch = beat("a", 0, "t").memberEpoch();
    epoch = beat("a", epoch).memberEpoch();
    topic(2);
    epoch = beat("a", epoch).memberEpoch();
    assertThat(partitions(beat("a", epoch, "t"))).containsExactly(0, 1);
  }

  @Test
  void aTopicThatGoesIsForgotten() {
    topic(1);
    int epoch = beat("a", 0, "t").memberEpoch();
    epoch = beat("a", epoch).memberEpoch();
    f.image = GroupsFixture.imageOf(Map.of());
    f.groups.onImage(firstDelta());
    assertThat(partitions(beat("a", epoch))).isEmpty();
    assertThat(f.groups.delete(GroupsFixture.GROUP).handle((ok, e) -> CoordinatorException.errorOf(e)).join())
        .isEqualTo(Errors.NON_EMPTY_GROUP);
  }

  @Test
  void aFullGroupRefusesMembers() {
    topic(1);
    f.share.maxSize = 1;
    beat("a", 0, "t");
    assertThat(error("b", 0, "t")).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    f.share.metadataMaxBytes = 500;
    f.share.maxSize = 2;
    assertThat(error("b", 0, "t".repeat(400))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
  }

  @Test
  void deletingTheGroupDeletesItsStates() {
    topic(2);
    beat("a", 0, "t");
    beat("a", -1);
    f.shareStates.failure = Errors.NOT_COORDINATOR;
    assertThat(f.groups.delete(GroupsFixture.GROUP).join()).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(described().groupState()).isEqualTo("Empty");
    f.shareStates.failure = Errors.NONE;
    assertThat(f.groups.delete(GroupsFixture.GROUP).join()).isEqualTo(Errors.NONE);
    assertThat(f.shareStates.states).isEmpty();
    assertThat(described().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    f.restart();
    assertThat(described().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
  }

  @Test
  void kindsOfGroupsDoNotMix() {
    topic(1);
    beat("a", 0, "t");
    assertThat(f.groups.list(Set.of(), Set.of("share"), GroupsFixture.free()).join()).hasSize(1)
        .allSatisfy(g -> assertThat(g.groupType()).isEqualTo("share"));
    assertThat(f.groups.list(Set.of(), Set.of("consumer"), GroupsFixture.free()).join()).isEmpty();
    assertThat(f.commit("", -1, "t", 5)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    assertThat(f.join("", null, 9).join().errorCode()).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
    TestConsumer consumer = new TestConsumer(f, "c", "t");
    assertThat(f.groups.consumerHeartbeat(consumer.request(), new HeartbeatOperations.Sender("c", "/", true, t -> true), 1)
        .handle((ok, e) -> CoordinatorException.errorOf(e)).join()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    assertThat(f.describe(GroupsFixture.GROUP, 6).errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
  }

  @Test
  void aClassicGroupIsNoShareGroup() {
    f.commitSimple("t", 1);
    assertThat(error("a", 0, "t")).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
  }

  @Test
  void withoutTheFeatureItIsNotServed() {
    f.image = new ClusterImage("c", 1, f.image.controller(), f.image.brokers(),
        TopicsImage.of(f.image.topics()), Map.of(), Map.of());
    assertThat(error("a", 0, "t")).isEqualTo(Errors.UNSUPPORTED_VERSION);
    f.image = ClusterImage.EMPTY;
    assertThat(error("a", 0, "t")).as("it is not known yet").isEqualTo(Errors.NOT_COORDINATOR);
  }
}
