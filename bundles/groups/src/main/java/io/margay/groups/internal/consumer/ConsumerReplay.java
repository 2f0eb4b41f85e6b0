package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.GroupReplay.Read;
import io.margay.groups.internal.group.Partitions;
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

/** Reads the records of consumer groups. */
public final class ConsumerReplay {
  private ConsumerReplay() { }

  /**
   * @param type of the record
   * @param key what follows the type
   * @param value its value, or null
   * @return what it says; null for a type that is not of consumer groups
   */
  public static Read<ConsumerGroup> read(short type, MessageReader key, byte[] value) {
    boolean gone = value == null;
    switch (type) {
      case ConsumerGroupMetadataKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new ConsumerGroupMetadataKey()).groupId();
        ConsumerGroupMetadataValue v = gone ? null : Messages.readVersioned(ConsumerGroupMetadataValue::new, value);
        return new Read<>(group, 0, gone, gone, null, gone ? null : g -> g.replayEpoch(v.epoch(), v.metadataHash()));
      }
      case ConsumerGroupMemberMetadataKey.RECORD_TYPE: {
        ConsumerGroupMemberMetadataKey k = GroupReplay.key(key, new ConsumerGroupMemberMetadataKey());
        MemberMetadata m = gone ? null
            : ConsumerRecords.metadata(Messages.readVersioned(ConsumerGroupMemberMetadataValue::new, value));
        return new Read<>(k.groupId(), 0, false, gone, gone ? k.memberId() : null, g -> g.replayMember(k.memberId(), m));
      }
      case ConsumerGroupTargetAssignmentMetadataKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new ConsumerGroupTargetAssignmentMetadataKey()).groupId();
        ConsumerGroupTargetAssignmentMetadataValue v =
            gone ? null : Messages.readVersioned(ConsumerGroupTargetAssignmentMetadataValue::new, value);
        return new Read<>(group, gone ? 0 : v.assignmentTimestamp(), false, gone, null,
            g -> g.replayAssignment(gone ? 0 : v.assignmentEpoch(), gone ? 0 : v.assignmentTimestamp()));
      }
      case ConsumerGroupTargetAssignmentMemberKey.RECORD_TYPE: {
        ConsumerGroupTargetAssignmentMemberKey k = GroupReplay.key(key, new ConsumerGroupTargetAssignmentMemberKey());
        Partitions p = gone ? null
            : ConsumerRecords.target(Messages.readVersioned(ConsumerGroupTargetAssignmentMemberValue::new, value));
        return new Read<>(k.groupId(), 0, false, gone, null, g -> g.replayTarget(k.memberId(), p));
      }
      case ConsumerGroupCurrentMemberAssignmentKey.RECORD_TYPE: {
        ConsumerGroupCurrentMemberAssignmentKey k = GroupReplay.key(key, new ConsumerGroupCurrentMemberAssignmentKey());
        CurrentAssignment c = gone ? null
            : ConsumerRecords.current(Messages.readVersioned(ConsumerGroupCurrentMemberAssignmentValue::new, value));
        return new Read<>(k.groupId(), 0, false, gone, null, g -> g.replayCurrent(k.memberId(), c));
      }
      case ConsumerGroupRegularExpressionKey.RECORD_TYPE: {
        ConsumerGroupRegularExpressionKey k = GroupReplay.key(key, new ConsumerGroupRegularExpressionKey());
        ConsumerGroupRegularExpressionValue v =
            gone ? null : Messages.readVersioned(ConsumerGroupRegularExpressionValue::new, value);
        Pattern p = gone ? null : new Pattern(new java.util.HashSet<>(v.topics()), v.version(), v.timestamp());
        return new Read<>(k.groupId(), 0, false, gone, null, g -> g.replayPattern(k.regularExpression(), p));
      }
      default:
        return null;
    }
  }
}
