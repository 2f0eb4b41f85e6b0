package io.margay.log.internal;

import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordReader;
import io.margay.spi.log.LogConfig;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Compacts one log: reads its dirty part into a map from key to last offset, then goes over all segments up to there and replaces
 * those from which something can be removed. Runs on one thread of the cleaner. What cannot be read is kept unchanged, is reported
 * once, and counts as compacted, because no later pass can do better.
 *
 * <p>What remains of a group of segments is first collected in memory, because often nothing can be removed; above
 * {@value #COLLECT_MAX_BYTES} bytes it is produced a second time while the store writes it. Appends wait for neither.
 */
final class LogCleaner {
  private static final int COLLECT_MAX_BYTES = 8 << 20;
  private static final int BUFFER_BYTES = 1 << 20;
  private static final long NOT_REPLACED = -1;

  private final SegmentedPartitionLog log;
  /** The store at the beginning of the pass: another store ends the pass. */
  private final LogStore store;
  private final CompactionPlan plan;
  private final CleanerPace pace;
  private final SkippedBatches skipped;
  private final StoredRecords stored;
  private final OffsetMap map;
  private final CompactionFilter filter;
  private final CompactionFilter.Rules rules;

  /**
   * What a pass did.
   *
   * @param cleanedTo records before it have been compacted against each other
   * @param bytesBefore bytes of the segments that were replaced
   */
  record Outcome(long cleanedTo, long bytesBefore, long bytesAfter) { }

  private LogCleaner(SegmentedPartitionLog log, CompactionPlan plan, OffsetMap map, long nowMs, CleanerPace pace,
      SkippedBatches skipped, StoredRecords stored) {
    this.log = log;
    this.store = log.store();
    this.plan = plan;
    this.pace = pace;
    this.skipped = skipped;
    this.stored = stored;
    this.map = map;
    this.rules = log.compactionRules(nowMs);
    this.filter = new CompactionFilter(map, rules, stored, this::skip);
  }

  /**
   * Makes one pass.
   *
   * @param mapBytes most memory for the map; when it is full the pass ends there, and the next pass continues
   * @param pace slows the pass down, and ends it by a {@link LogOfflineException}
   * @param skipped is notified of what cannot be read
   * @throws LogOfflineException also when the log was closed meanwhile
   * @throws io.margay.spi.log.LogSuspendedException when its store was closed meanwhile
   */
  static Outcome clean(SegmentedPartitionLog log, CompactionPlan plan, long mapBytes, long nowMs, CleanerPace pace,
      SkippedBatches skipped) throws IOException {
    OffsetMap map = new OffsetMap(mapBytes, plan.endOffset() - plan.firstDirty());
    try (StoredRecords stored = new StoredRecords(log.environment().scratches(), log.config().batches().checks().limits())) {
      LogCleaner cleaner = new LogCleaner(log, plan, map, nowMs, pace, skipped, stored);
      try {
        return cleaner.run();
      } catch (IOException | RuntimeException e) {
        log.requireStore(cleaner.store, e);
        throw e;
      }
    }
  }

  /** As {@link SegmentReads#walk(io.margay.spi.storage.LogStore, long, long, SegmentReads.Visitor)}, until the cleaner stops. */
  private void walk(long from, long to, SegmentReads.Visitor visitor) throws IOException {
    SegmentReads.walk(store, from, to, batch -> {
      pace.onBytes(batch.sizeBytes());
      return visitor.visit(batch);
    });
  }

  private Outcome run() throws IOException {
    fillMap();
    long end = Math.min(plan.endOffset(), map.latestOffset() + 1);
    long cleanedTo = end;
    long before = 0;
    long after = 0;
    for (List<SegmentInfo> group : plan.groups(end, log.config().segments().store().segmentBytes())) {
      long sizeBefore = group.stream().mapToLong(SegmentInfo::sizeBytes).sum();
      long sizeAfter = clean(group, sizeBefore);
      if (sizeAfter == NOT_REPLACED) {
        // Retention or a move changed the segments first. The rest of the group has not been compacted; the next pass begins there.
        cleanedTo = Math.min(cleanedTo, group.get(0).baseOffset());
        continue;
      }
      before += sizeBefore;
      after += sizeAfter;
    }
    if (!rules.aborted().isEmpty() && !filter.emptyMarkers().isEmpty()) {
      log.forgetAborted(filter.emptyMarkers());
    }
    log.cleanedTo(cleanedTo);
    return new Outcome(cleanedTo, before, after);
  }

  private void skip(RecordBatch batch, String reason) {
    skipped.report(log.id(), batch.baseOffset(), reason);
  }

  private void fillMap() throws IOException {
    Map<Long, List<AbortedTransactions.Entry>> aborted = CompactionFilter.byProducer(rules.aborted());
    boolean[] complete = {true};
    for (SegmentInfo segment : plan.segments()) {
      long from = Math.max(plan.firstDirty(), segment.baseOffset());
      if (from >= segment.nextOffset()) {
        continue;
      }
      try {
        walk(from, segment.nextOffset(), batch -> {
          if (!batch.isControl() && !CompactionFilter.isAborted(batch, aborted)) {
            complete[0] = addKeys(batch);
          }
          if (complete[0]) {
            map.sawOffset(batch.lastOffset());
          }
          return complete[0];
        });
      } catch (InvalidRecordBatchException | DamagedLogException e) {
        skipped.report(log.id(), segment.baseOffset(), e.getMessage());
      }
      if (!complete[0]) {
        return;
      }
      map.sawOffset(segment.nextOffset() - 1);
    }
  }

  /**
   * Returns false when the map is full before the end of the batch. A batch that cannot be read to its end adds nothing: its keys
   * must not remove older records that can be read.
   */
  private boolean addKeys(RecordBatch batch) {
    try {
      stored.check(batch);
    } catch (InvalidRecordBatchException e) {
      skip(batch, e.getMessage());
      return true;
    }
    try (RecordReader reader = stored.open(batch)) {
      while (reader.hasNext()) {
        Record record = reader.next();
        if (!record.hasKey() || record.offset() < plan.firstDirty()) {
          continue;
        }
        if (map.isFull()) {
          return false;
        }
        map.put(record.key(), record.offset());
      }
      return true;
    }
  }

  /** Cleans a group of segments. Returns how many bytes it has now, or {@link #NOT_REPLACED}. */
  private long clean(List<SegmentInfo> group, long sizeBefore) throws IOException {
    try {
      return replace(group, sizeBefore);
    } catch (InvalidRecordBatchException | DamagedLogException e) {
      skipped.report(log.id(), group.get(0).baseOffset(), e.getMessage());
      return sizeBefore;
    }
  }

  private long replace(List<SegmentInfo> group, long sizeBefore) throws IOException {
    long from = group.get(0).baseOffset();
    long to = group.get(group.size() - 1).nextOffset();
    Set<Long> state = filter.state();
    List<ByteBuf> collected = new ArrayList<>();
    try {
      Filtered filtered = collect(from, to, collected);
      if (filtered.unchanged && group.size() == 1) {
        return sizeBefore;
      }
      if (filtered.complete) {
        return log.shape().replaceSegments(group, collected) ? filtered.bytes : NOT_REPLACED;
      }
    } finally {
      collected.forEach(ByteBuf::release);
    }
    filter.restore(state);
    Producing producing = new Producing(from, to);
    try {
      return log.shape().replaceSegments(group, () -> producing) ? producing.bytes : NOT_REPLACED;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      producing.close();
    }
  }

  /** The result of a run over a group; when it is not complete the buffers hold only the beginning. */
  private record Filtered(boolean unchanged, boolean complete, long bytes) { }

  private Filtered collect(long from, long to, List<ByteBuf> collected) throws IOException {
    boolean[] unchanged = {true};
    long[] bytes = new long[1];
    ByteBuf uncollected = ByteBufAllocator.DEFAULT.heapBuffer(0);
    try {
      walk(from, to, batch -> {
        ByteBuf out = bytes[0] <= COLLECT_MAX_BYTES ? tail(collected, batch.sizeBytes()) : uncollected.clear();
        int before = out.writerIndex();
        unchanged[0] &= filter.filter(batch, out);
        bytes[0] += out.writerIndex() - before;
        return true;
      });
    } finally {
      uncollected.release();
    }
    collected.removeIf(buffer -> {
      boolean empty = !buffer.isReadable();
      if (empty) {
        buffer.release();
      }
      return empty;
    });
    return new Filtered(unchanged[0], bytes[0] <= COLLECT_MAX_BYTES, bytes[0]);
  }

  private static ByteBuf tail(List<ByteBuf> collected, int sizeBytes) {
    ByteBuf last = collected.isEmpty() ? null : collected.get(collected.size() - 1);
    if (last == null || last.readableBytes() + sizeBytes > BUFFER_BYTES) {
      last = ByteBufAllocator.DEFAULT.heapBuffer(Math.min(BUFFER_BYTES, Math.max(sizeBytes, 1 << 14)));
      collected.add(last);
    }
    return last;
  }

  /**
   * What remains of a range, produced buffer by buffer while a store writes it. Each buffer is valid until the next is requested.
   */
  private final class Producing implements Iterator<ByteBuf> {
    private final long to;
    private final ByteBuf out = ByteBufAllocator.DEFAULT.heapBuffer(BUFFER_BYTES);
    private long next;
    private long bytes;
    private boolean ready;

    Producing(long from, long to) {
      this.next = from;
      this.to = to;
    }

    @Override
    public boolean hasNext() {
      if (!ready) {
        out.clear();
        try {
          fill();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        bytes += out.readableBytes();
        ready = true;
      }
      return out.isReadable();
    }

    private void fill() throws IOException {
      walk(next, to, batch -> {
        filter.filter(batch, out);
        next = batch.nextOffset();
        return out.readableBytes() < BUFFER_BYTES;
      });
    }

    @Override
    public ByteBuf next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      ready = false;
      return out;
    }

    void close() {
      out.release();
    }
  }

  /** Whether the log should be compacted now, and the plan for it. */
  static CompactionPlan plan(SegmentedPartitionLog log, long nowMs) {
    LogConfig config = log.config();
    return CompactionPlan.of(log.segments(), config, log.logStartOffset(), log.cleanedTo(), log.lastStableOffset(), nowMs);
  }
}
