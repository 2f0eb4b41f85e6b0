package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.HeapSize;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A classic group: its members, generation and state. It knows the rules of membership; {@link Rebalance} knows which
 * members to wait for and how long. Belongs to one shard and is used with the shard held. Its size is bounded by {@code group.max.size} and by
 * the memory of groups.
 */
public final class ClassicGroup extends Group {
  /** The group type of ListGroups. */
  public static final String TYPE = "classic";
  /** Protocol type of the consumers. */
  public static final String CONSUMER = "consumer";

  /** Estimated bytes of an id that was handed out, with its timer. */
  private static final int PENDING_BYTES = 320;

  private final Map<String, ClassicMember> members = new LinkedHashMap<>();
  private final Map<String, String> staticMembers = new HashMap<>();
  /** How many members can follow a protocol, by its name. Invariant: counts exactly the protocols of {@code members}. */
  private final Map<String, Integer> followers = new HashMap<>();
  /** Ids that were handed out and have not joined yet, with the timers after which they are forgotten. */
  private final Map<String, ShardContext.Timer> pendingJoin = new HashMap<>();
  final Set<String> pendingSync = new LinkedHashSet<>();
  ShardContext.Timer joinTimer;
  ShardContext.Timer syncTimer;
  /** Whether a member came while the first rebalance was delayed. */
  boolean newMemberAdded;
  private GroupState state;
  private GroupState previousState;
  private long stateSinceMs;
  private boolean restored;
  private int generation;
  /** Null until the first member joins. */
  private String protocolType;
  private String protocolName;
  private String leaderId;
  /** Null when it cannot be known. */
  private Set<String> subscribedTopics = Set.of();

  /**
   * @param id group id
   * @param nowMs milliseconds since the epoch
   */
  public ClassicGroup(String id, long nowMs) {
    super(id);
    this.state = GroupState.EMPTY;
    this.previousState = GroupState.EMPTY;
    this.stateSinceMs = nowMs;
  }

  /** Brings a group back as it was written down; members are added after it, in the same way. */
  void restore(GroupState restored, int ofGeneration, String type, String name, String leader, long sinceMs) {
    this.state = restored;
    this.generation = ofGeneration;
    this.protocolType = type == null || type.isEmpty() ? null : type;
    this.protocolName = name;
    this.leaderId = leader;
    this.stateSinceMs = sinceMs;
    this.restored = true;
  }

  // ------------------------------------------------------------------------------------------------ what it is

  /** @return the state */
  public GroupState state() {
    return state;
  }

  GroupState previousState() {
    return previousState;
  }

  @Override
  public long stateSinceMs() {
    return stateSinceMs;
  }

  /** @return the generation, 0 before the first */
  public int generation() {
    return generation;
  }

  @Override
  public String protocolType() {
    return protocolType == null ? "" : protocolType;
  }

  /** @return the protocol type, or null until the first member joins */
  String protocolTypeOrNull() {
    return protocolType;
  }

  /** @return the protocol that was chosen, or null */
  public String protocolName() {
    return protocolName;
  }

  /** @return the leader's member id, or null */
  public String leaderId() {
    return leaderId;
  }

  /** @return the members, the oldest first */
  public Collection<ClassicMember> members() {
    return Collections.unmodifiableCollection(members.values());
  }

  /**
   * @param memberId a member id
   * @return the member, or null
   */
  public ClassicMember member(String memberId) {
    return members.get(memberId);
  }

  /**
   * @param instanceId a group instance id
   * @return the member id of the static member, or null
   */
  public String staticMemberId(String instanceId) {
    return staticMembers.get(instanceId);
  }

  boolean isLeader(String memberId) {
    return memberId.equals(leaderId);
  }

  boolean in(GroupState... states) {
    for (GroupState s : states) {
      if (s == state) {
        return true;
      }
    }
    return false;
  }

