package io.margay.groups.internal.offsets;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.groups.internal.group.GroupTable;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Forgets offsets after their retention, and empty groups with them. An offset's time counts from when its group became empty;
 * in a group with members, and for consumers that only commit, from its commit. What members consume is kept.
 */
public final class Expiry {
  /** Most tombstones of one operation, so that no shard is held for long; the rest waits for the next one. */
  private static final int MAX_RECORDS = 2_000;

  private final GroupTable groups;
  private final OffsetStore store;
  private final GroupConfig config;

  /**
   * @param groups the shard's groups
   * @param store the shard's offsets
   * @param config the settings
   */
  public Expiry(GroupTable groups, OffsetStore store, GroupConfig config) {
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
    for (Group group : groups.all()) {
      if (records.size() >= MAX_RECORDS) {
        return Result.divisible(records, true);
      }
      boolean all = expire(group, nowMs, records);
      if (all && group.mayBeForgotten() && !store.hasOpen(group.id())) {
        records.addAll(group.tombstones());
      }
    }
    return Result.divisible(records, false);
  }

  private boolean expire(Group group, long nowMs, List<CoordinatorRecord> records) {
    boolean all = true;
    for (Map.Entry<String, TreeMap<Integer, CommittedOffset>> topic : store.topics(group.id()).entrySet()) {
      boolean subscribed = group.isSubscribedTo(topic.getKey());
      for (Map.Entry<Integer, CommittedOffset> p : topic.getValue().entrySet()) {
        TopicPartition tp = new TopicPartition(topic.getKey(), p.getKey());
        if (records.size() < MAX_RECORDS && !subscribed && isExpired(group, p.getValue(), nowMs)
            && !store.isUnstable(group.id(), tp)) {
          records.add(OffsetRecords.tombstone(group.id(), tp));
        } else {
          all = false;
        }
      }
    }
    return all;
  }

  private boolean isExpired(Group group, CommittedOffset offset, long nowMs) {
    long sinceMs = group.retainedSinceMs(offset.commitTimestampMs());
    if (sinceMs == Group.NEVER) {
      return false;
    }
    return offset.expires() ? nowMs >= offset.expireTimestampMs() : nowMs - sinceMs >= config.offsetsRetentionMs();
  }
}
