package io.margay.groups.internal.streams;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.MemberGroup;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Owners;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A group of an application of Kafka Streams (KIP-1071): its topology, its members, the target assignment and what each member has of it. It
 * changes by replaying records only, except for what is marked soft. Belongs to one shard and is used with the shard held. Bounded by
 * {@code group.streams.max.size}, {@code margay.groups.streams.max.tasks} and the memory of groups.
 *
 * <p>Invariant: {@code owners} has the active tasks that members have or are to give back.
 */
public final class StreamsGroup extends Group implements MemberGroup<StreamsMember, TaskSets> {
  /** The group type of ListGroups. */
  public static final String TYPE = "streams";
  /** Estimated bytes of the maps, and of a member's target. */
  private static final int BYTES = 800;
  private static final int TARGET_BYTES = 64;

  private final Map<String, StreamsMember> members = new LinkedHashMap<>();
  private final Map<String, String> instances = new HashMap<>();
  private final Map<String, TaskSets> targets = new HashMap<>();
  private final Owners<String> owners = new Owners<>();
  private final SoftState soft = new SoftState(this::grow);
  private final long createdAtMs;
  private Topology topology;
  private GroupMark mark = GroupMark.NEW;
  private int assignmentEpoch = GroupMark.NEW.epoch();
  private long assignedAtMs;

  StreamsGroup(String id, long nowMs) {
    super(id);
    this.createdAtMs = nowMs;
    grow(BYTES);
  }

  // ------------------------------------------------------------------------------------------------ what it is

  @Override
  public int epoch() {
    return mark.epoch();
  }

  @Override
  public long metadataHash() {
    return mark.metadataHash();
  }

  GroupMark mark() {
    return mark;
  }

  @Override
  public int assignmentEpoch() {
    return assignmentEpoch;
  }

  /** When the last assignment was made, in milliseconds since the epoch. */
  long assignedAtMs() {
    return assignedAtMs;
  }

  /** What its members process; null before the first one. */
  Topology topology() {
    return topology;
  }

  @Override
  public Collection<StreamsMember> members() {
    return Collections.unmodifiableCollection(members.values());
  }

  @Override
  public StreamsMember member(String memberId) {
    return members.get(memberId);
  }

  /** The member of a group instance id, or null. */
  StreamsMember staticMember(String instanceId) {
    String memberId = instances.get(instanceId);
    return memberId == null ? null : members.get(memberId);
  }

  @Override
  public TaskSets target(String memberId) {
    return targets.getOrDefault(memberId, TaskSets.NONE);
  }

  Set<String> withTarget() {
    return Collections.unmodifiableSet(targets.keySet());
  }

  /** Which member has a task as an active one, or is to give it back; null for none. */
  String owner(String subtopology, int partition) {
    return owners.of(subtopology, partition);
  }

  /** What is lost when the coordinator moves. */
  SoftState soft() {
    return soft;
  }

  // ------------------------------------------------------------------------------------------------ replay

  /** What a member says of itself; null when the member has gone. */
  void replayMember(String memberId, StreamsMember.Said said) {
    StreamsMember before = members.get(memberId);
    if (said != null) {
      put(before, new StreamsMember(memberId, said, before == null ? CurrentTasks.NEW : before.current()));
    } else if (before != null) {
      own(before, false);
      grow(-before.bytes());
      instances.remove(before.instanceId(), memberId);
      members.remove(memberId);
      soft.forget(memberId, members.isEmpty());
    }
  }

  /** What a member has; null when that counts no longer. After compaction it may come before what the member says of itself. */
  void replayCurrent(String memberId, CurrentTasks current) {
    StreamsMember before = members.get(memberId);
    if (before != null || current != null) {
      put(before, new StreamsMember(memberId, before == null ? StreamsMember.Said.UNKNOWN : before.said(),
          current == null ? CurrentTasks.NEW : current));
    }
  }

  private void put(StreamsMember before, StreamsMember after) {
    if (before != null) {
      own(before, false);
      instances.remove(before.instanceId(), before.id());
    }
    own(after, true);
    if (after.instanceId() != null) {
      instances.put(after.instanceId(), after.id());
    }
    members.put(after.id(), after);
    grow(after.bytes() - (before == null ? 0 : before.bytes()));
  }

  private void own(StreamsMember member, boolean has) {
    for (TaskSets part : List.of(member.current().assigned(), member.current().revoking())) {
      grow(has ? owners.add(member.id(), part.active()) : owners.remove(member.id(), part.active()));
    }
  }

  /** A member's target; null when it has none. */
  void replayTarget(String memberId, TaskSets target) {
    TaskSets before = target == null ? targets.remove(memberId) : targets.put(memberId, target);
    grow((target == null ? 0 : TARGET_BYTES + target.bytes()) - (before == null ? 0 : TARGET_BYTES + before.bytes()));
  }

