package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.groups.internal.consumer.HeartbeatOperations;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.OffsetFetchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The consumer protocol, seen from its clients. */
class ConsumerGroupTest {
  private static final UUID T = new UUID(1, 1);
  private final GroupsFixture f = new GroupsFixture();

  @BeforeEach
  void topics() {
    topics(Map.of("t", 4, "u", 2));
  }

  private void topics(Map<String, Integer> counts) {
    f.image = GroupsFixture.imageOf(counts);
    f.groups.onImage(new ClusterDelta(true, Set.copyOf(f.image.topics().values()), Set.<TopicImage>of(), Set.of(), false));
  }

  private TestConsumer consumer(String id, String... topics) {
    return new TestConsumer(f, id, topics.length == 0 ? new String[] {"t"} : topics);
  }

  private DescribedGroup describe() {
    return f.groups.describeConsumer(List.of(GroupsFixture.GROUP), GroupsFixture.free()).join().get(0);
  }

  private String consumerState() {
    return describe().groupState();
  }

  private static void settle(TestConsumer... all) {
    for (int i = 0; i < 4; i++) {
      for (TestConsumer c : all) {
        c.beat();
      }
    }
  }

  // ------------------------------------------------------------------------------------------------ joining and leaving

  @Test
  void oneMemberGetsEverythingAtOnce() {
    TestConsumer a = consumer("a").beat();
    assertThat(a.partitions()).containsExactly(0, 1, 2, 3);
    assertThat(a.epoch).isEqualTo(1);
    assertThat(a.last.heartbeatIntervalMs()).isEqualTo(ConsumerSettings.HEARTBEAT_MS);
    assertThat(consumerState()).isEqualTo("Stable");
    assertThat(a.beat().last.assignment()).as("nothing new").isNull();
  }

