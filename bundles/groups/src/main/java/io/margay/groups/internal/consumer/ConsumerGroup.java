package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.HeapSize;
import io.margay.groups.internal.group.MemberGroup;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Owners;
import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A group of the consumer protocol (KIP-848): its members, the target assignment and what each member has of it. It changes by replaying
 * records only, so that what is read from the log is what was there. Belongs to one shard and is used with the shard held. Bounded by
 * {@code group.consumer.max.size} and by the memory of groups.
 *
 * <p>The group's epoch grows when an assignment is needed; the assignment's epoch is that of the group for which it was computed; a member's
 * epoch is that of the assignment that it has reached.
 *
 * <p>Invariant: {@code owners} has the partitions that members have or are to give back, {@code topics} and {@code patternUsers} count
 * what {@code members} subscribe to.
 */
public final class ConsumerGroup extends Group implements MemberGroup<ConsumerMember, Partitions> {
  /** The group type of ListGroups. */
  public static final String TYPE = "consumer";
  /** Estimated bytes of the maps, of a counted topic and of a target. */
  private static final int BYTES = 640;
  private static final int TOPIC_BYTES = 64;
  private static final int TARGET_BYTES = 64;

  private final Map<String, ConsumerMember> members = new LinkedHashMap<>();
  private final Map<String, String> instances = new HashMap<>();
  private final Map<String, Partitions> targets = new HashMap<>();
  private final Owners<UUID> owners = new Owners<>();
  private final Map<String, Integer> topics = new HashMap<>();
  private final Map<String, Integer> patternUsers = new HashMap<>();
  private final Map<String, Pattern> patterns = new HashMap<>();
  private final long createdAtMs;
  private int epoch;
  private long metadataHash;
  private int assignmentEpoch;
  private long assignedAtMs;
  /** Soft: the version of the topics with which subscriptions were last compared. */
  private long topicsVersion = -1;
  /** Soft: the same for its patterns, and when. */
  private long patternsVersion = -1;
  private long patternsAtMs;
  /** Soft: whether the topics of its patterns are being looked up, or its target is being computed, on another thread. */
  private final LongWork resolving = new LongWork();
  private final LongWork assigning = new LongWork();

