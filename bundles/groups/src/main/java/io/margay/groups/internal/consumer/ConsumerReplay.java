package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Sessions;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.state.ConsumerGroupCurrentMemberAssignmentKey;
import io.margay.protocol.state.ConsumerGroupCurrentMemberAssignmentValue;
import io.margay.protocol.state.ConsumerGroupMemberMetadataKey;
import io.margay.protocol.state.ConsumerGroupMemberMetadataValue;
import io.margay.protocol.state.ConsumerGroupMetadataKey;
import io.margay.protocol.state.ConsumerGroupMetadataValue;
import io.margay.protocol.state.ConsumerGroupRegularExpressionKey;
import io.margay.protocol.state.ConsumerGroupRegularExpressionValue;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMemberKey;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMemberValue;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMetadataKey;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMetadataValue;

/** Reads consumer groups back from their records. Used with the shard held, and by the thread that loads it. */
public final class ConsumerReplay {
  private final GroupTable groups;
  private final Sessions sessions;

  /**
   * @param groups the shard's groups
   * @param sessions of the shard's members
   */
  public ConsumerReplay(GroupTable groups, Sessions sessions) {
    this.groups = groups;
    this.sessions = sessions;
  }

  /**
   * One record, read but not applied.
   *
   * @param groupId the group
   * @param timestampMs when it was written, as far as the record says; 0 when it does not
   * @param ends whether it is the end of the group
   * @param removes whether it takes something away, so that it needs no group
   * @param goneMember a member that it ends, or null
   * @param apply applies it to the group; null for its end
   */
  public record Read(String groupId, long timestampMs, boolean ends, boolean removes, String goneMember, Change apply) { }

  /** Applies a record to a group. */
  @FunctionalInterface
  public interface Change {
    /** @param group the group */
    void apply(ConsumerGroup group);
  }

  private static <T extends Message> T key(MessageReader in, T key) {
    key.read(in, (short) 0);
    return key;
  }

  /**
   * @param type of the record
   * @param key what follows the type
   * @param value its value, or null
   * @return what it says; null for a type that is not of consumer groups
   */
  public static Read read(short type, MessageReader key, byte[] value) {
    boolean gone = value == null;
    switch (type) {
      case ConsumerGroupMetadataKey.RECORD_TYPE: {
        String group = key(key, new ConsumerGroupMetadataKey()).groupId();
        ConsumerGroupMetadataValue v = gone ? null : Messages.readVersioned(ConsumerGroupMetadataValue::new, value);
        return new Read(group, 0, gone, gone, null, gone ? null : g -> g.replayEpoch(v.epoch(), v.metadataHash()));
      }
      case ConsumerGroupMemberMetadataKey.RECORD_TYPE: {
        ConsumerGroupMemberMetadataKey k = key(key, new ConsumerGroupMemberMetadataKey());
        MemberMetadata m = gone ? null
            : ConsumerRecords.metadata(Messages.readVersioned(ConsumerGroupMemberMetadataValue::new, value));
        return new Read(k.groupId(), 0, false, gone, gone ? k.memberId() : null, g -> g.replayMember(k.memberId(), m));
      }
      case ConsumerGroupTargetAssignmentMetadataKey.RECORD_TYPE: {
        String group = key(key, new ConsumerGroupTargetAssignmentMetadataKey()).groupId();
        ConsumerGroupTargetAssignmentMetadataValue v =
            gone ? null : Messages.readVersioned(ConsumerGroupTargetAssignmentMetadataValue::new, value);
        return new Read(group, gone ? 0 : v.assignmentTimestamp(), false, gone, null,
            g -> g.replayAssignment(gone ? 0 : v.assignmentEpoch(), gone ? 0 : v.assignmentTimestamp()));
      }
      case ConsumerGroupTargetAssignmentMemberKey.RECORD_TYPE: {
        ConsumerGroupTargetAssignmentMemberKey k = key(key, new ConsumerGroupTargetAssignmentMemberKey());
        Partitions p = gone ? null
            : ConsumerRecords.target(Messages.readVersioned(ConsumerGroupTargetAssignmentMemberValue::new, value));
        return new Read(k.groupId(), 0, false, gone, null, g -> g.replayTarget(k.memberId(), p));
      }
      case ConsumerGroupCurrentMemberAssignmentKey.RECORD_TYPE: {
        ConsumerGroupCurrentMemberAssignmentKey k = key(key, new ConsumerGroupCurrentMemberAssignmentKey());
        CurrentAssignment c = gone ? null
            : ConsumerRecords.current(Messages.readVersioned(ConsumerGroupCurrentMemberAssignmentValue::new, value));
        return new Read(k.groupId(), 0, false, gone, null, g -> g.replayCurrent(k.memberId(), c));
      }
      case ConsumerGroupRegularExpressionKey.RECORD_TYPE: {
        ConsumerGroupRegularExpressionKey k = key(key, new ConsumerGroupRegularExpressionKey());
        ConsumerGroupRegularExpressionValue v =
            gone ? null : Messages.readVersioned(ConsumerGroupRegularExpressionValue::new, value);
        Pattern p = gone ? null : new Pattern(new java.util.HashSet<>(v.topics()), v.version(), v.timestamp());
        return new Read(k.groupId(), 0, false, gone, null, g -> g.replayPattern(k.regularExpression(), p));
      }
      default:
        return null;
    }
  }

  /**
   * Applies a record.
   *
   * @param read what it says
   */
  public void replay(Read read) {
    Group known = groups.get(read.groupId());
    if (read.ends()) {
      if (known instanceof ConsumerGroup) {
        sessions.endAll(read.groupId());
        groups.remove(read.groupId());
        groups.ensureIfOffsets(read.groupId(), known.stateSinceMs());
      }
      return;
    }
    if (known instanceof ConsumerGroup group) {
      apply(read, group);
    } else if (!read.removes()) {
      ConsumerGroup group = new ConsumerGroup(read.groupId(), read.timestampMs());
      read.apply().apply(group);
      groups.put(group);
    }
  }

  private void apply(Read read, ConsumerGroup group) {
    read.apply().apply(group);
    if (read.goneMember() != null) {
      sessions.end(read.groupId(), read.goneMember());
    }
  }
}
