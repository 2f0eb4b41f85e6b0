package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorException;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.spi.assignor.TaskId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Members of streams groups come, stay and go. */
class StreamsGroupTest extends StreamsFixture {
  // ------------------------------------------------------------------------------------------------ members

  @Test
  void tasksMoveOneByOneWhenMembersComeAndGo() {
    allTopics(2);
    TestStreams a = member("a").beat();
    assertThat(a.epoch).isEqualTo(2);
    TestStreams b = member("b");
    b.send(b.request());
    assertThat(b.last.activeTasks()).as("what a has not given back").isEmpty();
    a.send(a.request());
    assertThat(a.assigned.active()).hasSize(2);
    assertThat(a.epoch).as("it stays in its epoch until it has given back").isEqualTo(2);
    b.send(b.request());
    assertThat(b.assigned.active()).isEmpty();
    settle(a, b);
    assertThat(a.owned.active()).hasSize(2).doesNotContainAnyElementsOf(b.owned.active());
    assertThat(b.owned.active()).hasSize(2);
    a.leave(-1);
    settle(b);
    assertThat(b.owned.active()).isEqualTo(tasks(2));
    assertThat(f.heartbeatLater("b", 1).join()).as("it is no classic group").isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aGroupThatWasEmptyWaitsForMoreMembers() {
    f.streams.delayMs = 3_000;
    allTopics(2);
    TestStreams a = member("a").beat();
    assertThat(a.epoch).isEqualTo(1);
    assertThat(a.statuses()).containsExactly(DELAYED);
    assertThat(a.last.status().get(0).statusDetail()).isEqualTo("Assignment delayed due to the configured initial rebalance delay.");
    TestStreams b = member("b").beat();
    assertThat(described().groupState()).isEqualTo("Assigning");
    f.time.advance(3_000);
    settle(a, b);
    assertThat(a.owned.active()).hasSize(2);
    assertThat(b.owned.active()).hasSize(2);
    assertThat(f.taskAssignors.calls).isEqualTo(1);
  }

  @Test
  void aMemberThatIsAloneGetsAllWhenTheTimeIsOver() {
    f.streams.delayMs = 3_000;
    allTopics(2);
    TestStreams a = member("a").beat();
    f.time.advance(3_000);
    assertThat(a.beat().owned.active()).as("though nothing was heard of it meanwhile").isEqualTo(tasks(2));
  }

  @Test
  void standbyTasksAreAtOtherProcesses() {
    f.streams.standby = 1;
    allTopics(2);
    TestStreams a = member("a");
    TestStreams b = member("b");
    settle(a, b);
    for (TestStreams m : List.of(a, b)) {
      TestStreams other = m == a ? b : a;
      assertThat(m.owned.standby()).isEqualTo(tasks(2).stream().filter(t -> t.subtopology().equals("1") && other.owned.active().contains(t))
          .collect(java.util.stream.Collectors.toSet()));
    }
    a.leave(-1);
    settle(b);
    assertThat(b.owned.active()).isEqualTo(tasks(2));
    assertThat(b.owned.standby()).isEmpty();
    int epoch = described().groupEpoch();
    f.streams.standby = 0;
    settle(b);
    assertThat(described().groupEpoch()).as("other settings make another assignment").isEqualTo(epoch + 1);
  }

  @Test
  void aSilentMemberLosesItsTasks() {
    allTopics(2);
    TestStreams a = member("a");
    TestStreams b = member("b");
    settle(a, b);
    f.time.advance(f.streams.sessionMs - 1);
    b.beat();
    f.time.advance(1);
    settle(b);
    assertThat(b.owned.active()).isEqualTo(tasks(2));
    assertThat(a.beat().error).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aMemberThatGivesNothingBackIsRemoved() {
    f.streams.sessionMs = 10 * GroupsFixture.REBALANCE;
    allTopics(2);
    TestStreams a = member("a").beat();
    TestStreams b = member("b").beat();
    a.send(a.request());
    f.time.advance(GroupsFixture.REBALANCE);
    assertThat(described().members()).extracting(m -> m.memberId()).containsExactly("b");
    settle(b);
    assertThat(b.owned.active()).isEqualTo(tasks(2));
  }

  @Test
  void aStaticMemberComesBackToItsTasks() {
    allTopics(2);
    TestStreams a = member("a");
    a.instance = "i";
    TestStreams b = member("b");
    settle(a, b);
    Set<TaskId> had = a.owned.active();
    TestStreams other = member("c");
    other.instance = "i";
    assertThat(other.beat().error).isEqualTo(Errors.UNRELEASED_INSTANCE_ID);
    a.leave(-2);
    settle(b);
    assertThat(b.owned.active()).hasSize(2);
    other.process = a.process;
    assertThat(other.beat().owned.active()).isEqualTo(had);
    assertThat(described().members()).extracting(m -> m.memberId()).containsExactlyInAnyOrder("b", "c");
  }

  @Test
  void wrongEpochsAreFenced() {
    allTopics(1);
    TestStreams a = member("a").beat();
    assertThat(a.send(a.request().setMemberEpoch(a.epoch + 1)).error).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
    assertThat(a.epoch).isZero();
    assertThat(a.beat().owned.active()).isEqualTo(tasks(1));
    assertThat(a.send(a.request().setMemberEpoch(1)).error).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
    TestStreams stranger = member("b");
    stranger.epoch = 1;
    assertThat(stranger.beat().error).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aLostAnswerIsRepeated() {
    allTopics(2);
    TestStreams a = member("a").beat();
    allTopics(3);
    a.sendInVain(a.request());
    assertThat(a.beat().error).isEqualTo(Errors.NONE);
    assertThat(a.owned.active()).isEqualTo(tasks(3));
  }

  @Test
  void malformedRequestsAreRefused() {
    allTopics(1);
    TestStreams a = member("a");
    assertThat(a.send(a.request().setTopology(null)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.why).contains("Topology must be non-null when (re-)joining.");
    assertThat(a.send(a.request().setProcessId(null)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.send(a.request().setRebalanceTimeoutMs(-1)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.send(a.request().setStandbyTasks(null)).error).isEqualTo(Errors.INVALID_REQUEST);
    StreamsGroupHeartbeatRequest pattern = a.request();
    pattern.topology().subtopologies().get(0).setSourceTopicRegex(List.of("t.*"));
    assertThat(a.send(pattern).error).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
    a.topology = TestStreams.wordCount(0);
    a.topology.subtopologies().get(0).copartitionGroups()
        .add(new StreamsGroupHeartbeatRequest.CopartitionGroup().setSourceTopics(List.of((short) 7)));
    assertThat(a.send(a.request()).error).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
    a.topology = TestStreams.wordCount(0);
    a.beat();
    assertThat(a.send(a.request().setTopology(a.topology)).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.beat().send(a.request().setActiveTasks(TestStreams.list(Set.of(new TaskId("0", 9)))).setStandbyTasks(List.of())
        .setWarmupTasks(List.of())).error).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(a.why).contains("Task 9 for subtopology 0 is invalid. Number of tasks for this subtopology: 1");
  }

  @Test
  void aMemberMayShutTheApplicationDown() {
    allTopics(2);
    TestStreams a = member("a");
    TestStreams b = member("b");
    settle(a, b);
    a.shutdown = true;
    assertThat(a.beat().statuses()).containsExactly(SHUTDOWN);
    assertThat(b.beat().statuses()).containsExactly(SHUTDOWN);
    assertThat(b.last.status().get(0).statusDetail()).startsWith("Streams group member a encountered a fatal error");
    a.leave(-1);
    b.leave(-1);
    a.shutdown = false;
    assertThat(a.beat().statuses()).isEmpty();
  }

  @Test
  void missingTagsAreSaidToClientsThatKnowThatStatus() {
    f.streams.tags = List.of("zone");
    allTopics(1);
    TestStreams a = member("a").beat();
    assertThat(a.statuses()).containsExactly(NO_TAGS);
    a.version = 0;
    assertThat(a.beat().statuses()).isEmpty();
    assertThat(a.last.acceptableRecoveryLagLegacy()).isEqualTo(10);
  }

  @Test
  void membersHearWhereTheOthersAnswerQueries() {
    allTopics(1);
    TestStreams a = member("a");
    a.endpoint = "host-a";
    settle(a);
    assertThat(a.last.partitionsByUserEndpoint()).as("nothing new").isNull();
    TestStreams b = member("b");
    b.endpoint = "host-b";
    settle(a, b);
    b.endpointEpoch = -1;
    b.beat();
    assertThat(endpoints(b)).isEqualTo(Map.of("host-a:7000", "t[0]", "host-b:7000", "app-words[0]"));
    int epoch = b.last.endpointInformationEpoch();
    a.leave(-1);
    assertThat(endpoints(b.beat())).as("what changes is said again").containsOnlyKeys("host-b:7000");
    assertThat(b.last.endpointInformationEpoch()).isGreaterThan(epoch);
  }

  /** Which partitions are processed where. */
  private static Map<String, String> endpoints(TestStreams member) {
    Map<String, String> result = new HashMap<>();
    member.last.partitionsByUserEndpoint().forEach(e -> result.put(e.userEndpoint().host() + ":" + e.userEndpoint().port(),
        e.activePartitions().stream().map(t -> t.topic() + t.partitions()).collect(Collectors.joining(" "))));
    return result;
  }

  @Test
  void anotherCoordinatorTellsWhereQueriesAreAnsweredThoughItCountsAgain() {
    allTopics(1);
    TestStreams a = member("a");
    a.endpoint = "host-a";
    settle(a);
    f.time.advance(1_000);
    f.restart();
    a.beat();
    assertThat(a.last.partitionsByUserEndpoint()).as("it may have changed meanwhile").hasSize(1);
  }

  @Test
  void aClientThatIsCalledOtherwiseKeepsItsAssignment() {
    allTopics(2);
    TestStreams a = member("a");
    settle(a);
    int epoch = described().groupEpoch();
    a.host = "/127.0.0.2";
    assertThat(a.beat().error).isEqualTo(Errors.NONE);
    assertThat(described().members().get(0).clientHost()).isEqualTo("/127.0.0.2");
    assertThat(described().groupEpoch()).isEqualTo(epoch);
    a.send(a.request().setRackId("r"));
    assertThat(described().groupEpoch()).as("an assignor looks at racks").isEqualTo(epoch + 1);
  }

  @Test
  void anotherAssignorIsAskedForTheNextAssignment() {
    allTopics(2);
    TestStreams a = member("a");
    settle(a);
    int epoch = described().groupEpoch();
    f.streams.assignor = "restless";
    a.beat();
    assertThat(described().groupEpoch()).as("as in Kafka, that alone is no reason for one").isEqualTo(epoch);
    member("b").beat();
    assertThat(f.taskAssignors.lastName).isEqualTo("restless");
  }

  @Test
  void aCopyThatHasCaughtUpMakesAnotherAssignment() {
    f.streams.assignor = "restless";
    allTopics(2);
    TestStreams a = member("a");
    TestStreams b = member("b");
    settle(a, b);
    TestStreams warm = a.owned.warmup().isEmpty() ? b : a;
    TaskId task = warm.owned.warmup().iterator().next();
    int before = described().assignmentEpoch();
    warm.send(offsets(warm, task, 5, 100));
    assertThat(described().assignmentEpoch()).as("it is behind").isEqualTo(before);
    warm.send(offsets(warm, task, 95, 100));
    assertThat(described().assignmentEpoch()).isEqualTo(before + 1);
    assertThat(f.taskAssignors.last.members()).anySatisfy(m -> assertThat(m.lags()).isEqualTo(Map.of(task, 5L)));
    assertThat(described().members()).anySatisfy(m -> assertThat(m.taskEndOffsets()).hasSize(1));
  }

  @Test
  void whatThereIsNoRoomForMakesNoAssignmentAtEachHeartbeat() {
    f.streams.assignor = "restless";
    allTopics(2);
    TestStreams a = member("a");
    TestStreams b = member("b");
    settle(a, b);
    TestStreams warm = a.owned.warmup().isEmpty() ? b : a;
    TaskId task = warm.owned.warmup().iterator().next();
    int before = described().groupEpoch();
    f.config.memoryBytes = 1_000;
    warm.send(offsets(warm, task, 95, 100));
    warm.send(offsets(warm, task, 96, 100));
    assertThat(warm.error).isEqualTo(Errors.NONE);
    assertThat(described().groupEpoch()).isEqualTo(before);
  }

  private static StreamsGroupHeartbeatRequest.TaskOffset offset(TaskId task, long offset) {
    return new StreamsGroupHeartbeatRequest.TaskOffset().setSubtopologyId(task.subtopology()).setPartition(task.partition()).setOffset(offset);
  }

  private static StreamsGroupHeartbeatRequest offsets(TestStreams member, TaskId task, long at, long end) {
    return member.request().setTaskOffsets(List.of(offset(task, at))).setTaskEndOffsets(List.of(offset(task, end)));
  }

  // ------------------------------------------------------------------------------------------------ offsets and other kinds

  @Test
  void onlyMembersInTheirEpochCommit() {
    allTopics(1);
    TestStreams a = member("a").beat();
    assertThat(f.commit("a", a.epoch, "t", 5)).isEqualTo(Errors.NONE);
    assertThat(f.commit("a", a.epoch + 1, "t", 5)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
    assertThat(f.commit("b", a.epoch, "t", 5)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(f.commit("a", a.epoch, "t", 0, 5, "", 8)).isEqualTo(Errors.UNSUPPORTED_VERSION);
    int early = a.epoch;
    TestStreams b = member("b");
    settle(a, b);
    assertThat(a.epoch).isGreaterThan(early);
    String keeper = a.owned.active().contains(new TaskId("0", 0)) ? "a" : "b";
    assertThat(f.commit(keeper, keeper.equals("a") ? early : b.epoch, "t", 6)).as("what it has had since then").isEqualTo(Errors.NONE);
    topics(Map.of("t", 1, "app-words", 1, "app-counts", 1, "u", 1));
    assertThat(f.commit("a", early, "u", 6)).as("not a topic of its tasks").isEqualTo(Errors.STALE_MEMBER_EPOCH);
    a.leave(-1);
    b.leave(-1);
    assertThat(f.commit("", -1, "t", 7)).as("a tool resets offsets of an empty group").isEqualTo(Errors.NONE);
    assertThat(f.committed("t")).isEqualTo(7);
  }

  @Test
  void aLateCommitOfATopicThatIsNotThereIsAnsweredForThatTopicOnly() {
    allTopics(1);
    TestStreams a = member("a").beat();
    int early = a.epoch;
    TestStreams b = member("b");
    settle(a, b);
    TestStreams keeper = a.owned.active().contains(new TaskId("0", 0)) ? a : b;
    UUID gone = new UUID(7, 7);
    OffsetCommitRequest commit = new OffsetCommitRequest().setGroupId(GroupsFixture.GROUP).setMemberId(keeper.id)
        .setGenerationIdOrMemberEpoch(keeper == a ? early : b.epoch - 1);
    for (UUID id : List.of(new UUID(1, 1), gone)) {
      commit.topics().add(new OffsetCommitRequest.OffsetCommitRequestTopic().setTopicId(id).setPartitions(List.of(
          new OffsetCommitRequest.OffsetCommitRequestPartition().setCommittedOffset(5))));
    }
    assertThat(f.groups.commit(commit, 10, 1).join().topics()).extracting(t -> Errors.forCode(t.partitions().get(0).errorCode()))
        .containsExactly(Errors.NONE, Errors.UNKNOWN_TOPIC_ID);
  }

  @Test
  void anEmptyGroupChangesItsKind() {
    allTopics(1);
    f.commitSimple("t", 3);
    TestStreams a = member("a").beat();
    assertThat(a.error).isEqualTo(Errors.NONE);
    assertThat(f.committed("t")).isEqualTo(3);
    assertThat(f.join("", null, 9).join().errorCode()).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
    a.leave(-1);
    assertThat(described().groupState()).isEqualTo("Empty");
    assertThat(f.join("", null, 9).join().errorCode()).isEqualTo(Errors.MEMBER_ID_REQUIRED.code());
    f.restart();
    assertThat(f.committed("t")).isEqualTo(3);
  }

  @Test
  void aDeletedGroupLeavesNothing() {
    allTopics(1);
    TestStreams a = member("a").beat();
    assertThat(f.groups.delete(GroupsFixture.GROUP).exceptionally(CoordinatorException::errorOf).join()).isEqualTo(Errors.NON_EMPTY_GROUP);
    a.leave(-1);
    assertThat(f.groups.delete(GroupsFixture.GROUP).join()).isEqualTo(Errors.NONE);
    assertThat(described().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    f.restart();
    assertThat(described().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    assertThat(f.groups.memory().usedBytes()).isZero();
  }

  // ------------------------------------------------------------------------------------------------ limits

  @Test
  void eachLimitIsReached() {
    allTopics(1);
    f.streams.maxSize = 1;
    member("a").beat();
    assertThat(member("b").beat().error).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    f.streams.maxSize = 2;
    assertThat(member("x".repeat(101)).beat().error).isEqualTo(Errors.INVALID_REQUEST);
    TestStreams b = member("b");
    b.endpoint = "x".repeat(200);
    f.streams.metadataMaxBytes = 150;
    assertThat(b.beat().error).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    f.streams.metadataMaxBytes = 1_000_000;
    f.streams.topologyMaxBytes = 1_000;
    b.topology = TestStreams.wordCount(1);
    assertThat(b.beat().error).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
    f.streams.topologyMaxBytes = 1_000_000;
    f.config.memoryBytes = 1_000;
    assertThat(b.beat().error).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    f.config.memoryBytes = 1 << 30;
    assertThat(b.beat().error).isEqualTo(Errors.NONE);
  }

  @Test
  void howFarStatesHaveComeIsForgottenWhereThereIsNoRoom() {
    allTopics(2);
    TestStreams a = member("a");
    settle(a);
    long before = f.groups.memory().usedBytes();
    TaskId task = new TaskId("1", 0);
    a.send(offsets(a, task, 5, 100));
    assertThat(described().members().get(0).taskOffsets()).hasSize(1);
    long room = f.config.memoryBytes;
    f.config.memoryBytes = 1_000;
    a.send(a.request().setTaskOffsets(List.of(offset(task, 6), offset(new TaskId("1", 1), 6))));
    assertThat(a.error).as("it goes on without").isEqualTo(Errors.NONE);
    assertThat(described().members().get(0).taskOffsets()).isEmpty();
    assertThat(f.groups.memory().usedBytes()).isEqualTo(before);
    f.config.memoryBytes = (int) room;
    a.send(offsets(a, task, 7, 100));
    assertThat(described().members().get(0).taskOffsets()).extracting(o -> o.offset()).containsExactly(7L);
  }

  @Test
  void onlyStatesAreKnown() {
    allTopics(1);
    TestStreams a = member("a").beat();
    a.send(a.request().setTaskOffsets(List.of(offset(new TaskId("0", 0), 5), offset(new TaskId("1", 0), 5))));
    assertThat(described().members().get(0).taskOffsets()).extracting(o -> o.subtopologyId()).as("0 has none").containsExactly("1");
  }

  @Test
  void nothingIsKeptOfAMemberThatCouldNotBeWritten() {
    allTopics(1);
    member("a").beat();
    long before = f.groups.memory().usedBytes();
    f.log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    TestStreams b = member("b");
    b.send(offsets(b, new TaskId("1", 0), 5, 100));
    f.log.failWith = Errors.NONE;
    assertThat(b.error).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(f.groups.memory().usedBytes()).isEqualTo(before);
  }

  @Test
  void aGroupKeepsItsTasksWhileItsAssignorIsAway() {
    allTopics(2);
    TestStreams a = member("a").beat();
    f.taskAssignors.installed.clear();
    TestStreams b = member("b");
    settle(a, b);
    assertThat(a.owned.active()).isEqualTo(tasks(2));
    assertThat(b.statuses()).containsExactly(DELAYED);
    f.taskAssignors.installed.add("sticky");
    f.taskAssignors.failure = new IllegalStateException("broken");
    settle(a, b);
    assertThat(a.owned.active()).isEqualTo(tasks(2));
    f.taskAssignors.failure = null;
    settle(a, b);
    assertThat(b.owned.active()).hasSize(2);
  }

  @Test
  void membersGoOnWhenTheCoordinatorIsReplaced() {
    allTopics(2);
    TestStreams a = member("a");
    TestStreams b = member("b");
    settle(a, b);
    int epoch = a.epoch;
    f.restart();
    settle(a, b);
    assertThat(a.epoch).isEqualTo(epoch);
    assertThat(described().groupState()).isEqualTo("Stable");
    f.time.advance(f.streams.sessionMs);
    assertThat(described().members()).as("sessions began again").isEmpty();
  }
}
