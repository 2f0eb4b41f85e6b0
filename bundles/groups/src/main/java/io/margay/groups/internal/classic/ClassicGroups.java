package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.groups.internal.GroupRecords;
import io.margay.groups.internal.offsets.OffsetOperations;
import io.margay.groups.internal.offsets.OffsetStore;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.state.GroupMetadataKey;
import io.margay.protocol.state.GroupMetadataValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The classic groups of a shard as a whole: reading them back from their records, showing and deleting them. */
public final class ClassicGroups {
  /** The group type of ListGroups. */
  public static final String TYPE = "classic";

  private final Map<String, ClassicGroup> groups;
  private final Rebalance rebalance;
  private final OffsetOperations offsets;
  private final OffsetStore store;

  /**
   * @param groups the shard's groups by id
   * @param rebalance of the same shard
   * @param offsets of the same shard
   * @param store the shard's offsets
   */
  public ClassicGroups(Map<String, ClassicGroup> groups, Rebalance rebalance, OffsetOperations offsets, OffsetStore store) {
    this.groups = groups;
    this.rebalance = rebalance;
    this.offsets = offsets;
    this.store = store;
  }

  /**
   * Applies a group's record.
   *
   * @param key its id
   * @param value the group as it was then, or null when it was deleted
   */
  public void replay(GroupMetadataKey key, GroupMetadataValue value) {
    if (value == null) {
      ClassicGroup gone = groups.remove(key.group());
      if (gone != null) {
        rebalance.onDeleted(gone, gone.stateSinceMs());
      }
      return;
    }
    ClassicGroup group = new ClassicGroup(key.group(), value.currentStateTimestamp());
    group.restore(value.members().isEmpty() ? GroupState.EMPTY : GroupState.STABLE, value.generation(), value.protocolType(),
        value.protocol(), value.leader(), value.currentStateTimestamp());
    for (GroupMetadataValue.MemberMetadata m : value.members()) {
      int rebalanceTimeoutMs = m.rebalanceTimeout() < 0 ? m.sessionTimeout() : m.rebalanceTimeout();
      ClassicMember.Protocol followed =
          new ClassicMember.Protocol(value.protocol() == null ? "" : value.protocol(), m.subscription());
      ClassicMember member = new ClassicMember(m.memberId(), m.groupInstanceId(), m.clientId(), m.clientHost(),
          rebalanceTimeoutMs, m.sessionTimeout(), List.of(followed));
      member.assign(m.assignment());
      group.add(member, value.protocolType());
    }
    group.updateSubscribedTopics();
    groups.put(key.group(), group);
  }

  /**
   * @param groupId group id
   * @return the group, or null; a live object, for reading only
   */
  public ClassicGroup get(String groupId) {
    return groups.get(groupId);
  }

  /** @return ids of all groups */
  public Set<String> ids() {
    return Set.copyOf(groups.keySet());
  }

  // ------------------------------------------------------------------------------------------------ showing

  /**
   * @param states names of states in lower case; empty for all
   * @param types names of group types in lower case; empty for all
   * @return the groups in these states
   */
  public List<ListGroupsResponse.ListedGroup> list(Set<String> states, Set<String> types) {
    List<ListGroupsResponse.ListedGroup> result = new ArrayList<>();
    if (!types.isEmpty() && !types.contains(TYPE)) {
      return result;
    }
    for (ClassicGroup g : groups.values()) {
      if (states.isEmpty() || states.contains(g.state().title().toLowerCase(Locale.ROOT))) {
        result.add(new ListGroupsResponse.ListedGroup().setGroupId(g.id())
            .setProtocolType(g.protocolType() == null ? "" : g.protocolType()).setGroupState(g.state().title())
            .setGroupType(TYPE));
      }
    }
    return result;
  }

  /**
   * @param groupId group id
   * @param version of the request
   * @return the group; Dead when there is none
   */
  public DescribeGroupsResponse.DescribedGroup describe(String groupId, int version) {
    DescribeGroupsResponse.DescribedGroup result = new DescribeGroupsResponse.DescribedGroup().setGroupId(groupId);
    ClassicGroup group = groups.get(groupId);
    if (group == null) {
      result.setGroupState(GroupState.DEAD.title());
      return version < 6 ? result : result.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
          .setErrorMessage("Group " + groupId + " not found.");
    }
    boolean stable = group.in(GroupState.STABLE);
    result.setGroupState(group.state().title()).setProtocolType(group.protocolType() == null ? "" : group.protocolType())
        .setProtocolData(stable ? group.protocolName() : "");
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

  // ------------------------------------------------------------------------------------------------ deleting

  /**
   * @param groupId group id
   * @return tombstones of the group and its offsets
   * @throws CoordinatorException GROUP_ID_NOT_FOUND or NON_EMPTY_GROUP
   */
  public Result<Errors> delete(String groupId) {
    ClassicGroup group = groups.get(groupId);
    if (group == null) {
      throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND);
    }
    if (!group.in(GroupState.EMPTY) || store.hasOpen(groupId)) {
      throw new CoordinatorException(Errors.NON_EMPTY_GROUP);
    }
    List<CoordinatorRecord> records = offsets.tombstones(groupId);
    records.add(GroupRecords.groupTombstone(groupId));
    return Result.of(records, Errors.NONE);
  }
}
