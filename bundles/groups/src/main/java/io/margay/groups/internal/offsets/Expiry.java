package io.margay.groups.internal.offsets;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.groups.internal.GroupRecords;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.classic.GroupConfig;
import io.margay.groups.internal.classic.GroupState;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Forgets offsets after their retention, and empty groups with them. An offset's time counts from when its group became empty;
 * in a group with members, and for those who only commit, from its commit. What members consume is kept.
 */
public final class Expiry {
  /** Tombstones of one batch at the most, so that it fits into a segment; what is left waits for the next look. */
  private static final int MAX_RECORDS = 2_000;

  private final Map<String, ClassicGroup> groups;
  private final OffsetStore store;
  private final GroupConfig config;

  /**
   * @param groups the shard's groups by id
   * @param store the shard's offsets
   * @param config the settings
   */
  public Expiry(Map<String, ClassicGroup> groups, OffsetStore store, GroupConfig config) {
    this.groups = groups;
    this.store = store;
    this.config = config;
  }

  /**
   * @param nowMs milliseconds since the epoch
   * @return tombstones; the response says whether there is more to forget
   */
  public Result<Boolean> expire(long nowMs) {
    List<CoordinatorRecord> records = new ArrayList<>();
    for (ClassicGroup group : groups.values()) {
      if (records.size() >= MAX_RECORDS) {
        return Result.of(records, true);
      }
      boolean all = expire(group, nowMs, records);
      if (all && group.state() == GroupState.EMPTY && group.mayBeForgotten() && !store.hasOpen(group.id())) {
        records.add(GroupRecords.groupTombstone(group.id()));
      }
    }
    return Result.of(records, false);
  }

  private boolean expire(ClassicGroup group, long nowMs, List<CoordinatorRecord> records) {
    boolean all = true;
    for (Map.Entry<String, TreeMap<Integer, CommittedOffset>> topic : store.topics(group.id()).entrySet()) {
      boolean subscribed = group.isSubscribedTo(topic.getKey());
      for (Map.Entry<Integer, CommittedOffset> p : topic.getValue().entrySet()) {
        TopicPartition tp = new TopicPartition(topic.getKey(), p.getKey());
        if (records.size() < MAX_RECORDS && !subscribed && isExpired(group, p.getValue(), nowMs)
            && !store.isUnstable(group.id(), tp)) {
          records.add(GroupRecords.offsetTombstone(group.id(), tp));
        } else {
          all = false;
        }
      }
    }
    return all;
  }

  private boolean isExpired(ClassicGroup group, CommittedOffset offset, long nowMs) {
    long sinceMs;
    if (group.protocolType() == null) {
      sinceMs = offset.commitTimestampMs();
    } else if (group.state() == GroupState.EMPTY) {
      // an offset that was set after the last member left is not forgotten at once
      sinceMs = Math.max(group.stateSinceMs(), offset.commitTimestampMs());
    } else if (group.state() == GroupState.STABLE && group.knowsSubscriptions()) {
      sinceMs = offset.commitTimestampMs();
    } else {
      return false;
    }
    return offset.expires() ? nowMs >= offset.expireTimestampMs() : nowMs - sinceMs >= config.offsetsRetentionMs();
  }
}
