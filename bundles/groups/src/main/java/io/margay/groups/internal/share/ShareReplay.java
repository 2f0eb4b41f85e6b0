package io.margay.groups.internal.share;

import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.GroupReplay.Read;
import io.margay.groups.internal.group.Partitions;
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

/** Reads the records of share groups. */
public final class ShareReplay {
  private ShareReplay() { }

  /**
   * @param type of the record
   * @param key what follows the type
   * @param value its value, or null
   * @return what it says; null for a type that is not of share groups
   */
  public static Read<ShareGroup> read(short type, MessageReader key, byte[] value) {
    boolean gone = value == null;
    switch (type) {
      case ShareGroupMetadataKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new ShareGroupMetadataKey()).groupId();
        ShareGroupMetadataValue v = gone ? null : Messages.readVersioned(ShareGroupMetadataValue::new, value);
        return new Read<>(group, 0, gone, gone, null, gone ? null : g -> g.replayEpoch(v.epoch(), v.metadataHash()));
      }
      case ShareGroupMemberMetadataKey.RECORD_TYPE: {
        ShareGroupMemberMetadataKey k = GroupReplay.key(key, new ShareGroupMemberMetadataKey());
        ShareGroupMemberMetadataValue v = gone ? null : Messages.readVersioned(ShareGroupMemberMetadataValue::new, value);
        return new Read<>(k.groupId(), 0, false, gone, gone ? k.memberId() : null, gone ? g -> g.replayMember(k.memberId(), null, null)
            : g -> g.replayMember(k.memberId(), new ShareMember.Client(v.clientId(), v.clientHost(), v.rackId()),
                new HashSet<>(v.subscribedTopicNames())));
      }
      case ShareGroupTargetAssignmentMetadataKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new ShareGroupTargetAssignmentMetadataKey()).groupId();
        ShareGroupTargetAssignmentMetadataValue v =
            gone ? null : Messages.readVersioned(ShareGroupTargetAssignmentMetadataValue::new, value);
        return new Read<>(group, gone ? 0 : v.assignmentTimestamp(), false, gone, null,
            g -> g.replayAssignment(gone ? 0 : v.assignmentEpoch(), gone ? 0 : v.assignmentTimestamp()));
      }
      case ShareGroupTargetAssignmentMemberKey.RECORD_TYPE: {
        ShareGroupTargetAssignmentMemberKey k = GroupReplay.key(key, new ShareGroupTargetAssignmentMemberKey());
        Partitions p = gone ? null : ShareRecords.target(Messages.readVersioned(ShareGroupTargetAssignmentMemberValue::new, value));
        return new Read<>(k.groupId(), 0, false, gone, null, g -> g.replayTarget(k.memberId(), p));
      }
      case ShareGroupCurrentMemberAssignmentKey.RECORD_TYPE: {
        ShareGroupCurrentMemberAssignmentKey k = GroupReplay.key(key, new ShareGroupCurrentMemberAssignmentKey());
        ShareGroupCurrentMemberAssignmentValue v =
            gone ? new ShareGroupCurrentMemberAssignmentValue() : Messages.readVersioned(ShareGroupCurrentMemberAssignmentValue::new, value);
        Partitions p = ShareRecords.assigned(v);
        return new Read<>(k.groupId(), 0, false, gone, null,
            g -> g.replayCurrent(k.memberId(), v.memberEpoch(), v.previousMemberEpoch(), p));
      }
      case ShareGroupStatePartitionMetadataKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new ShareGroupStatePartitionMetadataKey()).groupId();
        StateTopics states =
            gone ? StateTopics.NONE : ShareRecords.states(Messages.readVersioned(ShareGroupStatePartitionMetadataValue::new, value));
        return new Read<>(group, 0, false, gone, null, g -> g.replayStates(states));
      }
      default:
        return null;
    }
  }
}
