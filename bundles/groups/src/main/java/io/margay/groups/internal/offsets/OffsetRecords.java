package io.margay.groups.internal.offsets;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.model.TopicPartition;
import io.margay.protocol.Messages;
import io.margay.protocol.state.OffsetCommitKey;
import io.margay.protocol.state.OffsetCommitValue;

/** The records of offsets in Kafka's format: a key with its record type, a value with its version. */
public final class OffsetRecords {
  private static final short KEY_VERSION = 0;
  private static final short VALUE_VERSION = 4;
  /** The one version that has an expiry. */
  private static final short EXPIRING_VALUE_VERSION = 1;

  private OffsetRecords() { }

  /**
   * @param groupId group id
   * @param partition a partition
   * @param offset what is committed for it
   * @return the record
   */
  public static CoordinatorRecord offset(String groupId, TopicPartition partition, CommittedOffset offset) {
    OffsetCommitValue value = new OffsetCommitValue().setOffset(offset.offset()).setMetadata(offset.metadata())
        .setCommitTimestamp(offset.commitTimestampMs());
    short version = VALUE_VERSION;
    if (offset.expires()) {
      version = EXPIRING_VALUE_VERSION;
      value.setExpireTimestamp(offset.expireTimestampMs());
    } else {
      value.setLeaderEpoch(offset.leaderEpoch()).setTopicId(offset.topicId());
    }
    return new CoordinatorRecord(key(groupId, partition), Messages.toVersionedBytes(value, version));
  }

  /**
   * @param groupId group id
   * @param partition a partition
   * @return the end of what is committed for it
   */
  public static CoordinatorRecord tombstone(String groupId, TopicPartition partition) {
    return new CoordinatorRecord(key(groupId, partition), null);
  }

  private static byte[] key(String groupId, TopicPartition partition) {
    return Messages.toPrefixedBytes(new OffsetCommitKey().setGroup(groupId).setTopic(partition.topic())
        .setPartition(partition.partition()), OffsetCommitKey.RECORD_TYPE, KEY_VERSION);
  }
}
