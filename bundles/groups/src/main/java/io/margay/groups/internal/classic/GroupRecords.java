package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.protocol.Messages;
import io.margay.protocol.state.GroupMetadataKey;
import io.margay.protocol.state.GroupMetadataValue;
import java.util.Map;

/** The records of classic groups in Kafka's format: a key with its record type, a value with its version. */
public final class GroupRecords {
  private static final short KEY_VERSION = 0;
  private static final short VALUE_VERSION = 3;

  private GroupRecords() { }

  /**
   * @param group a group; its generation, protocol, leader and members are written
   * @param assignments by member id; nothing for members without
   * @return the record
   */
  public static CoordinatorRecord group(ClassicGroup group, Map<String, byte[]> assignments) {
    GroupMetadataValue value = new GroupMetadataValue().setGeneration(group.generation()).setProtocolType(group.protocolType())
        .setProtocol(group.protocolName()).setLeader(group.leaderId()).setCurrentStateTimestamp(group.stateSinceMs());
    for (ClassicMember m : group.members()) {
      value.members().add(new GroupMetadataValue.MemberMetadata().setMemberId(m.id()).setGroupInstanceId(m.instanceId())
          .setClientId(m.clientId()).setClientHost(m.clientHost()).setRebalanceTimeout(m.rebalanceTimeoutMs())
          .setSessionTimeout(m.sessionTimeoutMs()).setSubscription(m.metadata(group.protocolName()))
          .setAssignment(assignments.getOrDefault(m.id(), ClassicMember.NOTHING)));
    }
    return new CoordinatorRecord(key(group.id()), Messages.toVersionedBytes(value, VALUE_VERSION));
  }

  /**
   * @param groupId group id
   * @return the end of the group
   */
  public static CoordinatorRecord tombstone(String groupId) {
    return new CoordinatorRecord(key(groupId), null);
  }

  private static byte[] key(String groupId) {
    return Messages.toPrefixedBytes(new GroupMetadataKey().setGroup(groupId), GroupMetadataKey.RECORD_TYPE, KEY_VERSION);
  }
}