  @Test
  void aSecondMemberWaitsForWhatTheFirstGivesBack() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b").beat();
    assertThat(b.owned).isEmpty();
    assertThat(b.epoch).isEqualTo(2);
    assertThat(b.last.heartbeatIntervalMs()).as("it is to ask again soon").isEqualTo(ConsumerSettings.HASTY_MS);
    assertThat(consumerState()).isEqualTo("Reconciling");
    a.send(a.request());
    assertThat(a.epoch).as("it has not given back yet").isEqualTo(1);
    assertThat(a.assigned).hasSize(2);
    assertThat(b.beat().owned).as("the first has not answered").isEmpty();
    a.reconcile();
    a.beat();
    assertThat(a.epoch).isEqualTo(2);
    assertThat(b.beat().owned).hasSize(2);
    assertThat(consumerState()).isEqualTo("Stable");
  }

  @Test
  void whatALeavingMemberHadGoesToTheOthers() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    b.leave(-1);
    assertThat(b.error).isEqualTo(Errors.NONE);
    assertThat(b.last.memberEpoch()).isEqualTo(-1);
    assertThat(a.beat().partitions()).hasSize(4);
    a.leave(-1);
    assertThat(consumerState()).isEqualTo("Empty");
    assertThat(describe().members()).isEmpty();
  }

  @Test
  void aSilentMemberIsRemoved() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    f.time.advance(ConsumerSettings.SESSION_MS - 1_000);
    a.beat();
    f.time.advance(2_000);
    assertThat(a.beat().partitions()).hasSize(4);
    assertThat(b.beat().error).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aMemberThatDoesNotGiveBackInTimeIsRemoved() {
    TestConsumer a = consumer("a").beat();
    consumer("b").beat();
    for (int ms = 0; ms <= GroupsFixture.REBALANCE; ms += 10_000) {
      a.send(new ConsumerGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId("a").setMemberEpoch(1));
      if (ms < GroupsFixture.REBALANCE) {
        assertThat(a.error).isEqualTo(Errors.NONE);
      }
      f.time.advance(10_000);
    }
    assertThat(a.error).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aTopicThatComesOrGrowsIsAssigned() {
    TestConsumer a = consumer("a", "t", "new").beat();
    assertThat(a.owned).hasSize(4);
    topics(Map.of("t", 5, "new", 2));
    assertThat(a.beat().owned).hasSize(7);
    topics(Map.of("new", 2));
    settle(a);
    assertThat(a.owned).hasSize(2);
  }

  @Test
  void aChangedSubscriptionIsAssignedAtOnce() {
    TestConsumer a = consumer("a").beat();
    a.subscribe("u");
    settle(a);
    assertThat(a.owned).hasSize(2).noneMatch(tp -> tp.topic().equals(T));
    assertThat(a.epoch).isEqualTo(2);
  }

  // ------------------------------------------------------------------------------------------------ epochs

  @Test
  void epochsAreFenced() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    ConsumerGroupHeartbeatRequest late = new ConsumerGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId("a");
    assertThat(consumer("a").send(late.setMemberEpoch(9)).error).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
    assertThat(consumer("a").send(late.setMemberEpoch(1)).error).as("without what it owns").isEqualTo(Errors.FENCED_MEMBER_EPOCH);
    assertThat(consumer("x").send(late.setMemberId("x")).error).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    TestConsumer lost = consumer("a").send(late.setMemberId("a").setMemberEpoch(1).setTopicPartitions(TestConsumer.list(a.owned)));
    assertThat(lost.error).as("its last answer was lost").isEqualTo(Errors.NONE);
    assertThat(lost.epoch).isEqualTo(2);
  }

  @Test
  void aFencedMemberJoinsAgain() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    a.lose();
    assertThat(a.beat().owned).hasSize(2);
    assertThat(a.epoch).isGreaterThanOrEqualTo(2);
    settle(a, b);
    assertThat(b.owned).hasSize(2).doesNotContainAnyElementsOf(a.owned);
  }

  @Test
  void commitsNeedTheEpoch() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    int kept = a.partitions().iterator().next();
    int given = b.partitions().iterator().next();
    assertThat(f.commit("a", 2, "t", kept, 7, "")).isEqualTo(Errors.NONE);
    assertThat(f.commit("a", 1, "t", kept, 8, "")).as("it has had it since then").isEqualTo(Errors.NONE);
    assertThat(f.commit("a", 1, "t", given, 8, "")).isEqualTo(Errors.STALE_MEMBER_EPOCH);
    assertThat(f.commit("a", 3, "t", kept, 8, "")).isEqualTo(Errors.STALE_MEMBER_EPOCH);
    assertThat(f.commit("x", 2, "t", kept, 8, "")).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.commit("", -1, "t", kept, 8, "")).as("only members commit to a group that has any").isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.commit("a", 2, "t", kept, 8, "", 8)).as("older versions have no member epochs").isEqualTo(Errors.UNSUPPORTED_VERSION);
    assertThat(fetch("a", 2)).isEqualTo(Errors.NONE);
    assertThat(fetch("a", 1)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
    assertThat(fetch("x", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(fetch(null, -1)).isEqualTo(Errors.NONE);
  }

  private Errors fetch(String memberId, int epoch) {
    OffsetFetchRequest.OffsetFetchRequestGroup g = new OffsetFetchRequest.OffsetFetchRequestGroup().setGroupId(GroupsFixture.GROUP)
        .setMemberId(memberId).setMemberEpoch(epoch).setTopics(new ArrayList<>());
    return f.groups.fetch(g, false, GroupsFixture.free()).thenApply(r -> Errors.NONE)
        .exceptionally(io.margay.coordinator.CoordinatorException::errorOf).join();
  }

  // ------------------------------------------------------------------------------------------------ static members

  @Test
  void aStaticMemberComesBackToItsPartitions() {
    TestConsumer a = consumer("a");
    a.instance = "i";
    a.beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    Set<TestConsumer.Tp> had = Set.copyOf(a.owned);
    int epoch = describe().groupEpoch();
    a.leave(-2);
    assertThat(a.error).isEqualTo(Errors.NONE);
    assertThat(b.beat().owned).hasSize(2);
    TestConsumer again = consumer("a2");
    again.instance = "i";
    assertThat(again.beat().owned).isEqualTo(had);
    assertThat(describe().groupEpoch()).as("without a rebalance").isEqualTo(epoch);
    assertThat(describe().members()).extracting(m -> m.memberId()).containsExactlyInAnyOrder("a2", "b");
  }

  @Test
  void anInstanceIdHasOneMember() {
    TestConsumer a = consumer("a");
    a.instance = "i";
    a.beat();
    TestConsumer other = consumer("other");
    other.instance = "i";
    assertThat(other.beat().error).isEqualTo(Errors.UNRELEASED_INSTANCE_ID);
    assertThat(other.send(other.request().setMemberEpoch(1)).error).isEqualTo(Errors.FENCED_INSTANCE_ID);
    a.leave(-2);
    f.time.advance(ConsumerSettings.SESSION_MS + 1);
    assertThat(describe().members()).as("it did not come back in time").isEmpty();
  }

  // ------------------------------------------------------------------------------------------------ assignors

  @Test
  void membersChooseTheAssignor() {
    TestConsumer a = consumer("a");
    a.assignor = "range";
    a.beat();
    assertThat(f.assignors.last).isEqualTo("range");
    assertThat(describe().assignorName()).isEqualTo("range");
    TestConsumer b = consumer("b");
    b.assignor = "none";
    assertThat(b.beat().error).isEqualTo(Errors.UNSUPPORTED_ASSIGNOR);
  }

  @Test
  void whileAnAssignorIsAwayItsGroupKeepsWhatItHas() {
    TestConsumer a = consumer("a").beat();
    f.assignors.installed.remove("uniform");
    TestConsumer b = consumer("b");
    settle(a, b);
    assertThat(a.owned).hasSize(4);
    assertThat(b.error).isEqualTo(Errors.NONE);
    assertThat(consumerState()).isEqualTo("Assigning");
    f.assignors.installed.add("uniform");
    settle(b, a);
    assertThat(b.owned).hasSize(2);
    f.assignors.failure = new IllegalArgumentException("broken");
    TestConsumer c = consumer("c");
    settle(a, b, c);
    assertThat(c.error).isEqualTo(Errors.NONE);
    assertThat(a.owned).hasSize(2);
  }

  @Test
  void assignmentsHaveAPause() {
    f.consumer.assignmentIntervalMs = 1_000;
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    assertThat(f.assignors.calls).isEqualTo(1);
    f.time.advance(1_000);
    settle(a, b);
    assertThat(f.assignors.calls).isEqualTo(2);
    assertThat(b.owned).hasSize(2);
  }

  @Test
  void allMembersAreHeardOfOftenWhileTheGroupMoves() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    f.time.advance(ConsumerSettings.HEARTBEAT_MS - 1);
    assertThat(a.beat().last.heartbeatIntervalMs()).isEqualTo(ConsumerSettings.HASTY_MS);
    f.time.advance(1);
    assertThat(a.beat().last.heartbeatIntervalMs()).isEqualTo(ConsumerSettings.HEARTBEAT_MS);
  }

  @Test
  void aSubscriptionThatChangesDuringThePauseIsAssignedAfterIt() {
    f.consumer.assignmentIntervalMs = 1_000;
    TestConsumer a = consumer("a").beat();
    f.time.advance(10);
    a.subscribe("u");
    assertThat(a.assigned).as("no longer of the topic that it left").isEmpty();
    a.reconcile();
    for (int ms = 0; ms <= 2_000; ms += 500) {
      assertThat(a.beat().error).isEqualTo(Errors.NONE);
      f.time.advance(500);
    }
    assertThat(a.owned).hasSize(2);
  }

  @Test
  void theAssignorOfALargeGroupDoesNotHoldTheShard() {
    topics(Map.of("t", 3_000));
    f.consumer.offloads = true;
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    f.time.advance(1);
    settle(a, b);
    assertThat(a.owned).hasSize(1_500);
    assertThat(b.owned).hasSize(1_500);
  }

  // ------------------------------------------------------------------------------------------------ limits and requests

  @Test
  void groupsAndSubscriptionsAreBounded() {
    f.consumer.maxSize = 1;
    consumer("a").beat();
    assertThat(consumer("b").beat().error).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    f.consumer.maxSize = 10;
    f.consumer.metadataMaxBytes = 400;
    assertThat(consumer("b", "x".repeat(300)).beat().error).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    f.consumer.metadataMaxBytes = 1_000_000;
    f.config.memoryBytes = 1_000;
    assertThat(consumer("b").beat().error).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    assertThat(consumer("x".repeat(101)).beat().error).isEqualTo(Errors.INVALID_REQUEST);
  }

  @Test
  void requestsThatContradictThemselvesAreRefused() {
    TestConsumer a = consumer("a");
    assertThat(a.send(a.request().setMemberId("")).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.send(a.request().setInstanceId("")).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.send(a.request().setRebalanceTimeoutMs(-1)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.send(a.request().setSubscribedTopicNames(null)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.send(a.request().setMemberEpoch(-2)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.send(a.request().setMemberEpoch(-3)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.leave(-1).error).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void clientsOfTheFirstVersionGetAnId() {
    ConsumerGroupHeartbeatRequest request = consumer("").request();
    var answer = f.groups.consumerHeartbeat(request, new HeartbeatOperations.Sender("client", "/127.0.0.1", false, t -> true), 1).join();
    assertThat(answer.memberId()).isNotEmpty();
    assertThat(answer.assignment().topicPartitions().get(0).partitions()).hasSize(4);
  }

  // ------------------------------------------------------------------------------------------------ as any group

  @Test
  void itIsListedAndDescribedByItsKind() {
    consumer("a").beat();
    f.groups.list(Set.of(), Set.of("consumer"), GroupsFixture.free()).thenAccept(l -> assertThat(l).singleElement().satisfies(g -> {
      assertThat(g.groupType()).isEqualTo("consumer");
      assertThat(g.groupState()).isEqualTo("Stable");
      assertThat(g.protocolType()).isEqualTo("consumer");
    })).join();
    assertThat(f.groups.list(Set.of(), Set.of("classic"), GroupsFixture.free()).join()).isEmpty();
    DescribeGroupsResponse.DescribedGroup classic = f.describe(GroupsFixture.GROUP, 6);
    assertThat(classic.errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    assertThat(classic.errorMessage()).contains("not a classic group");
    assertThat(f.groups.describeConsumer(List.of("none"), GroupsFixture.free()).join().get(0).errorCode())
        .isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
  }

  @Test
  void anEmptyGroupIsDeletedAndLeavesNothing() {
    TestConsumer a = consumer("a").beat();
    f.commit("a", 1, "t", 7);
    assertThat(delete()).isEqualTo(Errors.NON_EMPTY_GROUP);
    a.leave(-1);
    assertThat(delete()).isEqualTo(Errors.NONE);
    assertThat(delete()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    f.restart();
    assertThat(f.groups.list(Set.of(), Set.of(), GroupsFixture.free()).join()).isEmpty();
    assertThat(f.groups.memory().usedBytes()).isZero();
  }

  private Errors delete() {
    return f.groups.delete(GroupsFixture.GROUP).exceptionally(io.margay.coordinator.CoordinatorException::errorOf).join();
  }

  @Test
  void offsetsOfTopicsThatAreConsumedDoNotExpire() {
    TestConsumer a = consumer("a").beat();
    f.commit("a", 1, "t", 7);
    f.time.advance(1);
    f.config.retentionMs = 0;
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(7);
    a.subscribe("u");
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(-1);
  }

  @Test
  void anEmptyClassicGroupBecomesAConsumerGroupAndKeepsItsOffsets() {
    f.leave(f.stable(1).get(0));
    f.commit("", -1, "t", 7);
    assertThat(consumer("a").beat().owned).hasSize(4);
    f.restart();
    assertThat(consumerState()).isEqualTo("Stable");
    assertThat(f.committed("t")).isEqualTo(7);
  }

  // ------------------------------------------------------------------------------------------------ replacement

  @Test
  void membersGoOnWhenTheCoordinatorIsReplaced() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b");
    settle(a, b);
    f.restart();
    assertThat(a.beat().error).isEqualTo(Errors.NONE);
    assertThat(b.beat().error).isEqualTo(Errors.NONE);
    assertThat(a.last.memberEpoch()).isEqualTo(2);
    assertThat(a.last.assignment()).isNull();
    f.time.advance(ConsumerSettings.SESSION_MS - 1);
    a.beat();
    f.time.advance(1);
    assertThat(a.beat().owned).as("the session of the other began again at the load").hasSize(4);
  }

  @Test
  void aRevocationGoesOnWhenTheCoordinatorIsReplaced() {
    TestConsumer a = consumer("a").beat();
    TestConsumer b = consumer("b").beat();
    a.send(a.request());
    f.restart();
    a.reconcile();
    settle(b, a);
    assertThat(a.owned).hasSize(2);
    assertThat(b.owned).hasSize(2);
  }

  @Test
  void withoutTheFeatureThereIsNoConsumerProtocol() {
    f.image = GroupsFixture.image(Map.of());
    f.image = new io.margay.metadata.ClusterImage(f.image.clusterId(), 1, f.image.controller(), f.image.brokers(), f.image.allTopics(),
        Map.of(), Map.of());
    assertThat(consumer("a").beat().error).isEqualTo(Errors.UNSUPPORTED_VERSION);
  }
}
