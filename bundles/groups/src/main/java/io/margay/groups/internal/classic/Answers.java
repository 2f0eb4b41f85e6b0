package io.margay.groups.internal.classic;

import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.List;

/** Builds the answers to JoinGroup, SyncGroup and DescribeGroups. */
public final class Answers {
  private Answers() { }

  /**
   * @param memberId the member id for the client
   * @param error why it did not join
   * @return the answer
   */
  public static JoinGroupResponse join(String memberId, Errors error) {
    return new JoinGroupResponse().setErrorCode(error.code()).setMemberId(memberId).setProtocolName(null);
  }

  /** The group as it is now, for one member; the leader learns of all members. */
  static JoinGroupResponse joined(ClassicGroup group, ClassicMember member, String leader, boolean tellMembers,
      boolean skipAssignment) {
    return new JoinGroupResponse().setMemberId(member.id()).setGenerationId(group.generation())
        .setProtocolType(group.protocolTypeOrNull()).setProtocolName(group.protocolName()).setLeader(leader == null ? "" : leader)
        .setSkipAssignment(skipAssignment).setMembers(tellMembers ? members(group) : new ArrayList<>(0));
  }

  private static List<JoinGroupResponse.JoinGroupResponseMember> members(ClassicGroup group) {
    List<JoinGroupResponse.JoinGroupResponseMember> result = new ArrayList<>(group.members().size());
    for (ClassicMember m : group.members()) {
      result.add(new JoinGroupResponse.JoinGroupResponseMember().setMemberId(m.id()).setGroupInstanceId(m.instanceId())
          .setMetadata(m.metadata(group.protocolName())));
    }
    return result;
  }

  /**
   * @param error why there is no assignment
   * @return the answer
   */
  public static SyncGroupResponse sync(Errors error) {
    return new SyncGroupResponse().setErrorCode(error.code());
  }

  static SyncGroupResponse synced(ClassicGroup group, ClassicMember member) {
    return new SyncGroupResponse().setAssignment(member.assignment()).setProtocolType(group.protocolTypeOrNull())
        .setProtocolName(group.protocolName());
  }

  static DescribeGroupsResponse.DescribedGroup described(ClassicGroup group) {
    boolean stable = group.state() == GroupState.STABLE;
    DescribeGroupsResponse.DescribedGroup result = new DescribeGroupsResponse.DescribedGroup().setGroupId(group.id())
        .setGroupState(group.stateTitle()).setProtocolType(group.protocolType()).setProtocolData(stable ? group.protocolName() : "");
    for (ClassicMember m : group.members()) {
      DescribeGroupsResponse.DescribedGroupMember shown = new DescribeGroupsResponse.DescribedGroupMember().setMemberId(m.id())
          .setGroupInstanceId(m.instanceId()).setClientId(m.clientId()).setClientHost(m.clientHost());
      if (stable) {
        shown.setMemberMetadata(m.metadata(group.protocolName())).setMemberAssignment(m.assignment());
      }
      result.members().add(shown);
    }
    return result;
  }
}
