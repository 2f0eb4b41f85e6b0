package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;

/** The classic groups among all groups of a shard. Used with the shard held. */
public final class ClassicGroups {
  private final GroupTable groups;

  /** @param groups the shard's groups */
  public ClassicGroups(GroupTable groups) {
    this.groups = groups;
  }

  /**
   * @param groupId group id
   * @return the group, or null; a live object, for reading only
   * @throws CoordinatorException INCONSISTENT_GROUP_PROTOCOL when it is a group of another kind
   */
  public ClassicGroup get(String groupId) {
    Group group = groups.get(groupId);
    if (group == null || group instanceof ClassicGroup) {
      return (ClassicGroup) group;
    }
    throw new CoordinatorException(Errors.INCONSISTENT_GROUP_PROTOCOL);
  }

  /** The group, which has the member that asks; UNKNOWN_MEMBER_ID when there is none of this kind. */
  ClassicGroup require(String groupId) {
    if (groups.get(groupId) instanceof ClassicGroup group) {
      return group;
    }
    throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
  }

  List<ClassicGroup> all() {
    List<ClassicGroup> result = new ArrayList<>();
    for (Group g : groups.all()) {
      if (g instanceof ClassicGroup classic) {
        result.add(classic);
      }
    }
    return result;
  }

  boolean keeps(ClassicGroup group) {
    return groups.keeps(group);
  }

  void put(ClassicGroup group) {
    groups.put(group);
  }

  ClassicGroup remove(String groupId) {
    return groups.get(groupId) instanceof ClassicGroup group ? (ClassicGroup) groups.remove(group.id()) : null;
  }

  void forgetIfUnused(ClassicGroup group) {
    groups.forgetIfUnused(group);
  }

  ShardMemory memory() {
    return groups.memory();
  }
}