  void replayTopology(Topology next) {
    grow((next == null ? 0 : next.bytes()) - (topology == null ? 0 : topology.bytes()));
    topology = next;
  }

  void replayMark(GroupMark next) {
    mark = next;
  }

  void replayAssignment(int next, long atMs) {
    assignmentEpoch = next;
    assignedAtMs = atMs;
  }

  // ------------------------------------------------------------------------------------------------ as any group

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public String stateTitle() {
    if (members.isEmpty()) {
      return "Empty";
    }
    if (topology == null || mark.validatedEpoch() != topology.epoch()) {
      return "NotReady";
    }
    if (mark.epoch() > assignmentEpoch) {
      return "Assigning";
    }
    for (StreamsMember m : members.values()) {
      if (m.current().state() != MemberState.STABLE || m.epoch() != assignmentEpoch && m.epoch() != CurrentTasks.AWAY) {
        return "Reconciling";
      }
    }
    return "Stable";
  }

  @Override
  public long stateSinceMs() {
    return Math.max(createdAtMs, assignedAtMs);
  }

  @Override
  public String protocolType() {
    return TYPE;
  }

  @Override
  public boolean isEmpty() {
    return members.isEmpty();
  }

  @Override
  public boolean mayBeForgotten() {
    return isEmpty();
  }

  @Override
  public boolean hasRecord() {
    return mark.epoch() > GroupMark.NEW.epoch();
  }

  @Override
  public List<CoordinatorRecord> tombstones() {
    List<CoordinatorRecord> records = new ArrayList<>();
    members.keySet().forEach(id -> records.add(StreamsRecords.current(id(), id, null)));
    targets.keySet().forEach(id -> records.add(StreamsRecords.target(id(), id, null)));
    records.add(StreamsRecords.assignmentTombstone(id()));
    members.keySet().forEach(id -> records.add(StreamsRecords.member(id(), id, null)));
    records.add(StreamsRecords.topology(id(), null));
    records.add(StreamsRecords.epoch(id(), null));
    return records;
  }

  // ------------------------------------------------------------------------------------------------ offsets

  @Override
  public void requireMayCommit(String memberId, String instanceId, int committed) {
    if (committed < 0 && isEmpty()) {
      return;
    }
    StreamsMember member = requireMember(memberId, instanceId);
    if (committed < 0 || committed > member.epoch()) {
      throw new CoordinatorException(Errors.STALE_MEMBER_EPOCH);
    }
  }

  @Override
  public boolean speaksConsumerProtocol(String memberId) {
    return members.containsKey(memberId);
  }

  @Override
  public Errors errorOfCommit(String memberId, int committed, String topic, UUID topicId, int partition) {
    StreamsMember member = members.get(memberId);
    if (member == null || committed < 0 || committed == member.epoch()) {
      return Errors.NONE;
    }
    // an older epoch counts for tasks that the member has had since then without a break
    for (Topology.Sub s : topology == null ? List.<Topology.Sub>of() : topology.subtopologies()) {
      if (s.read().contains(topic) && (member.current().assigned().active().epochOf(s.id(), partition) <= committed
          || member.current().revoking().active().epochOf(s.id(), partition) <= committed)) {
        return Errors.NONE;
      }
    }
    return Errors.STALE_MEMBER_EPOCH;
  }

  @Override
  public void requireMayFetch(String memberId, int asked) {
    if ((memberId == null || memberId.isEmpty()) && asked < 0) {
      return;
    }
    StreamsMember member = members.get(memberId);
    if (member == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (asked != member.epoch()) {
      throw new CoordinatorException(Errors.STALE_MEMBER_EPOCH);
    }
  }

  /** The member; UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID when it is not a member as it says. */
  StreamsMember requireMember(String memberId, String instanceId) {
    if (instanceId != null) {
      StreamsMember holder = staticMember(instanceId);
      if (holder != null && !holder.id().equals(memberId)) {
        throw new CoordinatorException(Errors.FENCED_INSTANCE_ID);
      }
    }
    StreamsMember member = members.get(memberId);
    if (member == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    return member;
  }

  @Override
  public void requireMayDeleteOffsets() {
    // offsets of topics that the topology does not read may go at any time
  }

  @Override
  public boolean isSubscribedTo(String topic) {
    return !isEmpty() && topology != null && topology.subtopologies().stream().anyMatch(s -> s.read().contains(topic));
  }

  @Override
  public long retainedSinceMs(long commitTimestampMs) {
    return commitTimestampMs;
  }

  @Override
  public DescribeGroupsResponse.DescribedGroup describe(int version) {
    return null;
  }
}
