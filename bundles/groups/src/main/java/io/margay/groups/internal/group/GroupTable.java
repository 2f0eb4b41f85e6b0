package io.margay.groups.internal.group;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** The groups of one shard, of all kinds, by their ids. Bounded by its {@link ShardMemory}. Used with the shard held. */
public final class GroupTable {
  private final Map<String, Group> groups = new HashMap<>();
  private final ShardMemory memory;
  private final BiFunction<String, Long, Group> offsetsOnly;
  private final Predicate<String> hasOffsets;

  /**
   * @param memory counts what the groups hold
   * @param offsetsOnly makes the group of consumers that only commit, from its id and the time
   * @param hasOffsets whether a group has offsets
   */
  public GroupTable(ShardMemory memory, BiFunction<String, Long, Group> offsetsOnly, Predicate<String> hasOffsets) {
    this.memory = memory;
    this.offsetsOnly = offsetsOnly;
    this.hasOffsets = hasOffsets;
  }

  /** @return counts what the groups hold */
  public ShardMemory memory() {
    return memory;
  }

  /**
   * @param groupId group id
   * @return the group, or null
   */
  public Group get(String groupId) {
    return groups.get(groupId);
  }

  /** @return all groups; a view */
  public Collection<Group> all() {
    return Collections.unmodifiableCollection(groups.values());
  }

  /** @return ids of all groups */
  public Set<String> ids() {
    return Set.copyOf(groups.keySet());
  }

  /** @param group kept from now on, instead of the one of the same id */
  public void put(Group group) {
    Group before = groups.put(group.id(), group);
    if (before != group) {
      if (before != null) {
        before.dropped();
      }
      group.keptIn(memory);
    }
  }

  /**
   * @param groupId of a group that has offsets, though perhaps no members ever
   * @param nowMs milliseconds since the epoch
   */
  public void ensure(String groupId, long nowMs) {
    if (!groups.containsKey(groupId)) {
      put(offsetsOnly.apply(groupId, nowMs));
    }
  }

  /**
   * Keeps a group that has lost its own records for its offsets, if it has any.
   *
   * @param groupId group id
   * @param nowMs milliseconds since the epoch
   */
  public void ensureIfOffsets(String groupId, long nowMs) {
    if (hasOffsets.test(groupId)) {
      ensure(groupId, nowMs);
    }
  }

  /**
   * @param groupId group id
   * @return the group that was kept, or null
   */
  public Group remove(String groupId) {
    Group gone = groups.remove(groupId);
    if (gone != null) {
      gone.dropped();
    }
    return gone;
  }

  /**
   * Forgets a group of which nothing is left: no member, no offset, no record in the log.
   *
   * @param group the group
   */
  public void forgetIfUnused(Group group) {
    if (keeps(group) && group.mayBeForgotten() && !group.hasRecord() && !hasOffsets.test(group.id())) {
      remove(group.id());
    }
  }

  /**
   * @param group a group
   * @return whether this very object is kept under its id
   */
  public boolean keeps(Group group) {
    return groups.get(group.id()) == group;
  }
}
