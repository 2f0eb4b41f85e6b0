package io.margay.groups.internal.streams;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.GroupDraft;
import io.margay.groups.internal.group.MemberState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;

/** A streams group as an operation is about to leave it. Lives for one operation. */
final class StreamsDraft extends GroupDraft<StreamsMember, TaskSets> {
  private final StreamsGroup group;
  private Topology topology;
  private int validatedEpoch;
  private SortedMap<String, String> configs;

  /**
   * @param group the group; not changed
   * @param records takes what is to be written
   */
  StreamsDraft(StreamsGroup group, List<CoordinatorRecord> records) {
    super(group, records);
    this.group = group;
    this.topology = group.topology();
    this.validatedEpoch = group.mark().validatedEpoch();
    this.configs = group.mark().configs();
  }

  StreamsDraft(StreamsGroup group) {
    this(group, new ArrayList<>());
  }

  StreamsGroup group() {
    return group;
  }

  Topology topology() {
    return topology;
  }

  void putTopology(Topology next) {
    topology = next;
    records().add(StreamsRecords.topology(group.id(), next));
  }

  int validatedEpoch() {
    return validatedEpoch;
  }

  SortedMap<String, String> configs() {
    return configs;
  }

  /** An assignment is needed, for topics that were looked at and settings. */
  void bump(long hash, int validated, SortedMap<String, String> settings) {
    validatedEpoch = validated;
    configs = settings;
    bump(hash);
  }

  @Override
  protected CoordinatorRecord epochRecord(int newEpoch, long hash) {
    return StreamsRecords.epoch(group.id(), new GroupMark(newEpoch, hash, validatedEpoch, configs));
  }

  @Override
  protected CoordinatorRecord assignmentRecord(int newEpoch, long atMs) {
    return StreamsRecords.assignment(group.id(), newEpoch, atMs);
  }

  // ------------------------------------------------------------------------------------------------ members

  StreamsMember staticMember(String instanceId) {
    return staticMember(instanceId, group.staticMember(instanceId));
  }

  /** Puts a member, and writes what differs. */
  void put(StreamsMember member) {
    StreamsMember before = member(member.id());
    if (before == null || !before.said().equals(member.said())) {
      records().add(StreamsRecords.member(group.id(), member.id(), member.said()));
    }
    if (before == null ? !member.current().equals(CurrentTasks.NEW) : !before.current().equals(member.current())) {
      records().add(StreamsRecords.current(group.id(), member.id(), member.current()));
    }
    if (!member.equals(before)) {
      change(member.id(), member);
    }
  }

  /** Takes a member out, with its target. */
  void remove(StreamsMember member) {
    records().add(StreamsRecords.current(group.id(), member.id(), null));
    putTarget(member.id(), null);
    records().add(StreamsRecords.member(group.id(), member.id(), null));
    change(member.id(), null);
  }

  /** A static member comes back under another id: it takes its old place, with what was kept for it, and begins in epoch 0. */
  StreamsMember replace(StreamsMember holder, String memberId) {
    TaskSets target = target(holder.id());
    remove(holder);
    StreamsMember member = new StreamsMember(memberId, holder.said(), new CurrentTasks(CurrentTasks.JOIN, CurrentTasks.JOIN, MemberState.STABLE,
        holder.current().assigned(), TaskSets.NONE));
    put(member);
    putTarget(memberId, target);
    return member;
  }

  /** A member's target; null for none. */
  void putTarget(String memberId, TaskSets target) {
    TaskSets next = Objects.requireNonNullElse(target, TaskSets.NONE);
    boolean written = group.withTarget().contains(memberId) || hasNewTarget(memberId);
    if (target == null ? written : !written || !next.equals(target(memberId))) {
      records().add(StreamsRecords.target(group.id(), memberId, target));
    }
    setTarget(memberId, next);
  }

  // ------------------------------------------------------------------------------------------------ who has what

  /** Which member has a task as an active one, or is to give it back; null for none. */
  String owner(String subtopology, int partition) {
    String owner = group.owner(subtopology, partition);
    if (owner != null && changed().containsKey(owner)) {
      StreamsMember now = changed().get(owner);
      owner = now != null && isActive(now, subtopology, partition) ? owner : null;
    }
    if (owner == null) {
      for (StreamsMember m : changed().values()) {
        if (m != null && isActive(m, subtopology, partition)) {
          return m.id();
        }
      }
    }
    return owner;
  }

  private static boolean isActive(StreamsMember member, String subtopology, int partition) {
    return member.current().assigned().active().contains(subtopology, partition)
        || member.current().revoking().active().contains(subtopology, partition);
  }

  /** The other members of a member's process, with which it shares a state directory. */
  List<StreamsMember> housemates(StreamsMember member) {
    List<StreamsMember> result = new ArrayList<>();
    for (StreamsMember m : members()) {
      if (m.said().process().equals(member.said().process()) && !m.id().equals(member.id())) {
        result.add(m);
      }
    }
    return result;
  }
}
