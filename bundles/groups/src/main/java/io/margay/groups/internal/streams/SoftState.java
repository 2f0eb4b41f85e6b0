package io.margay.groups.internal.streams;

import io.margay.spi.assignor.TaskId;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/**
 * What the coordinator knows of a streams group that is not in the log: it is found out again when the coordinator moves. Belongs to its
 * group. How far states have come is bounded by {@link #MOST_OFFSETS}; the rest by what its setters are given.
 */
final class SoftState {
  /** Estimated bytes of how far a state has come; the texts are those of the plan. */
  static final int OFFSET_BYTES = 120;
  /** How many states of all members together may be known: each of some thousand tasks at ten members. */
  static final int MOST_OFFSETS = 50_000;
  /** Leaves room to count on. */
  private static final long LOADED_MASK = 0x3fff_ffff;

  /**
   * How far the state of a task has come.
   *
   * @param at offset that was reached, of all changelogs of the task together
   * @param end of the changelogs; -1 when it was not said
   */
  record Progress(long at, long end) {
    /** How many records are missing. */
    long lag() {
      return Math.max(0, end - at);
    }
  }

  private final LongConsumer grow;
  private final Map<String, Map<TaskId, Progress>> progress = new HashMap<>();
  private int offsets;
  private long topicsVersion = -1;
  private Topology planned;
  private Plan plan = Plan.NONE;
  private long topicsHash;
  private String shutdownBy;
  private int endpointEpoch;
  private DescribedTopology description;
  private int refusedDescription = -1;
  private long askedForDescriptionMs = Long.MIN_VALUE;

  /** @param grow is told how many bytes more it holds */
  SoftState(LongConsumer grow) {
    this.grow = grow;
  }

  /** The plan of a topology among topics of a version; null when none was kept. */
  Plan plan(Topology topology, long version) {
    return topology == planned && version == topicsVersion ? plan : null;
  }

  void keep(Topology topology, long version, Plan made, long hash) {
    planned = topology;
    topicsVersion = version;
    plan = made;
    topicsHash = hash;
  }

  /** Tells whether the topics of the newest plan differ from those of the group epoch. */
  long topicsHash() {
    return topicsHash;
  }

  /** Which member has asked to shut the application down; null for none. */
  String shutdownBy() {
    return shutdownBy;
  }

  void shutDown(String memberId) {
    shutdownBy = memberId;
  }

  /** The group was read from the log: clients are not to take its counting for that of the coordinator before it. */
  void loadedAt(long nowMs) {
    endpointEpoch = (int) (nowMs & LOADED_MASK);
  }

  /** Grows when tasks move or applications answer queries elsewhere. */
  int endpointEpoch() {
    return endpointEpoch;
  }

  void endpointsChanged() {
    endpointEpoch++;
  }

  /** How far the states of a member's tasks have come. */
  Map<TaskId, Progress> progress(String memberId) {
    return progress.getOrDefault(memberId, Map.of());
  }

  /**
   * A member says how far its states have come. Where that is too much, nothing of it is kept, as if it had not said it: what it said
   * before is old.
   *
   * @param room bytes that there are for what is new
   */
  void progress(String memberId, Map<TaskId, Progress> now, LongPredicate room) {
    int before = progress(memberId).size();
    int more = now.size() - before;
    boolean kept = !now.isEmpty() && offsets + more <= MOST_OFFSETS && room.test((long) OFFSET_BYTES * more);
    if (kept) {
      progress.put(memberId, Map.copyOf(now));
    } else {
      progress.remove(memberId);
    }
    int change = kept ? more : -before;
    offsets += change;
    grow.accept((long) OFFSET_BYTES * change);
  }

  /** What the application says about its topology; null for nothing, or for another epoch. */
  DescribedTopology description(int epoch) {
    return description != null && description.epoch() == epoch ? description : null;
  }

  void describe(DescribedTopology said) {
    grow.accept(said.bytes() - (description == null ? 0 : description.bytes()));
    description = said;
  }

  /** No member is asked for that of this epoch again. */
  void refuseDescription(int epoch) {
    refusedDescription = epoch;
  }

  /** Whether a member is to be asked for it now. */
  boolean asksForDescription(int epoch, long nowMs, long againMs) {
    boolean asks = description(epoch) == null && refusedDescription != epoch
        && (askedForDescriptionMs == Long.MIN_VALUE || nowMs - askedForDescriptionMs >= againMs || nowMs < askedForDescriptionMs);
    if (asks) {
      askedForDescriptionMs = nowMs;
    }
    return asks;
  }

  /** A member has gone. */
  void forget(String memberId, boolean last) {
    progress(memberId, Map.of(), more -> false);
    if (last) {
      shutdownBy = null;
    }
  }
}
