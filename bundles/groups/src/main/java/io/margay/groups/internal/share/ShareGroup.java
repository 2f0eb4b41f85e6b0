package io.margay.groups.internal.share;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.MemberGroup;
import io.margay.groups.internal.group.Partitions;
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

/**
 * A share group: members that consume the same partitions together, record by record. Changes by replaying its records only, except for what
 * is marked soft.
 *
 * <p>The group's epoch grows when an assignment is needed; the assignment's epoch is that of the group for which it was computed; a member's
 * epoch is that of the assignment that it has. A partition may be assigned to several members, so none waits for another to give it back.
 */
public final class ShareGroup extends Group implements MemberGroup<ShareMember, Partitions> {
  /** The group type of ListGroups. */
  public static final String TYPE = "share";
  /** Estimated bytes of the maps, and of a member's target. */
  private static final int BYTES = 480;
  private static final int TARGET_BYTES = 64;

  private final Map<String, ShareMember> members = new LinkedHashMap<>();
  private final Map<String, Partitions> targets = new HashMap<>();
  private final long createdAtMs;
  private StateTopics states = StateTopics.NONE;
  private int epoch;
  private long metadataHash;
  private int assignmentEpoch;
  private long assignedAtMs;
  /** Soft: the version of the topics with which subscriptions were last compared. */
  private long topicsVersion = -1;

  ShareGroup(String id, long nowMs) {
    super(id);
    this.createdAtMs = nowMs;
    grow(BYTES);
  }

  // ------------------------------------------------------------------------------------------------ what it is

  @Override
  public int epoch() {
    return epoch;
  }

  @Override
  public long metadataHash() {
    return metadataHash;
  }

  @Override
  public int assignmentEpoch() {
    return assignmentEpoch;
  }

  /** When the last assignment was made, in milliseconds since the epoch. */
  long assignedAtMs() {
    return assignedAtMs;
  }

  @Override
  public ShareMember member(String memberId) {
    return members.get(memberId);
  }

  @Override
  public Collection<ShareMember> members() {
    return Collections.unmodifiableCollection(members.values());
  }

  @Override
  public Partitions target(String memberId) {
    return targets.getOrDefault(memberId, Partitions.NONE);
  }

  StateTopics states() {
    return states;
  }

  long topicsVersion() {
    return topicsVersion;
  }

  void sawTopics(long version) {
    topicsVersion = version;
  }

  // ------------------------------------------------------------------------------------------------ replay

  void replayEpoch(int newEpoch, long hash) {
    epoch = newEpoch;
    metadataHash = hash;
  }

  void replayAssignment(int newEpoch, long atMs) {
    assignmentEpoch = newEpoch;
    assignedAtMs = atMs;
  }

  /** Null takes it out. */
  void replayMember(String memberId, ShareMember.Client client, Set<String> topics) {
    ShareMember before = members.get(memberId);
    put(memberId, client == null ? null
        : before == null ? ShareMember.joining(memberId, client, topics) : before.says(client, topics));
  }

  /** A member whose assignment is gone begins again. */
  void replayCurrent(String memberId, int memberEpoch, int previousEpoch, Partitions assigned) {
    ShareMember before = members.get(memberId);
    if (before != null) {
      put(memberId, before.has(memberEpoch, previousEpoch, assigned));
    }
  }

  private void put(String memberId, ShareMember member) {
    ShareMember before = member == null ? members.remove(memberId) : members.put(memberId, member);
    grow((member == null ? 0 : member.bytes()) - (before == null ? 0 : before.bytes()));
  }

  /** Null or none takes it out. */
  void replayTarget(String memberId, Partitions target) {
    boolean none = target == null || target.isEmpty();
    Partitions before = none ? targets.remove(memberId) : targets.put(memberId, target);
    grow((none ? 0 : TARGET_BYTES + target.bytes()) - (before == null ? 0 : TARGET_BYTES + before.bytes()));
  }

  void replayStates(StateTopics newStates) {
    grow(newStates.bytes() - states.bytes());
    states = newStates;
  }

  // ------------------------------------------------------------------------------------------------ as a group

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public String stateTitle() {
    return members.isEmpty() ? "Empty" : "Stable";
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
    // its positions are at the share coordinators, and go when the group is deleted
    return members.isEmpty() && states.all().isEmpty();
  }

  @Override
  public boolean hasRecord() {
    return epoch > 0;
  }

  @Override
  public List<CoordinatorRecord> tombstones() {
    List<CoordinatorRecord> records = new ArrayList<>();
    for (ShareMember m : members.values()) {
      records.add(ShareRecords.currentTombstone(id(), m.id()));
      records.add(ShareRecords.target(id(), m.id(), null));
      records.add(ShareRecords.memberTombstone(id(), m.id()));
    }
    records.add(ShareRecords.statesTombstone(id()));
    records.add(ShareRecords.assignmentTombstone(id()));
    records.add(ShareRecords.epochTombstone(id()));
    return records;
  }

  /** The share coordinators keep what it has consumed. */
  private CoordinatorException hasNoOffsets() {
    return new CoordinatorException(Errors.GROUP_ID_NOT_FOUND, "Group " + id() + " is not a consumer group.");
  }

  @Override
  public void requireMayCommit(String memberId, String instanceId, int generation) {
    throw hasNoOffsets();
  }

  @Override
  public void requireMayCommitInTransaction(String memberId, String instanceId, int generation) {
    throw hasNoOffsets();
  }

  @Override
  public void requireMayFetch(String memberId, int memberEpoch) {
    throw hasNoOffsets();
  }

  @Override
  public void requireMayDeleteOffsets() {
    throw hasNoOffsets();
  }

  @Override
  public boolean isSubscribedTo(String topic) {
    return members.values().stream().anyMatch(m -> m.topics().contains(topic));
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
