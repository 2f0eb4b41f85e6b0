package io.margay.groups.internal.share;

import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Sessions;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.state.ShareGroupCurrentMemberAssignmentKey;
import io.margay.protocol.state.ShareGroupCurrentMemberAssignmentValue;
import io.margay.protocol.state.ShareGroupMemberMetadataKey;
import io.margay.protocol.state.ShareGroupMemberMetadataValue;
import io.margay.protocol.state.ShareGroupMetadataKey;
import io.margay.protocol.state.ShareGroupMetadataValue;
import io.margay.protocol.state.ShareGroupStatePartitionMetadataKey;
import io.margay.protocol.state.ShareGroupStatePartitionMetadataValue;
import io.margay.protocol.state.ShareGroupTargetAssignmentMemberKey;
import io.margay.protocol.state.ShareGroupTargetAssignmentMemberValue;
import io.margay.protocol.state.ShareGroupTargetAssignmentMetadataKey;
import io.margay.protocol.state.ShareGroupTargetAssignmentMetadataValue;
import java.util.HashSet;
import java.util.function.Consumer;

/** Reads share groups back from their records. Used with the shard held, and by the thread that loads it. */
public final class ShareReplay {
  private final GroupTable groups;
  private final Sessions sessions;

  ShareReplay(GroupTable groups, Sessions sessions) {
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
  public record Read(String groupId, long timestampMs, boolean ends, boolean removes, String goneMember, Consumer<ShareGroup> apply) { }

  private static <T extends Message> T key(MessageReader in, T key) {
    key.read(in, (short) 0);
    return key;
  }

  /**
   * @param type of the record
   * @param key what follows the type
   * @param value its value, or null
   * @return what it says; null for a type that is not of share groups
   */
  public static Read read(short type, MessageReader key, byte[] value) {
    boolean gone = value == null;
    switch (type) {
      case ShareGroupMetadataKey.RECORD_TYPE: {
        String group = key(key, new ShareGroupMetadataKey()).groupId();
        ShareGroupMetadataValue v = gone ? null : Messages.readVersioned(ShareGroupMetadataValue::new, value);
        return new Read(group, 0, gone, gone, null, gone ? null : g -> g.replayEpoch(v.epoch(), v.metadataHash()));
      }
      case ShareGroupMemberMetadataKey.RECORD_TYPE: {
        ShareGroupMemberMetadataKey k = key(key, new ShareGroupMemberMetadataKey());
        ShareGroupMemberMetadataValue v = gone ? null : Messages.readVersioned(ShareGroupMemberMetadataValue::new, value);
        return new Read(k.groupId(), 0, false, gone, gone ? k.memberId() : null, gone ? g -> g.replayMember(k.memberId(), null, null)
            : g -> g.replayMember(k.memberId(), new ShareMember.Client(v.clientId(), v.clientHost(), v.rackId()),
                new HashSet<>(v.subscribedTopicNames())));
      }
      case ShareGroupTargetAssignmentMetadataKey.RECORD_TYPE: {
        String group = key(key, new ShareGroupTargetAssignmentMetadataKey()).groupId();
        ShareGroupTargetAssignmentMetadataValue v =
            gone ? null : Messages.readVersioned(ShareGroupTargetAssignmentMetadataValue::new, value);
        return new Read(group, gone ? 0 : v.assignmentTimestamp(), false, gone, null,
            g -> g.replayAssignment(gone ? 0 : v.assignmentEpoch(), gone ? 0 : v.assignmentTimestamp()));
      }
      case ShareGroupTargetAssignmentMemberKey.RECORD_TYPE: {
        ShareGroupTargetAssignmentMemberKey k = key(key, new ShareGroupTargetAssignmentMemberKey());
        Partitions p = gone ? null : ShareRecords.target(Messages.readVersioned(ShareGroupTargetAssignmentMemberValue::new, value));
        return new Read(k.groupId(), 0, false, gone, null, g -> g.replayTarget(k.memberId(), p));
      }
      case ShareGroupCurrentMemberAssignmentKey.RECORD_TYPE: {
        ShareGroupCurrentMemberAssignmentKey k = key(key, new ShareGroupCurrentMemberAssignmentKey());
        ShareGroupCurrentMemberAssignmentValue v =
            gone ? new ShareGroupCurrentMemberAssignmentValue() : Messages.readVersioned(ShareGroupCurrentMemberAssignmentValue::new, value);
        Partitions p = ShareRecords.assigned(v);
        return new Read(k.groupId(), 0, false, gone, null,
            g -> g.replayCurrent(k.memberId(), v.memberEpoch(), v.previousMemberEpoch(), p));
      }
      case ShareGroupStatePartitionMetadataKey.RECORD_TYPE: {
        String group = key(key, new ShareGroupStatePartitionMetadataKey()).groupId();
        StateTopics states =
            gone ? StateTopics.NONE : ShareRecords.states(Messages.readVersioned(ShareGroupStatePartitionMetadataValue::new, value));
        return new Read(group, 0, false, gone, null, g -> g.replayStates(states));
      }
      default:
        return null;
    }
  }

  void replay(Read read) {
    Group known = groups.get(read.groupId());
    if (read.ends()) {
      if (known instanceof ShareGroup) {
        sessions.endAll(read.groupId());
        groups.remove(read.groupId());
        groups.ensureIfOffsets(read.groupId(), known.stateSinceMs());
      }
      return;
    }
    if (known instanceof ShareGroup group) {
      read.apply().accept(group);
      if (read.goneMember() != null) {
        sessions.end(read.groupId(), read.goneMember());
      }
    } else if (!read.removes()) {
      ShareGroup group = new ShareGroup(read.groupId(), read.timestampMs());
      read.apply().accept(group);
      groups.put(group);
    }
  }
}