  /**
   * @param id group id
   * @param nowMs milliseconds since the epoch
   */
  public ConsumerGroup(String id, long nowMs) {
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

  long assignedAtMs() {
    return assignedAtMs;
  }

  @Override
  public Collection<ConsumerMember> members() {
    return Collections.unmodifiableCollection(members.values());
  }

  @Override
  public ConsumerMember member(String memberId) {
    return members.get(memberId);
  }

  /**
   * @param instanceId a group instance id
   * @return the static member, or null
   */
  public ConsumerMember staticMember(String instanceId) {
    String memberId = instances.get(instanceId);
    return memberId == null ? null : members.get(memberId);
  }

  @Override
  public Partitions target(String memberId) {
    return targets.getOrDefault(memberId, Partitions.NONE);
  }

  Set<String> withTarget() {
    return Collections.unmodifiableSet(targets.keySet());
  }

  /** Which member has a partition, or is to give it back; null for none. */
  String owner(UUID topic, int partition) {
    return owners.of(topic, partition);
  }

  /** How many members subscribe to topics by their names. */
  Map<String, Integer> topics() {
    return Collections.unmodifiableMap(topics);
  }

  /** How many members use a regular expression. */
  Map<String, Integer> patternUsers() {
    return Collections.unmodifiableMap(patternUsers);
  }

  Map<String, Pattern> patterns() {
    return Collections.unmodifiableMap(patterns);
  }

  long topicsVersion() {
    return topicsVersion;
  }

  void sawTopics(long version) {
    topicsVersion = version;
  }

  long patternsVersion() {
    return patternsVersion;
  }

  long patternsAtMs() {
    return patternsAtMs;
  }

  /** Its regular expressions were looked up. */
  void sawPatterns(long version, long nowMs) {
    patternsVersion = version;
    patternsAtMs = nowMs;
  }

  LongWork resolving() {
    return resolving;
  }

  LongWork assigning() {
    return assigning;
  }

  // ------------------------------------------------------------------------------------------------ replay

  /** A member's metadata; null when the member has gone. */
  void replayMember(String memberId, MemberMetadata metadata) {
    ConsumerMember before = members.get(memberId);
    if (metadata != null) {
      put(before, new ConsumerMember(memberId, metadata, before == null ? CurrentAssignment.NEW : before.current()));
    } else if (before != null) {
      own(before, false);
      count(before, -1);
      grow(-before.bytes());
      instances.remove(before.instanceId(), memberId);
      members.remove(memberId);
    }
  }

  /** What a member has; null when that counts no longer. After compaction it may come before the member's metadata. */
  void replayCurrent(String memberId, CurrentAssignment current) {
    ConsumerMember before = members.get(memberId);
    if (before != null || current != null) {
      put(before, new ConsumerMember(memberId, before == null ? MemberMetadata.UNKNOWN : before.metadata(),
          current == null ? CurrentAssignment.NEW : current));
    }
  }

  private void put(ConsumerMember before, ConsumerMember after) {
    if (before != null) {
      own(before, false);
      count(before, -1);
      instances.remove(before.instanceId(), before.id());
    }
    own(after, true);
    count(after, 1);
    if (after.instanceId() != null) {
      instances.put(after.instanceId(), after.id());
    }
    members.put(after.id(), after);
    grow(after.bytes() - (before == null ? 0 : before.bytes()));
  }

  private void count(ConsumerMember member, int by) {
    for (String topic : member.metadata().topics()) {
      int users = topics.merge(topic, by, Integer::sum);
      if (users == 0) {
        topics.remove(topic);
      }
      if (users == 0 || users == 1 && by > 0) {
        grow(by * (TOPIC_BYTES + HeapSize.of(topic)));
      }
    }
    String pattern = member.metadata().pattern();
    if (!pattern.isEmpty()) {
      patternUsers.merge(pattern, by, (a, b) -> a + b == 0 ? null : a + b);
    }
  }

  private void own(ConsumerMember member, boolean has) {
    for (Partitions part : List.of(member.current().assigned(), member.current().revoking())) {
      grow(has ? owners.add(member.id(), part) : owners.remove(member.id(), part));
    }
  }

  /** A member's target; null when it has none. */
  void replayTarget(String memberId, Partitions target) {
    Partitions before = target == null ? targets.remove(memberId) : targets.put(memberId, target);
    grow((target == null ? 0 : TARGET_BYTES + target.bytes()) - (before == null ? 0 : TARGET_BYTES + before.bytes()));
  }

  void replayEpoch(int next, long hash) {
    epoch = next;
    metadataHash = hash;
  }

  void replayAssignment(int next, long atMs) {
    assignmentEpoch = next;
    assignedAtMs = atMs;
  }

  /** The topics of a regular expression; null when no member uses it any more. */
  void replayPattern(String text, Pattern pattern) {
    Pattern before = pattern == null ? patterns.remove(text) : patterns.put(text, pattern);
    grow((pattern == null ? 0 : Pattern.costOf(text, pattern.topics())) - (before == null ? 0 : Pattern.costOf(text, before.topics())));
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
    if (epoch > assignmentEpoch) {
      return "Assigning";
    }
    for (ConsumerMember m : members.values()) {
      if (m.current().state() != MemberState.STABLE || m.epoch() != assignmentEpoch && m.epoch() != CurrentAssignment.AWAY) {
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
    return epoch > 0;
  }

  @Override
  public List<CoordinatorRecord> tombstones() {
    List<CoordinatorRecord> records = new ArrayList<>();
    members.keySet().forEach(id -> records.add(ConsumerRecords.current(id(), id, null)));
    targets.keySet().forEach(id -> records.add(ConsumerRecords.target(id(), id, null)));
    if (assignmentEpoch > 0) {
      records.add(ConsumerRecords.assignmentTombstone(id()));
    }
    members.keySet().forEach(id -> records.add(ConsumerRecords.member(id(), id, null)));
    patterns.keySet().forEach(text -> records.add(ConsumerRecords.pattern(id(), text, null)));
    records.add(ConsumerRecords.epochTombstone(id()));
    return records;
  }

  @Override
  public void requireMayCommit(String memberId, String instanceId, int committed) {
    if (committed < 0 && isEmpty()) {
      return;
    }
    ConsumerMember member = requireMember(memberId, instanceId);
    if (member.isClassic()) {
      // between its JoinGroup and the answer to it, a member commits in the generation that it knows
      if (committed != member.current().previousEpoch()) {
        requireGeneration(member, committed);
      }
    } else if (committed < 0 || committed > member.epoch()) {
      throw new CoordinatorException(Errors.STALE_MEMBER_EPOCH);
    }
  }

  @Override
  public boolean speaksConsumerProtocol(String memberId) {
    ConsumerMember member = members.get(memberId);
    return member != null && !member.isClassic();
  }

  @Override
  public Errors errorOfCommit(String memberId, int committed, String topic, UUID topicId, int partition) {
    ConsumerMember member = members.get(memberId);
    // an older epoch counts for what the member has had since then without a break
    if (member == null || committed < 0 || committed == member.epoch()
        || member.current().assigned().epochOf(topicId, partition) <= committed) {
      return Errors.NONE;
    }
    return member.isClassic() ? Errors.REBALANCE_IN_PROGRESS : Errors.STALE_MEMBER_EPOCH;
  }

  @Override
  public void requireMayFetch(String memberId, int asked) {
    if ((memberId == null || memberId.isEmpty()) && asked < 0) {
      return;
    }
    ConsumerMember member = members.get(memberId);
    if (member == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (member.isClassic()) {
      requireGeneration(member, asked);
    } else if (asked != member.epoch()) {
      throw new CoordinatorException(Errors.STALE_MEMBER_EPOCH);
    }
  }

  private static void requireGeneration(ConsumerMember member, int generation) {
    if (generation != member.epoch()) {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }
  }

  /**
   * @param memberId a member id
   * @param instanceId its group instance id, or null
   * @return the member
   * @throws CoordinatorException UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID when it is not a member as it says
   */
  public ConsumerMember requireMember(String memberId, String instanceId) {
    if (instanceId != null) {
      ConsumerMember holder = staticMember(instanceId);
      if (holder != null && !holder.id().equals(memberId)) {
        throw new CoordinatorException(Errors.FENCED_INSTANCE_ID);
      }
    }
    ConsumerMember member = members.get(memberId);
    if (member == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    return member;
  }

  @Override
  public void requireMayDeleteOffsets() {
    // offsets of topics to which nobody subscribes may go at any time
  }

  @Override
  public boolean isSubscribedTo(String topic) {
    return topics.containsKey(topic)
        || patternUsers.keySet().stream().map(patterns::get).anyMatch(p -> p != null && p.topics().contains(topic));
  }

  /** The names of all topics that members subscribe to, whether they exist or not. */
  Set<String> subscribedTopics() {
    Set<String> all = new HashSet<>(topics.keySet());
    patternUsers.keySet().stream().map(patterns::get).filter(p -> p != null).forEach(p -> all.addAll(p.topics()));
    return all;
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
