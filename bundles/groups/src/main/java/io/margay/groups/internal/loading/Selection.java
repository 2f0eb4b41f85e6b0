package io.margay.groups.internal.loading;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.groups.internal.offsets.CommittedOffset;
import io.margay.groups.internal.offsets.OffsetStore;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses which groups of a shard are loaded when its log holds more than fits in memory: those that were active last. Groups are
 * loaded whole or not at all. Usually everything fits, and this does nothing but look at the memory.
 *
 * <pre>
 *   ALL ---- does not fit ----> SURVEY ---- end of the log ----> CHOSEN
 * </pre>
 *
 * In SURVEY the rest of the log only says when each group was active last. In CHOSEN the log is read again, and when the memory is
 * full, groups are dropped, those first that were idle longest. Nothing is deleted from the log. Groups that are left out answer
 * COORDINATOR_NOT_AVAILABLE, never that they have no offsets; they are loaded when there is room. Used by the thread that loads, then
 * with the shard held.
 */
public final class Selection {
  private static final Logger LOG = LoggerFactory.getLogger(Selection.class);
  /** A group takes more than this, so a table of this grain can hold all that fit. */
  private static final int BYTES_PER_GROUP = 512;
  private static final int GROUPS_MIN = 1_024;
  private static final int GROUPS_MAX = 1 << 20;

  private enum Pass { ALL, SURVEY, CHOSEN, LOADED }

  private final int shard;
  private final GroupTable groups;
  private final OffsetStore store;
  private final IntSupplier shards;
  private Pass pass = Pass.ALL;
  /** Not null in SURVEY and CHOSEN. */
  private ActivityTable activity;
  /** Null when nothing was left out. */
  private LeftOut leftOut;
  private long limitBytes;
  /** Groups up to this one, by time and hash, are not loaded. */
  private long cutoffMs = Long.MIN_VALUE;
  private long cutoffHash;

  /**
   * @param shard index of the shard
   * @param groups its groups
   * @param store its offsets
   * @param shards how many shards there are
   */
  public Selection(int shard, GroupTable groups, OffsetStore store, IntSupplier shards) {
    this.shard = shard;
    this.groups = groups;
    this.store = store;
    this.shards = shards;
  }

  private ShardMemory memory() {
    return groups.memory();
  }

  // ------------------------------------------------------------------------------------------------ while loading

  /**
   * @param groupId the group of a record
   * @param timestampMs when it was written, as the record says
   * @return whether the record is to be applied
   */
  public boolean takes(String groupId, long timestampMs) {
    if (pass == Pass.ALL || pass == Pass.LOADED) {
      return true;
    }
    long hash = ActivityTable.hash(groupId);
    if (pass == Pass.SURVEY) {
      activity.seen(hash, timestampMs);
      return false;
    }
    if (activity.knows(hash) && isAboveCutoff(hash)) {
      return true;
    }
    if (activity.knows(hash) || activity.overflowed()) {
      leaveOut(hash);
    }
    return false;
  }

  /**
   * @param groupId a group that was deleted by a record
   * @return whether the record is to be applied
   */
  public boolean takesEndOf(String groupId) {
    if (pass == Pass.SURVEY) {
      activity.forget(ActivityTable.hash(groupId));
      return false;
    }
    return true;
  }

  /** Looks at the memory after a record was applied. */
  public void afterRecord() {
    if (pass == Pass.LOADED || memory().usedBytes() <= limitBytes) {
      return;
    }
    limitBytes = memory().loadLimitBytes(shards.getAsInt());
    if (memory().usedBytes() <= limitBytes) {
      return;
    }
    if (pass == Pass.ALL) {
      survey();
    } else {
      dropIdle();
    }
  }

  private void survey() {
    pass = Pass.SURVEY;
    long most = Math.max(GROUPS_MIN, Math.min(GROUPS_MAX, limitBytes / BYTES_PER_GROUP));
    activity = new ActivityTable((int) most);
    for (Group g : List.copyOf(groups.all())) {
      activity.seen(ActivityTable.hash(g.id()), lastActiveMs(g));
      drop(g);
    }
  }

  private long lastActiveMs(Group group) {
    long last = group.stateSinceMs();
    for (var topic : store.topics(group.id()).values()) {
      for (CommittedOffset offset : topic.values()) {
        last = Math.max(last, offset.commitTimestampMs());
      }
    }
    return last;
  }

  private void drop(Group group) {
    store.drop(group.id());
    groups.remove(group.id());
  }

  /** A loaded group, and its place in the order. */
  private record Candidate(Group group, long hash, long activeMs) { }

  private void dropIdle() {
    List<Candidate> order = new ArrayList<>();
    for (Group g : groups.all()) {
      long hash = ActivityTable.hash(g.id());
      order.add(new Candidate(g, hash, activity.lastActiveMs(hash)));
    }
    order.sort(Comparator.comparingLong(Candidate::activeMs).thenComparingLong(Candidate::hash));
    long until = limitBytes / 10 * 9;
    for (Candidate c : order) {
      if (memory().usedBytes() <= until) {
        return;
      }
      drop(c.group());
      leaveOut(c.hash());
      cutoffMs = c.activeMs();
      cutoffHash = c.hash();
    }
  }

  private boolean isAboveCutoff(long hash) {
    long activeMs = activity.lastActiveMs(hash);
    return activeMs > cutoffMs || activeMs == cutoffMs && hash > cutoffHash;
  }

  private void leaveOut(long hash) {
    if (leftOut == null) {
      leftOut = new LeftOut();
    }
    leftOut.add(hash);
  }

  /** @return whether the log has to be read once more */
  public boolean atEnd() {
    if (pass == Pass.SURVEY) {
      pass = Pass.CHOSEN;
      return true;
    }
    pass = Pass.LOADED;
    activity = null;
    if (leftOut != null) {
      LOG.debug("Left groups out. partition={} leftOut={} loaded={} usedBytes={} limitBytes={}", shard, leftOut.count(),
          groups.all().size(), memory().usedBytes(), limitBytes);
      // usually all partitions have this trouble
      if (memory().node().logs().pass("left out") >= 0) {
        LOG.error("Partitions of the offsets topic hold more groups than fit in memory; groups that were idle longest are left out "
            + "until there is room. firstPartition={} leftOut={} loaded={} setting={}", shard, leftOut.count(), groups.all().size(),
            "margay.groups.memory.bytes");
      }
    }
    return false;
  }

  // ------------------------------------------------------------------------------------------------ afterwards

  /**
   * @param groupId group id
   * @throws CoordinatorException COORDINATOR_NOT_AVAILABLE when it was left out
   */
  public void requireLoaded(String groupId) {
    if (leftOut != null && groups.get(groupId) == null && leftOut.mayContain(ActivityTable.hash(groupId))) {
      memory().node().refused("groups that were left out when their partition was loaded", "margay.groups.memory.bytes", groupId);
      throw new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE);
    }
  }

  /** @return whether groups were left out, and there is clearly more room now than there was then */
  public boolean hasRoomForLeftOut() {
    return leftOut != null && (memory().loadLimitBytes(shards.getAsInt()) / 5 * 4 >= limitBytes
        || memory().usedBytes() < limitBytes / 2 && !groups.all().isEmpty());
  }
}
