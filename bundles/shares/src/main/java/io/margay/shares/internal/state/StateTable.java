package io.margay.shares.internal.state;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.protocol.Errors;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The share partitions of one shard. Bounded by the memory of all shards. Used with the shard held. */
final class StateTable {
  private static final int ENTRY_BYTES = 240;

  /** A state, and where its last snapshot is. */
  private static final class Entry {
    private ShareState state;
    private long snapshotOffset;
    private int updates;
  }

  private final Map<StateKey, Entry> entries = new HashMap<>();
  private final CoordinatorMemory memory;
  private long used;

  StateTable(CoordinatorMemory memory) {
    this.memory = memory;
  }

  ShareState get(StateKey key) {
    Entry entry = entries.get(key);
    return entry == null ? null : entry.state;
  }

  /** How many updates were written since the last snapshot. */
  int updates(StateKey key) {
    Entry entry = entries.get(key);
    return entry == null ? 0 : entry.updates;
  }

  int size() {
    return entries.size();
  }

  Set<StateKey> keys() {
    return Set.copyOf(entries.keySet());
  }

  private static long costOf(StateKey key) {
    return ENTRY_BYTES + 2L * key.groupId().length();
  }

  private void count(long bytes) {
    used += bytes;
    memory.add(bytes);
  }

  /** Refused beyond the limit, with an error that clients do not retry at once. */
  void requireRoom(StateKey key) {
    long more = costOf(key) + ShareState.created(null, 0, 0, 0).bytes();
    if (used + more > memory.shardLimitBytes() || memory.usedBytes() + more > memory.limitBytes()) {
      memory.refused("the state of a share partition", "margay.shares.memory.bytes", key.groupId());
      throw new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE);
    }
  }

  void snapshot(StateKey key, ShareState state, long offset) {
    Entry entry = entries.computeIfAbsent(key, k -> {
      count(costOf(k));
      return new Entry();
    });
    put(entry, state);
    entry.snapshotOffset = offset;
    entry.updates = 0;
  }

  void update(StateKey key, ShareState state) {
    Entry entry = entries.get(key);
    put(entry, state);
    entry.updates++;
  }

  private void put(Entry entry, ShareState state) {
    count(state.bytes() - (entry.state == null ? 0 : entry.state.bytes()));
    entry.state = state;
  }

  void remove(StateKey key) {
    Entry entry = entries.remove(key);
    if (entry != null) {
      count(-costOf(key) - entry.state.bytes());
    }
  }

  /** What is before this offset is not needed any more; {@code end} when there is no state. */
  long neededFrom(long end) {
    long needed = end;
    for (Entry entry : entries.values()) {
      needed = Math.min(needed, entry.snapshotOffset);
    }
    return needed;
  }

  /** Those whose snapshot is oldest in the log, up to a number, and none that is younger than an offset. */
  List<StateKey> oldestSnapshots(int count, long beforeOffset) {
    return entries.entrySet().stream().filter(e -> e.getValue().snapshotOffset < beforeOffset)
        .sorted(Comparator.comparingLong(e -> e.getValue().snapshotOffset)).limit(count).map(Map.Entry::getKey).toList();
  }

  void release() {
    count(-used);
  }
}
