package io.margay.log.internal;

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
 * those of which something can go. One thread, which is the cleaner's.
 *
 * <p>What stays of a group of segments is collected in memory first, as often nothing of it can go; above
 * {@value #COLLECT_MAX_BYTES} bytes it is produced again while the store writes it. Appends wait for neither.
 */
final class LogCleaner {
  private static final int COLLECT_MAX_BYTES = 32 << 20;
  private static final int BUFFER_BYTES = 1 << 20;
  private static final long MAX_DECOMPRESSED_BYTES = Integer.MAX_VALUE - 8L;

  private final SegmentedPartitionLog log;
  private final CompactionPlan plan;
  private final CleanerPace pace;
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

  private LogCleaner(SegmentedPartitionLog log, CompactionPlan plan, long mapBytes, long nowMs, CleanerPace pace) {
    this.log = log;
    this.plan = plan;
    this.pace = pace;
    this.map = new OffsetMap(mapBytes, plan.endOffset() - plan.firstDirty());
    this.rules = log.compactionRules(nowMs);
    this.filter = new CompactionFilter(map, rules);
  }

  /**
   * Makes one pass.
   *
   * @param mapBytes memory for the map at the most; when it is full the pass ends there, and the next one goes on
   * @param pace slows the pass down, and ends it by a {@link LogOfflineException}
   * @throws LogOfflineException also when the log was closed meanwhile
   * @throws io.margay.spi.log.LogSuspendedException when its store went meanwhile
   */
  static Outcome clean(SegmentedPartitionLog log, CompactionPlan plan, long mapBytes, long nowMs, CleanerPace pace)
      throws IOException {
    LogStore store = log.store();
    try {
      return new LogCleaner(log, plan, mapBytes, nowMs, pace).run();
    } catch (IOException | RuntimeException e) {
      log.requireStore(store, e);
      throw e;
    }
  }

  /** As {@link SegmentReads#walk(io.margay.spi.storage.LogStore, long, long, SegmentReads.Visitor)}, until it is stopped. */
  private void walk(long from, long to, SegmentReads.Visitor visitor) throws IOException {
    SegmentReads.walk(log.store(), from, to, batch -> {
      pace.onBytes(batch.sizeBytes());
      return visitor.visit(batch);
    });
  }

  private Outcome run() throws IOException {
    fillMap();
    long end = Math.min(plan.endOffset(), map.latestOffset() + 1);
    long before = 0;
    long after = 0;
    for (List<SegmentInfo> group : plan.groups(end, log.config().store().segmentBytes())) {
      long sizeBefore = group.stream().mapToLong(SegmentInfo::sizeBytes).sum();
      before += sizeBefore;
      after += clean(group, sizeBefore);
    }
    if (!rules.aborted().isEmpty() && !filter.emptyMarkers().isEmpty()) {
      log.forgetAborted(filter.emptyMarkers());
    }
    log.cleanedTo(end);
    return new Outcome(end, before, after);
  }

  private void fillMap() throws IOException {
    Map<Long, List<AbortedTransactions.Entry>> aborted = CompactionFilter.byProducer(rules.aborted());
    boolean[] complete = {true};
    walk(plan.firstDirty(), plan.endOffset(), batch -> {
      if (!batch.isControl() && !CompactionFilter.isAborted(batch, aborted)) {
        complete[0] = addKeys(batch);
      }
      if (complete[0]) {
        map.sawOffset(batch.lastOffset());
      }
      return complete[0];
    });
    if (complete[0]) {
      map.sawOffset(plan.endOffset() - 1);
    }
  }

  /** Returns false when the map is full before the batch is through. */
  private boolean addKeys(RecordBatch batch) {
    try (RecordReader reader = RecordReader.open(batch, MAX_DECOMPRESSED_BYTES)) {
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

  /** Cleans a group of segments. Returns how many bytes it has now. */
  private long clean(List<SegmentInfo> group, long sizeBefore) throws IOException {
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
        log.replaceSegments(group, collected);
        return filtered.bytes;
      }
    } finally {
      collected.forEach(ByteBuf::release);
    }
    filter.restore(state);
    Producing producing = new Producing(from, to);
    try {
      log.replaceSegments(group, () -> producing);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      producing.close();
    }
    return producing.bytes;
  }

  /** What a run over a group found; when it is not complete the buffers hold only the beginning. */
  private record Filtered(boolean unchanged, boolean complete, long bytes) { }

  private Filtered collect(long from, long to, List<ByteBuf> collected) throws IOException {
    boolean[] unchanged = {true};
    long[] bytes = new long[1];
    walk(from, to, batch -> {
      ByteBuf out = bytes[0] <= COLLECT_MAX_BYTES ? tail(collected, batch.sizeBytes())
          : ByteBufAllocator.DEFAULT.heapBuffer(batch.sizeBytes());
      int before = out.writerIndex();
      unchanged[0] &= filter.filter(batch, out);
      bytes[0] += out.writerIndex() - before;
      if (collected.isEmpty() || out != collected.get(collected.size() - 1)) {
        out.release();
      }
      return true;
    });
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
   * What stays of a range, produced buffer by buffer while somebody writes it. Each buffer is good until the next is asked for.
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

  /** Whether the log should be compacted now, and what that would be. */
  static CompactionPlan plan(SegmentedPartitionLog log, long nowMs) {
    LogConfig config = log.config();
    return CompactionPlan.of(log.segments(), config, log.logStartOffset(), log.cleanedTo(), log.lastStableOffset(), nowMs);
  }
}
