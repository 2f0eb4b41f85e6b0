package io.margay.log.internal;

import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordReader;
import io.margay.protocol.record.TimestampType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The core of compaction: a batch goes in, and what remains of it comes out. Batches come in the order of their offsets, from the
 * start of the log. No I/O and no clock; one thread. Of a compressed batch, one record at a time is in memory.
 *
 * <p>What remains: a record whose key has no later one in the map; a tombstone until its delete horizon (KIP-534: it is set in the
 * batch's header by the first pass that sees the tombstone); nothing of an aborted transaction; a marker until no record of its
 * transaction is left and its own horizon has passed; and, without records, the last batch of each producer, because it holds the
 * sequence from which the producer continues. A batch that cannot be read, or whose records are larger than allowed, is kept
 * unchanged, and so are all tombstones after it, because one of them may hide a record of that batch.
 */
final class CompactionFilter {
  /** The last batch of a producer: the offset of its last record, or -1 when only a marker is left; and the epoch. */
  record LastBatch(long lastOffset, short epoch) { }

  /** Is notified of a batch that is kept because it cannot be read. */
  @FunctionalInterface
  interface Unreadable {
    /** @param reason the reason in words */
    void skip(RecordBatch batch, String reason);
  }

  /** What a pass is based on. */
  record Rules(List<AbortedTransactions.Entry> aborted, Map<Long, LastBatch> lastBatches, long nowMs, long deleteRetentionMs) { }

  private final OffsetMap map;
  private final Rules rules;
  private final StoredRecords stored;
  private final Unreadable unreadable;
  /** Which records of the current batch are kept, by their index. */
  private final BitSet kept = new BitSet();
  private boolean keepsTombstones;
  /** Producers with records, in this pass, of the transaction that is open at the current batch. */
  private Set<Long> withRecords = new HashSet<>();
  private final Map<Long, List<AbortedTransactions.Entry>> abortedByProducer;
  /** Offsets of the markers that end a transaction without any record left. */
  private final Set<Long> emptyMarkers = new HashSet<>();

  CompactionFilter(OffsetMap map, Rules rules, StoredRecords stored, Unreadable unreadable) {
    this.map = map;
    this.rules = rules;
    this.stored = stored;
    this.unreadable = unreadable;
    this.abortedByProducer = byProducer(rules.aborted);
  }

  static Map<Long, List<AbortedTransactions.Entry>> byProducer(List<AbortedTransactions.Entry> aborted) {
    Map<Long, List<AbortedTransactions.Entry>> map = new HashMap<>();
    for (AbortedTransactions.Entry entry : aborted) {
      map.computeIfAbsent(entry.producerId(), id -> new ArrayList<>()).add(entry);
    }
    return map;
  }

  /** Markers whose transactions have no records any more, so that readers do not need to know about them. */
  Set<Long> emptyMarkers() {
    return emptyMarkers;
  }

  /** What it remembers about the batches so far, to start again from the same place. */
  Set<Long> state() {
    return new HashSet<>(withRecords);
  }

  void restore(Set<Long> state) {
    withRecords = new HashSet<>(state);
  }

  /** Whether a batch of records belongs to a transaction that was aborted. */
  static boolean isAborted(RecordBatch batch, Map<Long, List<AbortedTransactions.Entry>> abortedByProducer) {
    if (!batch.isTransactional() || batch.isControl() || abortedByProducer.isEmpty()) {
      return false;
    }
    for (AbortedTransactions.Entry entry : abortedByProducer.getOrDefault(batch.producerId(), List.of())) {
      if (batch.baseOffset() >= entry.firstOffset() && batch.baseOffset() < entry.lastOffset()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Adds what remains of a batch to a buffer.
   *
   * @return whether the batch is kept unchanged
   */
  boolean filter(RecordBatch batch, ByteBuf out) {
    int start = out.writerIndex();
    try {
      if (!batch.isCrcValid()) {
        throw new CorruptRecordException("the checksum is wrong");
      }
      return filterReadable(batch, out);
    } catch (InvalidRecordBatchException e) {
      out.writerIndex(start);
      keepsTombstones = true;
      unreadable.skip(batch, e.getMessage());
      copy(batch, out);
      return true;
    }
  }

  private boolean filterReadable(RecordBatch batch, ByteBuf out) {
    boolean aborted = isAborted(batch, abortedByProducer);
    boolean emptyTransaction = false;
    if (batch.isControl()) {
      emptyTransaction = endsTransaction(batch) && !withRecords.remove(batch.producerId());
      if (emptyTransaction) {
        emptyMarkers.add(batch.lastOffset());
      }
    } else if (batch.isTransactional()) {
      withRecords.add(batch.producerId());
    }
    boolean horizonPassed = batch.hasDeleteHorizon() && batch.deleteHorizonMs() <= rules.nowMs;
    boolean discard = batch.isControl() ? emptyTransaction && horizonPassed : aborted;
    if (discard) {
      return keepsEmpty(batch) && emptyOut(batch, out);
    }
    boolean horizonWanted = emptyTransaction;
    int count = batch.recordCount();
    if (count == 0) {
      if (keepsEmpty(batch)) {
        copy(batch, out);
        return true;
      }
      return false;
    }
    kept.clear();
    try (RecordReader reader = stored.open(batch)) {
      for (int i = 0; reader.hasNext(); i++) {
        Record record = reader.next();
        if (batch.isControl() || stays(record, batch)) {
          kept.set(i);
          horizonWanted |= !batch.isControl() && !record.hasValue();
        }
      }
    }
    int keptCount = kept.cardinality();
    boolean setHorizon = horizonWanted && !batch.hasDeleteHorizon();
    if (keptCount == count && !setHorizon) {
      copy(batch, out);
      return true;
    }
    if (keptCount > 0) {
      rebuild(batch, setHorizon ? rules.nowMs + rules.deleteRetentionMs : batch.deleteHorizonMs(), out);
      return false;
    }
    return keepsEmpty(batch) && emptyOut(batch, out);
  }

  private boolean endsTransaction(RecordBatch batch) {
    if (batch.recordCount() == 0) {
      return false;
    }
    try (RecordReader reader = stored.open(batch)) {
      ControlRecordType type = ControlRecords.typeOf(reader.next());
      return type == ControlRecordType.ABORT || type == ControlRecordType.COMMIT;
    }
  }

  private boolean stays(Record record, RecordBatch batch) {
    if (record.offset() > map.latestOffset()) {
      return true;
    }
    if (!record.hasKey() || record.offset() < map.get(record.key())) {
      return false;
    }
    return record.hasValue() || keepsTombstones || !batch.hasDeleteHorizon() || rules.nowMs < batch.deleteHorizonMs();
  }

  private boolean keepsEmpty(RecordBatch batch) {
    LastBatch last = batch.hasProducerId() ? rules.lastBatches.get(batch.producerId()) : null;
    if (last == null) {
      return false;
    }
    return last.lastOffset >= 0 ? batch.lastOffset() == last.lastOffset
        : batch.isControl() && batch.producerEpoch() == last.epoch;
  }

  private static void copy(RecordBatch batch, ByteBuf out) {
    out.writeBytes(batch.buffer(), batch.index(), batch.sizeBytes());
  }

  /** Adds the batch without records. Returns false, because that changes it. */
  private boolean emptyOut(RecordBatch batch, ByteBuf out) {
    kept.clear();
    rebuild(batch, batch.deleteHorizonMs(), out);
    return false;
  }

  /** Adds the records of the batch that are to be kept. */
  private void rebuild(RecordBatch batch, long deleteHorizonMs, ByteBuf out) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(ByteBufAllocator.DEFAULT)) {
      builder.compression(batch.compression()).baseOffset(batch.baseOffset()).transactional(batch.isTransactional())
          .control(batch.isControl()).producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
          .partitionLeaderEpoch(batch.partitionLeaderEpoch());
      if (deleteHorizonMs >= 0) {
        builder.deleteHorizonMs(deleteHorizonMs);
      }
      if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
        builder.logAppendTime(batch.maxTimestamp());
      }
      if (!kept.isEmpty()) {
        copyKept(batch, builder);
      }
      builder.overrideLastOffset(batch.lastOffset());
      ByteBuf built = builder.build();
      try {
        if (kept.isEmpty()) {
          // It is when the producer was last seen: with an older time the producer would expire.
          new RecordBatch().wrap(built, built.readerIndex()).setMaxTimestamp(batch.timestampType(), batch.maxTimestamp());
        }
        out.writeBytes(built);
      } finally {
        built.release();
      }
    }
  }

  private void copyKept(RecordBatch batch, RecordBatchBuilder builder) {
    try (RecordReader reader = stored.open(batch)) {
      int last = kept.length();
      for (int i = 0; i < last; i++) {
        Record record = reader.next();
        if (kept.get(i)) {
          builder.append(record);
        }
      }
    }
  }
}
