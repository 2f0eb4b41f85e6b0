package io.margay.groups.internal.classic;

import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.List;

/** Builds the answers to JoinGroup and SyncGroup. */
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
}
