package io.margay.transactions.internal.state;

import io.margay.coordinator.CoordinatorMemory;
import io.margay.model.TopicPartition;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The transactional ids of one shard, the one that changed last at the end. Counts what they hold in a {@link CoordinatorMemory}. Used
 * with the shard held, or by the thread that loads it.
 */
public final class TransactionTable {
  /** A transactional id: its objects, without strings, and its place in the map. */
  private static final int ENTRY_BYTES = 320;
  private static final int PARTITION_BYTES = 96;
  private static final int STRING_BYTES = 48;

  /** A transactional id, and what is known of it that is not in the log. */
  public static final class Entry {
    private Transaction current;
    private short lastEpoch = Transaction.NO_EPOCH;
    private boolean completing;
    /** The beginning of a transaction in the future, and when it was seen first. */
    private long futureMs = -1;
    private long seenMs;

    /** @return the state of the log */
    public Transaction current() {
      return current;
    }

    /**
     * When the open transaction began. One that began in the future, because the clock of an earlier coordinator was ahead, counts from when
     * it was first seen here: it would stay open for as long as that clock was ahead.
     *
     * @param nowMs milliseconds since the epoch
     */
    public long begunMs(long nowMs) {
      if (current.startMs() > nowMs && current.startMs() != futureMs) {
        futureMs = current.startMs();
        seenMs = nowMs;
      }
      return current.startMs() == futureMs ? Math.min(seenMs, futureMs) : current.startMs();
    }

    /** @return the epoch that the producer had before its last InitProducerId, so that a retry is known; -1 for none */
    public short lastEpoch() {
      return lastEpoch;
    }

    /** @param epoch see {@link #lastEpoch()} */
    public void setLastEpoch(short epoch) {
      this.lastEpoch = epoch;
    }

    /** @return true for the first caller since the transaction is being ended: that one sends the markers */
    public boolean beginCompleting() {
      boolean first = !completing;
      completing = true;
      return first;
    }
  }

  private final CoordinatorMemory memory;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Set<String> ongoing = new HashSet<>();
  private final Set<String> preparing = new HashSet<>();
  private long usedBytes;

  /** @param memory the memory of all shards */
  public TransactionTable(CoordinatorMemory memory) {
    this.memory = memory;
  }

  /** @return the memory of all shards */
  public CoordinatorMemory memory() {
    return memory;
  }

  /** @return the entry, or null */
  public Entry get(String id) {
    return entries.get(id);
  }

  /** @return all; a view */
  public Collection<Entry> all() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /** @return ids with an open transaction; a view */
  public Set<String> ongoing() {
    return Collections.unmodifiableSet(ongoing);
  }

  /** @return ids whose transaction is being ended; a view */
  public Set<String> preparing() {
    return Collections.unmodifiableSet(preparing);
  }

  /** Whether there is memory for a state in place of the current one. */
  public boolean admits(Transaction next) {
    Entry entry = entries.get(next.id());
    return admits(costOf(next) - (entry == null ? 0 : costOf(entry.current)));
  }

  private boolean admits(long more) {
    return more <= 0 || usedBytes + more <= memory.shardLimitBytes() && memory.usedBytes() + more <= memory.limitBytes();
  }

  /** Applies a record of the log. */
  public void put(Transaction next) {
    Entry entry = entries.remove(next.id());
    if (entry == null) {
      entry = new Entry();
    } else {
      add(-costOf(entry.current));
    }
    entry.current = next;
    entry.completing &= next.status().preparing();
    entries.put(next.id(), entry);
    add(costOf(next));
    mark(ongoing, next.id(), next.status() == TransactionStatus.ONGOING);
    mark(preparing, next.id(), next.status().preparing());
  }

  private static void mark(Set<String> set, String id, boolean in) {
    if (in) {
      set.add(id);
    } else {
      set.remove(id);
    }
  }

  /** Applies a tombstone of the log. */
  public void remove(String id) {
    Entry entry = entries.remove(id);
    if (entry != null) {
      add(-costOf(entry.current));
      ongoing.remove(id);
      preparing.remove(id);
    }
  }

  /**
   * While a log is loaded that holds more than is allowed: forgets the ids that have been idle for longest. For their producers that is
   * as if they had expired.
   *
   * @return how many were forgotten
   */
  public int shrink() {
    int forgotten = 0;
    Iterator<Entry> it = entries.values().iterator();
    while (!admits(1) && it.hasNext()) {
      Entry entry = it.next();
      if (entry.current.status().idle()) {
        it.remove();
        add(-costOf(entry.current));
        forgotten++;
      }
    }
    return forgotten;
  }

  /** Gives everything back: the shard is gone. */
  public void release() {
    add(-usedBytes);
    entries.clear();
    ongoing.clear();
    preparing.clear();
  }

  private void add(long bytes) {
    usedBytes += bytes;
    memory.add(bytes);
  }

  private static long costOf(Transaction t) {
    long bytes = ENTRY_BYTES + STRING_BYTES + 2L * t.id().length();
    for (TopicPartition tp : t.partitions()) {
      bytes += PARTITION_BYTES + tp.topic().length();
    }
    return bytes;
  }
}
