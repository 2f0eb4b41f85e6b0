package io.margay.groups.internal.group;

import io.margay.coordinator.CoordinatorRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A group as an operation is about to leave it: what it changes lies over the group, which stays as it is until the records are
 * replayed. So nothing has to be undone when they are not appended. Lives for one operation.
 *
 * @param <M> a member
 * @param <T> what a member is to have
 */
public abstract class GroupDraft<M extends GroupMember, T> {
  private final MemberGroup<M, T> group;
  private final List<CoordinatorRecord> records;
  /** The members that differ from the group's; null for those that have gone. */
  private final Map<String, M> changed = new LinkedHashMap<>();
  private final Map<String, T> targets = new HashMap<>();
  private int epoch;
  private long metadataHash;
  private int assignmentEpoch;

  /**
   * @param group the group; not changed
   * @param records takes what is to be written
   */
  protected GroupDraft(MemberGroup<M, T> group, List<CoordinatorRecord> records) {
    this.group = group;
    this.records = records;
    this.epoch = group.epoch();
    this.metadataHash = group.metadataHash();
    this.assignmentEpoch = group.assignmentEpoch();
  }

  /** @return what is to be written */
  public final List<CoordinatorRecord> records() {
    return records;
  }

  /** @return the group epoch */
  public final int epoch() {
    return epoch;
  }

  /** @return tells whether the topics of the group have changed */
  public final long metadataHash() {
    return metadataHash;
  }

  /** @return the epoch of the targets */
  public final int assignmentEpoch() {
    return assignmentEpoch;
  }

  // ------------------------------------------------------------------------------------------------ members

  /**
   * @param memberId a member id
   * @return the member, or null
   */
  public final M member(String memberId) {
    return changed.containsKey(memberId) ? changed.get(memberId) : group.member(memberId);
  }

  /** @return the members, the oldest first */
  public final Collection<M> members() {
    if (changed.isEmpty()) {
      return group.members();
    }
    List<M> all = new ArrayList<>(group.members().size() + 1);
    for (M m : group.members()) {
      M now = member(m.id());
      if (now != null) {
        all.add(now);
      }
    }
    changed.forEach((id, m) -> {
      if (m != null && group.member(id) == null) {
        all.add(m);
      }
    });
    return all;
  }

  /** The members that differ from the group's; null for those that have gone. */
  protected final Map<String, M> changed() {
    return Collections.unmodifiableMap(changed);
  }

  /** A member is as this from now on; null when it has gone. */
  protected final void change(String memberId, M member) {
    changed.put(memberId, member);
  }

  /** The static member of an instance among the changed ones; of the group, as it is now, when there is none. */
  protected final M staticMember(String instanceId, M known) {
    for (M m : changed.values()) {
      if (m != null && instanceId.equals(m.instanceId())) {
        return m;
      }
    }
    return known == null ? null : member(known.id());
  }

  // ------------------------------------------------------------------------------------------------ epochs and target

  /**
   * @param memberId a member id
   * @return what it is to have
   */
  public final T target(String memberId) {
    return targets.containsKey(memberId) ? targets.get(memberId) : group.target(memberId);
  }

  /** Whether a target was set in this draft. */
  protected final boolean hasNewTarget(String memberId) {
    return targets.containsKey(memberId);
  }

  /** Sets a target; the record is the caller's. */
  protected final void setTarget(String memberId, T target) {
    targets.put(memberId, target);
  }

  /** An assignment is needed. */
  public final void bump(long hash) {
    epoch++;
    metadataHash = hash;
    records.add(epochRecord(epoch, hash));
  }

  /** The targets are those that were computed for an epoch. */
  public final void assigned(int forEpoch, long nowMs) {
    assignmentEpoch = forEpoch;
    records.add(assignmentRecord(forEpoch, nowMs));
  }

  /** The record of a group epoch. */
  protected abstract CoordinatorRecord epochRecord(int newEpoch, long hash);

  /** The record of an assignment. */
  protected abstract CoordinatorRecord assignmentRecord(int newEpoch, long atMs);
}
