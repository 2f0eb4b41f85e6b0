package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.ShardState;
import io.margay.groups.internal.classic.GroupRecords;
import io.margay.groups.internal.offsets.CommittedOffset;
import io.margay.groups.internal.offsets.OffsetRecords;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loading a log: what is not there any more, and what does not fit. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoadingTest {
  private static final int GROUPS = 1_000;
  private static final int NEVER_COMMITTED = -1;
  private final GroupsFixture f = new GroupsFixture();

  private void write(String groupId, String topic, int partition, long offset, long timestampMs, UUID topicId, String metadata) {
    f.log.records.add(OffsetRecords.offset(groupId, new TopicPartition(topic, partition),
        new CommittedOffset(offset, -1, metadata, timestampMs, -1, topicId)));
  }

  /** The offset; -1 for none; less for an error. */
  private long fetch(String groupId, String topic, int partition) {
    OffsetFetchRequestGroup g = new OffsetFetchRequestGroup().setGroupId(groupId);
    g.topics().add(new OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(List.of(partition)));
    return f.groups.fetch(g, false, GroupsFixture.free())
        .thenApply(x -> x.topics().get(0).partitions().get(0).committedOffset())
        .exceptionally(e -> -100L - CoordinatorException.errorOf(e).code()).join();
  }

  /** Each group has two partitions, of which only the first is committed again late in the log, for the groups with even numbers. */
  private void fill() {
    String metadata = "m".repeat(1_000);
    long now = f.time.millis();
    for (int i = 0; i < GROUPS; i++) {
      write("group-" + i, "t", 0, 1, now + i, KafkaUuid.ZERO, metadata);
      write("group-" + i, "t", 1, 2, now + i, KafkaUuid.ZERO, metadata);
    }
    for (int i = 0; i < GROUPS; i += 2) {
      write("group-" + i, "t", 0, 3, now + 10_000 + i, KafkaUuid.ZERO, metadata);
    }
  }

  @Test
  void theGroupsThatWereActiveLastAreLoadedWhole() {
    fill();
    f.config.memoryBytes = 1 << 20;
    f.restart();
    assertThat(f.groups.memory().usedBytes()).isLessThan(900_000);
    List<Integer> loaded = new ArrayList<>();
    for (int i = 0; i < GROUPS; i++) {
      long first = fetch("group-" + i, "t", 0);
      long second = fetch("group-" + i, "t", 1);
      if (first == 3) {
        assertThat(second).as("group %d is whole", i).isEqualTo(2);
        loaded.add(i);
      } else {
        assertThat(first).as("group %d", i).isEqualTo(-100L - Errors.COORDINATOR_NOT_AVAILABLE.code());
      }
    }
    assertThat(loaded).hasSizeBetween(200, 320).allMatch(i -> i % 2 == 0);
    assertThat(loaded.get(loaded.size() - 1)).isEqualTo(GROUPS - 2);
    assertThat(loaded.get(0)).isEqualTo(GROUPS - 2 * loaded.size());
    assertThat(fetch("new", "t", 0)).isEqualTo(NEVER_COMMITTED);
  }

  @Test
  void whatWasLeftOutIsLoadedWhenThereIsRoom() {
    fill();
    f.config.memoryBytes = 1 << 20;
    f.restart();
    assertThat(fetch("group-1", "t", 0)).isLessThan(-100);
    f.groups.expire();
    assertThat(fetch("group-1", "t", 0)).isLessThan(-100);
    f.config.memoryBytes = 1 << 24;
    f.groups.expire();
    f.time.advance(1_000);
    assertThat(fetch("group-1", "t", 0)).isEqualTo(1);
    assertThat(fetch("group-1", "t", 1)).isEqualTo(2);
    assertThat(f.log.records).hasSize(GROUPS * 5 / 2);
  }

  @Test
  void groupsThatWereDeletedTakeNoRoomAndAreNew() {
    f.config.memoryBytes = 1 << 20;
    fill();
    for (int i = 100; i < GROUPS; i++) {
      f.log.records.add(OffsetRecords.tombstone("group-" + i, new TopicPartition("t", 0)));
      f.log.records.add(OffsetRecords.tombstone("group-" + i, new TopicPartition("t", 1)));
      f.log.records.add(GroupRecords.tombstone("group-" + i));
    }
    f.restart();
    for (int i = 0; i < GROUPS; i++) {
      assertThat(fetch("group-" + i, "t", 1)).as("group %d", i).isEqualTo(i < 100 ? 2 : NEVER_COMMITTED);
    }
  }

  @Test
  void anyNumberOfGroupsIsSurveyed() {
    f.config.memoryBytes = 100_000;
    for (int i = 0; i < 20_000; i++) {
      write("group-" + i, "t", 0, 5, f.time.millis() + i, KafkaUuid.ZERO, "");
    }
    f.restart();
    assertThat(f.groups.memory().usedBytes()).isLessThan(90_000);
    assertThat(fetch("group-19999", "t", 0)).isEqualTo(5);
    assertThat(fetch("group-0", "t", 0)).isLessThan(-100);
  }

  @Test
  void offsetsOfTopicsThatAreGoneAreForgotten() {
    long now = f.time.millis();
    for (int p = 0; p < 5_000; p++) {
      write("g", "gone", p, 1, now, new UUID(7, 7), "");
    }
    write("g", "t", 0, 1, now, new UUID(8, 8), "");
    write("h", "t", 0, 2, now, new UUID(1, 1), "");
    write("g", "u", 0, 3, now, KafkaUuid.ZERO, "");
    f.restart();
    assertThat(f.log.batches).isGreaterThanOrEqualTo(3);
    assertThat(fetch("g", "gone", 0)).isEqualTo(NEVER_COMMITTED);
    assertThat(fetch("g", "gone", 4_999)).isEqualTo(NEVER_COMMITTED);
    assertThat(fetch("g", "t", 0)).as("of a topic that was created again").isEqualTo(NEVER_COMMITTED);
    assertThat(fetch("h", "t", 0)).isEqualTo(2);
    assertThat(fetch("g", "u", 0)).isEqualTo(3);
  }

  @Test
  void forgettingThatFailsIsTriedAgain() {
    f.commit("", -1, "t", 1);
    f.log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    f.image = GroupsFixture.image(Map.of("u", new UUID(2, 2)));
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(1);
    f.log.failWith = Errors.NONE;
    f.groups.expire();
    assertThat(f.committed("t")).isEqualTo(-1);
  }

  @Test
  void aRecordThatCannotBeReadChangesNothing() {
    GroupShard shard = f.shard();
    byte[] key = OffsetRecords.tombstone("g", new TopicPartition("t", 0)).key();
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> shard.replay(ShardState.NO_PRODUCER_ID,
        new io.margay.coordinator.CoordinatorRecord(key, new byte[] {0, 3, 1}))).isInstanceOf(RuntimeException.class);
    assertThat(shard.listing().describe("g", 5, GroupsFixture.free()).groupState()).isEqualTo("Dead");
  }
}