  void become(GroupState next, long nowMs) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("group " + id() + " cannot go from " + state + " to " + next);
    }
    previousState = state;
    state = next;
    stateSinceMs = nowMs;
  }

  /** @return the longest rebalance timeout of the members */
  int rebalanceTimeoutMs() {
    int max = 0;
    for (ClassicMember m : members.values()) {
      max = Math.max(max, m.rebalanceTimeoutMs());
    }
    return max;
  }

  int awaitingJoin() {
    int n = 0;
    for (ClassicMember m : members.values()) {
      n += m.awaitsJoin() ? 1 : 0;
    }
    return n;
  }

  boolean allHaveJoined() {
    return pendingJoin.isEmpty() && awaitingJoin() == members.size();
  }

  // ------------------------------------------------------------------------------------------------ members

  static String newMemberId(String clientId, String instanceId) {
    return (instanceId == null ? clientId : instanceId) + "-" + UUID.randomUUID();
  }

  void add(ClassicMember member, String type) {
    if (members.isEmpty()) {
      protocolType = type;
    }
    if (leaderId == null) {
      leaderId = member.id();
    }
    members.put(member.id(), member);
    count(member, 1);
    grow(member.bytes());
    if (member.instanceId() != null) {
      staticMembers.put(member.instanceId(), member.id());
    }
    forgetPending(member.id());
  }

  private void count(ClassicMember member, int by) {
    member.protocols().stream().map(ClassicMember.Protocol::name).distinct()
        .forEach(name -> followers.merge(name, by, (a, b) -> a + b == 0 ? null : a + b));
  }

  /** Takes what a member says of itself when it joins again. */
  void update(ClassicMember member, int rebalanceTimeoutMs, int sessionTimeoutMs, List<ClassicMember.Protocol> protocols) {
    long before = member.bytes();
    count(member, -1);
    member.update(rebalanceTimeoutMs, sessionTimeoutMs, protocols);
    count(member, 1);
    grow(member.bytes() - before);
  }

  void assign(ClassicMember member, byte[] assignment) {
    long before = member.bytes();
    member.assign(assignment);
    grow(member.bytes() - before);
  }

  /** Takes a member out. What it has parked is the caller's to answer before. */
  void remove(ClassicMember member) {
    if (members.remove(member.id()) != null) {
      count(member, -1);
      grow(-member.bytes());
    }
    pendingSync.remove(member.id());
    if (member.instanceId() != null) {
      staticMembers.remove(member.instanceId(), member.id());
    }
    if (member.id().equals(leaderId)) {
      leaderId = members.isEmpty() ? null : members.keySet().iterator().next();
    }
    if (member.timer != null) {
      member.timer.cancel();
      member.timer = null;
    }
  }

  void addPending(String memberId, ShardContext.Timer timer) {
    forgetPending(memberId);
    pendingJoin.put(memberId, timer);
    grow(PENDING_BYTES + HeapSize.of(memberId));
  }

  boolean isPending(String memberId) {
    return pendingJoin.containsKey(memberId);
  }

  int pendingCount() {
    return pendingJoin.size();
  }

  /** @return false when the id was not pending */
  boolean forgetPending(String memberId) {
    ShardContext.Timer timer = pendingJoin.remove(memberId);
    if (timer == null) {
      return false;
    }
    timer.cancel();
    grow(-PENDING_BYTES - HeapSize.of(memberId));
    return true;
  }

  void forgetAllPending() {
    List.copyOf(pendingJoin.keySet()).forEach(this::forgetPending);
  }

  /** Gives a static member another id, at the same place. */
  ClassicMember replace(ClassicMember old, String newId) {
    ClassicMember fresh = old.withId(newId);
    Map<String, ClassicMember> all = new LinkedHashMap<>(members);
    members.clear();
    all.forEach((k, v) -> members.put(v == old ? newId : k, v == old ? fresh : v));
    grow(fresh.bytes() - old.bytes());
    staticMembers.put(old.instanceId(), newId);
    if (pendingSync.remove(old.id())) {
      pendingSync.add(newId);
    }
    if (isLeader(old.id())) {
      leaderId = newId;
    }
    if (old.timer != null) {
      old.timer.cancel();
      old.timer = null;
    }
    return fresh;
  }

  /**
   * @param memberId a member id
   * @param instanceId group instance id, or null
   * @throws CoordinatorException UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID when it is not a member as it says
   */
  public void requireMember(String memberId, String instanceId) {
    if (instanceId != null) {
      String current = staticMembers.get(instanceId);
      if (current == null) {
        throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
      }
      if (!current.equals(memberId)) {
        throw new CoordinatorException(Errors.FENCED_INSTANCE_ID);
      }
    }
    if (!members.containsKey(memberId)) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
  }

  /** @return whether a member with these protocols can be in the group */
  boolean accepts(String type, List<ClassicMember.Protocol> offered) {
    if (type.isEmpty() || offered.isEmpty()) {
      return false;
    }
    if (members.isEmpty()) {
      return true;
    }
    return type.equals(protocolType) && offered.stream().anyMatch(p -> allSupport(p.name()));
  }

  private boolean allSupport(String protocol) {
    return followers.getOrDefault(protocol, 0) == members.size();
  }

  /** @return the protocol that most members prefer among those that all follow */
  String selectProtocol() {
    Map<String, Integer> votes = new LinkedHashMap<>();
    for (ClassicMember m : members.values()) {
      for (ClassicMember.Protocol p : m.protocols()) {
        if (allSupport(p.name())) {
          votes.merge(p.name(), 1, Integer::sum);
          break;
        }
      }
    }
    return votes.entrySet().stream().reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
        .orElseThrow(() -> new IllegalStateException("the members of group " + id() + " have no protocol in common")).getKey();
  }

  /** @return whether the leader has joined, or another member has taken its place */
  boolean ensureJoinedLeader() {
    ClassicMember leader = leaderId == null ? null : members.get(leaderId);
    if (leader == null) {
      return false;
    }
    if (leader.awaitsJoin()) {
      return true;
    }
    for (ClassicMember m : members.values()) {
      if (m.awaitsJoin()) {
        leaderId = m.id();
        return true;
      }
    }
    return false;
  }

  void nextGeneration(long nowMs) {
    generation++;
    if (members.isEmpty()) {
      protocolName = null;
      become(GroupState.EMPTY, nowMs);
    } else {
      protocolName = selectProtocol();
      become(GroupState.COMPLETING_REBALANCE, nowMs);
    }
    updateSubscribedTopics();
    pendingSync.clear();
  }

  // ------------------------------------------------------------------------------------------------ subscriptions

  void updateSubscribedTopics() {
    subscribedTopics = computeSubscribedTopics();
  }

  private Set<String> computeSubscribedTopics() {
    if (members.isEmpty()) {
      return Set.of();
    }
    if (!CONSUMER.equals(protocolType) || protocolName == null) {
      return null;
    }
    Set<String> topics = new HashSet<>();
    for (ClassicMember m : members.values()) {
      List<String> of = Subscriptions.topics(m.metadata(protocolName));
      if (of == null) {
        return null;
      }
      topics.addAll(of);
    }
    return topics;
  }

  // ------------------------------------------------------------------------------------------------ as any group

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public String stateTitle() {
    return state.title();
  }

  @Override
  public boolean isEmpty() {
    return state == GroupState.EMPTY;
  }

  @Override
  public boolean mayBeForgotten() {
    return isEmpty() && pendingJoin.isEmpty();
  }

  @Override
  public boolean hasRecord() {
    return restored || generation > 0;
  }

  @Override
  public List<CoordinatorRecord> tombstones() {
    return List.of(GroupRecords.tombstone(id()));
  }

  @Override
  public void requireMayCommit(String memberId, String instanceId, int committed) {
    boolean empty = isEmpty();
    if (committed < 0 && empty) {
      return;
    }
    if (committed >= 0 || !memberId.isEmpty() || instanceId != null) {
      requireMember(memberId, instanceId);
      if (committed != generation) {
        throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
      }
    } else if (!empty) {
      // only members commit to a group that has any
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (state == GroupState.COMPLETING_REBALANCE) {
      throw new CoordinatorException(Errors.REBALANCE_IN_PROGRESS);
    }
  }

  @Override
  public void requireMayCommitInTransaction(String memberId, String instanceId, int committed) {
    boolean asMember = committed >= 0 || !memberId.isEmpty() || instanceId != null;
    if (asMember && (committed >= 0 || !isEmpty())) {
      requireMember(memberId, instanceId);
      if (committed != generation) {
        throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
      }
    }
  }

  @Override
  public void requireMayDeleteOffsets() {
    if (!isEmpty() && !CONSUMER.equals(protocolType)) {
      throw new CoordinatorException(Errors.NON_EMPTY_GROUP);
    }
  }

  @Override
  public boolean isSubscribedTo(String topic) {
    return CONSUMER.equals(protocolType) && (subscribedTopics == null || subscribedTopics.contains(topic));
  }

  @Override
  public long retainedSinceMs(long commitTimestampMs) {
    if (protocolType == null) {
      return commitTimestampMs;
    }
    if (isEmpty()) {
      // an offset that was committed after the last member left is not forgotten at once
      return Math.max(stateSinceMs, commitTimestampMs);
    }
    boolean knowsSubscriptions = CONSUMER.equals(protocolType) && subscribedTopics != null;
    return state == GroupState.STABLE && knowsSubscriptions ? commitTimestampMs : NEVER;
  }

  @Override
  public DescribeGroupsResponse.DescribedGroup describe(int version) {
    return Answers.described(this);
  }
}
