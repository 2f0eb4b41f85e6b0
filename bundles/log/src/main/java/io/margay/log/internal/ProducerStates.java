package io.margay.log.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.protocol.record.ControlRecords.EndTransactionMarker;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.protocol.record.RecordReader;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.log.PartitionLog.ProducerInfo;
import io.netty.util.collection.LongObjectHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The producers of one log (KIP-98): duplicates, sequences, epochs, and which transactions are open. Used under the lock of its
 * log, except {@link #firstUnstableOffset}. A log to which no producer with an id writes costs one empty object.
 * {@link ProducerLimits} bounds their number: the producers that were silent for longest are forgotten first, but none with an open
 * transaction.
 *
 * <p>Checking and applying are two steps: {@link #check} changes nothing and comes before the append; {@link #apply} follows it,
 * and is the only step for followers and for replay.
 */
final class ProducerStates {
  /** No transaction is open. */
  static final long STABLE = Long.MAX_VALUE;

  private static final long MARKER_MAX_BYTES = 1 << 20;
  private static final int ROOM = 8;
  private static final int SHRINK = 4;

  /** A marker that was read from a control batch: its type and coordinator epoch. */
  private EndTransactionMarker marker;
  private LongObjectHashMap<ProducerEntry> entries;
  /**
   * Transactions by their first offset, with the offset of their marker, or {@link #STABLE} while they are open. A completed one
   * stays until the high watermark has passed its marker, because the marker may be lost before that.
   */
  private TreeMap<Long, Long> unstable;
  /** Null until a client begins a transaction. */
  private TransactionVerifications verifications;
  private final AbortedTransactions aborted;
  private final ProducerLimits limits;
  private volatile long firstUnstableOffset = STABLE;
  /** At this number it is time to check for producers to forget. Above the limit only after a check that found none. */
  private int nextLook;
  /** The largest size that the map has had. */
  private int mostEntries;

  ProducerStates(AbortedTransactions aborted, ProducerLimits limits) {
    this.aborted = aborted;
    this.limits = limits;
  }

  boolean isEmpty() {
    return entries == null || entries.isEmpty();
  }

  int size() {
    return entries == null ? 0 : entries.size();
  }

  ProducerEntry get(long producerId) {
    return entries == null ? null : entries.get(producerId);
  }

  Iterable<ProducerEntry> all() {
    return entries == null ? List.of() : entries.values();
  }

  /**
   * First offset of the oldest transaction that is open, or whose marker is not committed yet; else {@link #STABLE}. Any
   * thread.
   */
  long firstUnstableOffset() {
    return firstUnstableOffset;
  }

  /** Index in its producer's entry of a batch that is there already, or -1. */
  int findDuplicate(RecordBatch batch) {
    ProducerEntry entry = get(batch.producerId());
    return entry == null ? -1 : entry.find(batch.producerEpoch(), batch.baseSequence(), batch.lastSequence());
  }

  /**
   * The offset at which all is committed that a producer sent before what is kept of it.
   *
   * @return -1 when the batch is not of that time
   */
  long endOfOlder(RecordBatch batch) {
    ProducerEntry entry = get(batch.producerId());
    return entry != null && entry.isOlder(batch.producerEpoch(), batch.baseSequence(), batch.lastSequence()) ? entry.firstOffset(0) : -1;
  }

  /**
   * Whether a leader may append a batch that has a producer id and is no duplicate.
   *
   * @param checkSequence whether a client appends, whose sequences must follow one another
   * @return {@link Errors#NONE}, or why not
   */
  Errors check(RecordBatch batch, boolean checkSequence) {
    ProducerEntry entry = get(batch.producerId());
    marker = null;
    if (batch.isControl()) {
      marker = readMarker(batch);
      if (marker == null) {
        return Errors.NONE;
      }
    }
    if (entry == null) {
      // A producer that is unknown, because it is new, has expired or was compacted away, may begin with any sequence.
      return mayBegin(batch, checkSequence) ? Errors.NONE : Errors.INVALID_TXN_STATE;
    }
    if (batch.producerEpoch() < entry.epoch) {
      return Errors.INVALID_PRODUCER_EPOCH;
    }
    if (batch.isControl()) {
      return marker.coordinatorEpoch() < entry.coordinatorEpoch ? Errors.TRANSACTION_COORDINATOR_FENCED : Errors.NONE;
    }
    if (checkSequence && !isInSequence(entry, batch)) {
      return Errors.OUT_OF_ORDER_SEQUENCE_NUMBER;
    }
    if (!batch.isTransactional() && entry.transactionStart != ProducerEntry.NO_TRANSACTION) {
      return Errors.INVALID_TXN_STATE;
    }
    boolean begins = entry.transactionStart == ProducerEntry.NO_TRANSACTION;
    return begins && !mayBegin(batch, checkSequence) ? Errors.INVALID_TXN_STATE : Errors.NONE;
  }

  /** Whether the batch is not the first one of a transaction that the coordinator knows nothing of. */
  private boolean mayBegin(RecordBatch batch, boolean client) {
    return !client || !batch.isTransactional() || verifications != null && verifications.isVerified(batch.producerId());
  }

  /** Whether a transaction of the producer, in that epoch, is open. */
  boolean isOpen(long producerId, short producerEpoch) {
    ProducerEntry entry = get(producerId);
    return entry != null && entry.transactionStart != ProducerEntry.NO_TRANSACTION && entry.epoch == producerEpoch;
  }

  /** Whether the producer is known in that epoch, and has no transaction open: with the second protocol, its marker is there. */
  boolean hasEnded(long producerId, short producerEpoch) {
    ProducerEntry entry = get(producerId);
    return entry != null && entry.transactionStart == ProducerEntry.NO_TRANSACTION && entry.epoch == producerEpoch;
  }

  /** See {@link io.margay.spi.log.PartitionLog#beginVerification}. */
  long beginVerification(long producerId, short producerEpoch) {
    if (isOpen(producerId, producerEpoch)) {
      return PartitionLog.NO_VERIFICATION;
    }
    if (verifications == null) {
      verifications = new TransactionVerifications(limits::perLog);
    }
    return verifications.begin(producerId);
  }

  /** See {@link io.margay.spi.log.PartitionLog#endVerification}. */
  boolean endVerification(long producerId, long verification) {
    return verifications != null && verifications.end(producerId, verification);
  }

  private void forgetVerification(long producerId) {
    if (verifications != null) {
      verifications.forget(producerId);
    }
  }

  private static boolean isInSequence(ProducerEntry entry, RecordBatch batch) {
    int sequence = batch.baseSequence();
    if (batch.producerEpoch() != entry.epoch) {
      return sequence == 0 || entry.epoch == RecordBatchFormat.NO_PRODUCER_EPOCH;
    }
    int last = entry.lastSequence();
    return sequence == (last == RecordBatchFormat.NO_SEQUENCE ? 0 : RecordBatchFormat.incrementSequence(last, 1));
  }

  /**
   * Describes why {@link #check} refused a batch.
   *
   * @param error what it returned
   */
  String explain(RecordBatch batch, Errors error) {
    ProducerEntry entry = get(batch.producerId());
    String who = "producer " + batch.producerId() + " with epoch " + batch.producerEpoch();
    return switch (error) {
      case INVALID_PRODUCER_EPOCH -> batch.isControl() ? "marker of " + who + " ends nothing before epoch " + entry.epoch
          : who + " is older than epoch " + entry.epoch + ", which wrote here last";
      case OUT_OF_ORDER_SEQUENCE_NUMBER -> who + " sent sequence " + batch.baseSequence() + ", but its last one is "
          + entry.lastSequence() + " of epoch " + entry.epoch;
      case INVALID_TXN_STATE -> batch.isTransactional() ? who + " sent a batch of a transaction that is not known to be under way"
          : who + " sent a batch outside of its transaction, which is open since offset " + entry.transactionStart;
      case TRANSACTION_COORDINATOR_FENCED -> "marker of " + who + " comes from coordinator epoch "
          + (marker == null ? "?" : marker.coordinatorEpoch()) + ", but " + entry.coordinatorEpoch + " is known";
      default -> who + " was refused";
    };
  }

  /**
   * Applies a batch, with its final offsets, that is in the log now.
   *
   * @param nowMs when it came; for a batch that is read from the log after a crash, the time of reading, because nothing better is
   *     known
   */
  void apply(RecordBatch batch, long nowMs) {
    if (!batch.hasProducerId()) {
      return;
    }
    if (!batch.isControl()) {
      applyData(batch, nowMs);
      return;
    }
    EndTransactionMarker end = readMarker(batch);
    if (end != null) {
      applyMarker(batch, end, nowMs);
    }
  }

  private void applyData(RecordBatch batch, long nowMs) {
    ProducerEntry entry = entry(batch.producerId(), batch.producerEpoch());
    entry.moveToEpoch(batch.producerEpoch());
    entry.lastSeenMs = nowMs;
    entry.addBatch(batch.lastSequence(), batch.lastOffset(), batch.lastOffsetDelta(), batch.maxTimestamp());
    if (batch.isTransactional() && entry.transactionStart == ProducerEntry.NO_TRANSACTION) {
      forgetVerification(batch.producerId());
      begin(entry, batch.baseOffset());
    }
  }

  private void begin(ProducerEntry entry, long offset) {
    entry.transactionStart = offset;
    if (unstable == null) {
      unstable = new TreeMap<>();
    }
    unstable.put(offset, STABLE);
    refresh();
  }

  private void applyMarker(RecordBatch batch, EndTransactionMarker end, long nowMs) {
    ProducerEntry entry = entry(batch.producerId(), batch.producerEpoch());
    entry.moveToEpoch(batch.producerEpoch());
    entry.coordinatorEpoch = end.coordinatorEpoch();
    entry.lastTimestamp = batch.maxTimestamp();
    entry.lastSeenMs = nowMs;
    forgetVerification(batch.producerId());
    long first = entry.transactionStart;
    if (first == ProducerEntry.NO_TRANSACTION) {
      return;
    }
    entry.transactionStart = ProducerEntry.NO_TRANSACTION;
    long markerOffset = batch.lastOffset();
    if (end.type() == ControlRecordType.ABORT) {
      Long other = unstable.firstKey() == first ? unstable.higherKey(first) : unstable.firstKey();
      long stable = other == null ? markerOffset + 1 : Math.min(other, markerOffset + 1);
      aborted.add(new AbortedTransactions.Entry(batch.producerId(), first, markerOffset, stable));
    }
    unstable.put(first, markerOffset);
  }

  /** Restores an entry that was read from a snapshot. */
  void restore(ProducerEntry entry) {
    add(entry);
    if (entry.transactionStart != ProducerEntry.NO_TRANSACTION) {
      begin(entry, entry.transactionStart);
    }
  }

  /** The high watermark has moved: transactions that ended below it are stable. */
  void committed(long highWatermark) {
    if (unstable == null || unstable.isEmpty()) {
      return;
    }
    for (Iterator<Map.Entry<Long, Long>> it = unstable.entrySet().iterator(); it.hasNext();) {
      Map.Entry<Long, Long> transaction = it.next();
      if (transaction.getKey() >= highWatermark) {
        break;
      }
      if (transaction.getValue() < highWatermark) {
        it.remove();
      }
    }
    refresh();
  }

  /** The start of the log has advanced: completed transactions that begin before it no longer hold anything back. */
  void advanceStart(long logStartOffset) {
    if (unstable != null && unstable.headMap(logStartOffset).values().removeIf(marker -> marker != STABLE)) {
      refresh();
    }
  }

  /** Forgets producers that have been silent for too long and have no open transaction. Returns how many. */
  int expire(long nowMs, long expirationMs) {
    if (isEmpty()) {
      return 0;
    }
    return forget(nowMs - expirationMs, Integer.MAX_VALUE);
  }

  /**
   * Forgets producers without an open transaction that were last seen at that time or before.
   *
   * @param most the most to forget
   * @return how many
   */
  int forget(long lastSeenMs, int most) {
    if (isEmpty() || most <= 0) {
      return 0;
    }
    int before = entries.size();
    entries.values().removeIf(entry -> entry.transactionStart == ProducerEntry.NO_TRANSACTION && entry.lastSeenMs <= lastSeenMs
        && before - entries.size() < most);
    int removed = before - entries.size();
    if (entries.isEmpty()) {
      entries = null;
      mostEntries = 0;
    } else if (entries.size() < mostEntries / SHRINK) {
      // The map itself never gives memory back.
      LongObjectHashMap<ProducerEntry> smaller = new LongObjectHashMap<>(2 * entries.size());
      smaller.putAll(entries);
      entries = smaller;
      mostEntries = smaller.size();
    }
    limits.added(-removed);
    return removed;
  }

  /**
   * Adds when each producer without an open transaction was last seen.
   *
   * @param target as many as fit are added
   * @return where the next one would be added
   */
  int idle(long[] target, int from) {
    int at = from;
    for (ProducerEntry entry : all()) {
      if (at < target.length && entry.transactionStart == ProducerEntry.NO_TRANSACTION) {
        target[at++] = entry.lastSeenMs;
      }
    }
    return at;
  }

  void clear() {
    limits.added(-size());
    entries = null;
    mostEntries = 0;
    unstable = null;
    verifications = null;
    firstUnstableOffset = STABLE;
  }

  List<ProducerInfo> infos() {
    List<ProducerInfo> infos = new ArrayList<>(size());
    for (ProducerEntry entry : all()) {
      infos.add(new ProducerInfo(entry.producerId, entry.epoch, entry.lastSequence(), entry.lastTimestamp,
          entry.coordinatorEpoch, entry.transactionStart));
    }
    return infos;
  }

  /** The last batch of each producer, by producer id. */
  Map<Long, CompactionFilter.LastBatch> lastBatches() {
    Map<Long, CompactionFilter.LastBatch> last = new HashMap<>();
    for (ProducerEntry entry : all()) {
      long offset = entry.batchCount() == 0 ? -1 : entry.lastOffset(entry.batchCount() - 1);
      last.put(entry.producerId, new CompactionFilter.LastBatch(offset, entry.epoch));
    }
    return last;
  }

  private ProducerEntry entry(long producerId, short epoch) {
    ProducerEntry entry = entries().get(producerId);
    if (entry == null) {
      entry = new ProducerEntry(producerId, epoch);
      add(entry);
    }
    return entry;
  }

  private void add(ProducerEntry entry) {
    if (size() >= limits.perLog() || limits.farExceeded()) {
      makeRoom();
    }
    if (entries().put(entry.producerId, entry) == null) {
      limits.added(1);
    }
    mostEntries = Math.max(mostEntries, entries.size());
  }

  /** Forgets the eighth that was silent for longest. A producer that comes back may begin with any sequence. */
  private void makeRoom() {
    int size = size();
    if (size < nextLook || size == 0) {
      return;
    }
    long[] seen = new long[size];
    int idle = idle(seen, 0);
    int surplus = Math.min(idle, Math.max(size + 1 - limits.perLog(), 0) + Math.max(1, size / ROOM));
    if (surplus > 0) {
      Arrays.sort(seen, 0, idle);
      forget(seen[surplus - 1], surplus);
    }
    nextLook = surplus > 0 ? 0 : size + Math.max(1, size / ROOM);
  }

  private LongObjectHashMap<ProducerEntry> entries() {
    if (entries == null) {
      entries = new LongObjectHashMap<>(4);
    }
    return entries;
  }

  private void refresh() {
    firstUnstableOffset = unstable.isEmpty() ? STABLE : unstable.firstKey();
  }

  /** The end of a transaction in a control batch; null when compaction emptied it, or when it holds something else. */
  static EndTransactionMarker readMarker(RecordBatch batch) {
    try (RecordReader reader = RecordReader.open(batch, MARKER_MAX_BYTES)) {
      if (!reader.hasNext()) {
        return null;
      }
      Record record = reader.next();
      ControlRecordType type = ControlRecords.typeOf(record);
      boolean ends = type == ControlRecordType.ABORT || type == ControlRecordType.COMMIT;
      return ends ? ControlRecords.parseEndTransaction(record) : null;
    }
  }
}
