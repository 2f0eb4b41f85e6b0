package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each limit is reached, and what is refused has its error; groups in use go on. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitsTest {
  private static final int KB = 1_024;
  private final GroupsFixture f = new GroupsFixture();

  private Errors commit(String groupId, String topic, String metadata) {
    OffsetCommitRequest r = new OffsetCommitRequest().setGroupId(groupId);
    r.topics().add(new OffsetCommitRequestTopic().setName(topic).setPartitions(List.of(
        new OffsetCommitRequestPartition().setCommittedOffset(3).setCommittedMetadata(metadata))));
    return f.groups.commit(r, 8, 1).thenApply(x -> Errors.forCode(x.topics().get(0).partitions().get(0).errorCode()))
        .exceptionally(io.margay.coordinator.CoordinatorException::errorOf).join();
  }

  private long fetched(String groupId) {
    OffsetFetchRequestGroup g = new OffsetFetchRequestGroup().setGroupId(groupId);
    g.topics().add(new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(List.of(0)));
    return f.groups.fetch(g, false, GroupsFixture.free()).join().topics().get(0).partitions().get(0).committedOffset();
  }

  private Errors join(JoinGroupRequest request) {
    CompletableFuture<JoinGroupResponse> answer = f.join(request, 3);
    return answer.isDone() ? Errors.forCode(answer.join().errorCode()) : Errors.NONE;
  }

  private static JoinGroupRequest joinOf(String groupId, int metadataBytes) {
    JoinGroupRequest r = GroupsFixture.joinRequest("", null).setGroupId(groupId);
    r.protocols().add(new JoinGroupRequest.JoinGroupRequestProtocol().setName("range").setMetadata(new byte[metadataBytes]));
    return r;
  }

  // ------------------------------------------------------------------------------------------------ memory

  @Test
  void offsetsOfNewGroupsAreBoundedInBytes() {
    f.config.offsetMetadataMaxBytes = 4 * KB;
    f.config.memoryBytes = 1 << 20;
    String metadata = "m".repeat(4 * KB);
    int kept = 0;
    while (commit("group-" + kept, "t", metadata) == Errors.NONE) {
      kept++;
    }
    assertThat(kept).isBetween(90, 150);
    assertThat(f.groups.memory().usedBytes()).isLessThan((1 << 20) / 10 * 6);
    assertThat(commit("one-more", "t", metadata)).isEqualTo(Errors.INVALID_COMMIT_OFFSET_SIZE);
    // groups that exist go on, and may grow a little; consumers join
    assertThat(join(joinOf("members", 10))).isEqualTo(Errors.NONE);
    assertThat(commit("group-0", "t", metadata)).isEqualTo(Errors.NONE);
    assertThat(commit("group-0", "u", metadata)).isEqualTo(Errors.NONE);
    assertThat(f.groups.delete("group-1").join()).isEqualTo(Errors.NONE);
    assertThat(f.groups.delete("group-2").join()).isEqualTo(Errors.NONE);
    assertThat(commit("one-more", "t", metadata)).isEqualTo(Errors.NONE);
    int batches = f.log.batches;
    assertThat(commit("another", "t", metadata)).isEqualTo(Errors.INVALID_COMMIT_OFFSET_SIZE);
    assertThat(f.log.batches).isEqualTo(batches);
  }

  @Test
  void membersAreBoundedInBytes() {
    f.config.memoryBytes = 1 << 20;
    f.config.delayMs = 3_000;
    int kept = 0;
    while (join(joinOf("group-" + kept, 50 * KB)) == Errors.NONE) {
      kept++;
    }
    assertThat(kept).isBetween(15, 20);
    assertThat(join(joinOf("one-more", 50 * KB))).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    assertThat(f.groups.list(Set.of(), Set.of(), GroupsFixture.free()).join()).hasSize(kept);
    // a group without members that has nothing in the log goes with its last member
    f.time.advance(10 * 60_000);
    f.config.retentionMs = 0;
    f.groups.expire();
    assertThat(f.groups.memory().usedBytes()).isZero();
  }

  @Test
  void anIdThatIsNeverUsedTakesItsGroupAlong() {
    f.config.memoryBytes = 1 << 20;
    int kept = 0;
    while (f.join(joinOf("group-" + kept, 10), 9).join().errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
      kept++;
    }
    assertThat(kept).isBetween(500, 1_500);
    f.time.advance(60_000);
    assertThat(f.groups.list(Set.of(), Set.of(), GroupsFixture.free()).join()).isEmpty();
    assertThat(f.groups.memory().usedBytes()).isZero();
    assertThat(f.log.records).isEmpty();
  }

  @Test
  void anAssignmentForWhichThereIsNoMemoryFailsTheWholeGroup() {
    f.config.delayMs = 1;
    CompletableFuture<JoinGroupResponse> one = f.joinNew();
    CompletableFuture<JoinGroupResponse> two = f.joinNew();
    f.time.advance(10);
    f.config.memoryBytes = 10_000;
    CompletableFuture<SyncGroupResponse> waits = f.sync(two.join().memberId(), 1, Map.of());
    CompletableFuture<SyncGroupResponse> leads = f.sync(one.join().memberId(), 1, Map.of(two.join().memberId(), "a".repeat(20_000)));
    assertThat(leads.join().errorCode()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED.code());
    assertThat(waits.join().errorCode()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED.code());
    assertThat(f.state()).isEqualTo("PreparingRebalance");
    f.config.metadataMaxBytes = 10;
    f.config.memoryBytes = 1 << 20;
    CompletableFuture<JoinGroupResponse> again = f.join(one.join().memberId(), null, 9);
    f.join(two.join().memberId(), null, 9);
    assertThat(f.sync(again.join().memberId(), 2, Map.of(again.join().memberId(), "a".repeat(11))).join().errorCode())
        .isEqualTo(Errors.MESSAGE_TOO_LARGE.code());
  }

  @Test
  void allMemoryIsGivenBack() {
    List<String> ids = f.stable(3);
    f.commit(ids.get(0), 1, "t", 7);
    f.commit(ids.get(0), 1, "u", 7, "text");
    f.commit(ids.get(0), 1, "u", 8, "");
    assertThat(f.groups.memory().usedBytes()).isGreaterThan(3 * 640);
    long live = f.groups.memory().usedBytes();
    f.restart();
    assertThat(f.groups.memory().usedBytes()).isEqualTo(live);
    f.leave(ids.toArray(String[]::new));
    f.groups.delete(GroupsFixture.GROUP).join();
    assertThat(f.groups.memory().usedBytes()).isZero();
  }

  // ------------------------------------------------------------------------------------------------ lengths and counts

  @Test
  void idsAreBounded() {
    String tooLong = "x".repeat(101);
    assertThat(join(joinOf(tooLong, 1))).isEqualTo(Errors.INVALID_GROUP_ID);
    assertThat(commit(tooLong, "t", "")).isEqualTo(Errors.INVALID_GROUP_ID);
    assertThat(join(joinOf("g", 1).setGroupInstanceId(tooLong))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(join(joinOf("g", 1).setProtocolType(tooLong))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    JoinGroupRequest many = joinOf("g", 1);
    for (int i = 0; i < 3; i++) {
      many.protocols().add(new JoinGroupRequest.JoinGroupRequestProtocol().setName("p" + i).setMetadata(new byte[0]));
    }
    assertThat(join(many)).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    JoinGroupRequest longName = joinOf("g", 1);
    longName.protocols().get(0).setName(tooLong);
    assertThat(join(longName)).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    assertThat(join(joinOf("g", 1_000_001))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    assertThat(f.groups.list(Set.of(), Set.of(), GroupsFixture.free()).join()).isEmpty();
    f.groups.join(joinOf("g", 1), 3, tooLong, "/h", 1);
    assertThat(f.describe("g", 5).members().get(0).clientId()).hasSize(100);
  }

  @Test
  void idsThatAreHandedOutAreBounded() {
    f.config.maxSize = 5;
    for (int i = 0; i < 5; i++) {
      assertThat(f.join("", null, 9).join().errorCode()).isEqualTo(Errors.MEMBER_ID_REQUIRED.code());
    }
    assertThat(f.join("", null, 9).join().errorCode()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED.code());
  }

  // ------------------------------------------------------------------------------------------------ answers

  @Test
  void anAnswerTakesMemoryOfItsRequest() {
    f.config.offsetMetadataMaxBytes = 4 * KB;
    commit("g", "t", "m".repeat(4 * KB));
    OffsetFetchRequestGroup many = new OffsetFetchRequestGroup().setGroupId("g");
    many.topics().add(new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(Collections.nCopies(100_000, 0)));
    long[] budget = {1 << 20};
    assertThat(f.groups.fetch(many, false, new AnswerMemory(bytes -> (budget[0] -= bytes) >= 0))
        .thenApply(x -> Errors.NONE).exceptionally(io.margay.coordinator.CoordinatorException::errorOf).join())
        .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(fetched("g")).isEqualTo(3);
  }

  @Test
  void manyOffsetsOfOneCommitAreWrittenInParts() {
    f.config.offsetMetadataMaxBytes = 4 * KB;
    OffsetCommitRequest r = new OffsetCommitRequest().setGroupId("g");
    r.topics().add(new OffsetCommitRequestTopic().setName("t").setPartitions(Collections.nCopies(500,
        new OffsetCommitRequestPartition().setCommittedOffset(3).setCommittedMetadata("m".repeat(4 * KB)))));
    assertThat(f.groups.commit(r, 8, 1).join().topics().get(0).partitions()).allMatch(p -> p.errorCode() == 0);
    assertThat(f.log.batches).isBetween(4, 6);
    f.log.failWith = Errors.MESSAGE_TOO_LARGE;
    assertThat(commit("g", "t", "")).isEqualTo(Errors.INVALID_COMMIT_OFFSET_SIZE);
  }

  // ------------------------------------------------------------------------------------------------ log lines

  @Test
  void linesOfTheLogAreBoundedHoweverManyGroupsThereAre() {
    List<String> lines = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("io.margay.groups.internal");
    Handler keeper = new Handler() {
      @Override
      public void publish(LogRecord record) {
        lines.add(record.getMessage());
      }

      @Override
      public void flush() {
        // nothing is kept back
      }

      @Override
      public void close() {
        // nothing is open
      }
    };
    logger.addHandler(keeper);
    logger.setUseParentHandlers(false);
    try {
      f.config.delayMs = 0;
      for (int i = 0; i < 500; i++) {
        JoinGroupResponse joined = f.join(joinOf("group-" + i, 10), 3).join();
        f.groups.leave(new LeaveGroupRequest().setGroupId("group-" + i).setMembers(List.of(
            new LeaveGroupRequest.MemberIdentity().setMemberId(joined.memberId()))), 1).join();
      }
    } finally {
      logger.removeHandler(keeper);
      logger.setUseParentHandlers(true);
    }
    assertThat(lines).filteredOn(l -> l.contains("new generation")).hasSizeBetween(1, 16);
    assertThat(lines).filteredOn(l -> l.contains("is empty")).hasSizeBetween(1, 16);
  }
}
