package io.margay.storage.mapdb.internal;

import io.margay.model.Clock;
import io.margay.protocol.BufferRecords;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.SingleWriter;
import io.margay.spi.storage.StoreConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A log in the database: a {@link LogRow} and the segments that it names. Every call of a writer is one change of the database.
 */
final class MapDbLogStore implements LogStore {
  /** Segments are smaller than a topic's setting may say: a segment is dropped, searched or compacted at once. */
  static final int MAX_SEGMENT_BYTES = 4 << 20;
  private static final int SLICE_ROOM = 16;

  private final LogRow row;
  private final StoreOwner owner;
  private final Clock clock;
  private final boolean wasClean;
  private final SingleWriter writer;
  private final HotTail hot;
  /** One replacement is prepared at a time, and none while the log is closed. */
  private final Object preparing = new Object();
  private volatile StoreConfig config;
  private volatile long flushedOffset;
  /** Counts cuts of the tail: a flush that began before one says nothing about what came after it. Guarded by the write lock. */
  private int cuts;

  /** @param row with correct figures; all of it is on stable storage */
  MapDbLogStore(LogRow row, StoreOwner owner, Clock clock, boolean wasClean, StoreConfig config) {
    this.row = row;
    this.owner = owner;
    this.clock = clock;
    this.wasClean = wasClean;
    this.config = config;
    this.writer = new SingleWriter(row.id());
    this.flushedOffset = endOffset();
    this.hot = new HotTail(endOffset());
  }

  @Override
  public long startOffset() {
    return row.startOffset();
  }

  @Override
  public long endOffset() {
    return row.endOffset();
  }

  @Override
  public long sizeBytes() {
    return row.state().segments().stream().mapToLong(SegmentState::sizeBytes).sum();
  }

  @Override
  public boolean wasClean() {
    return wasClean;
  }

  @Override
  public long flushedOffset() {
    return flushedOffset;
  }

  @Override
  public List<SegmentInfo> segments() {
    return row.state().segments().stream().map(SegmentState::info).toList();
  }

  /** What is kept of the log when it is closed. */
  LogState state() {
    return row.state();
  }

  /** Makes a change, as the one writer. */
  private void change(LogRow.Change change) throws IOException {
    writer.enter();
    try {
      row.change(change);
    } finally {
      writer.exit();
    }
  }

  @Override
  public void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    writer.enter();
    try {
      List<Batch> added = Batch.parse(batches, endOffset());
      if (added.isEmpty() || added.get(0).baseOffset() != baseOffset || added.get(added.size() - 1).nextOffset() != nextOffset) {
        throw new IllegalArgumentException("the batches are not [" + baseOffset + ", " + nextOffset + "): " + added);
      }
      long now = clock.millis();
      int length = batches.readableBytes();
      row.append((d, before) -> {
        LogState after = mustRoll(before.last(), length, added.size()) ? rolled(d, before, now) : before;
        SegmentIndex.append(d.store(), after.last().recid(), batches, added);
        return after;
      }, after -> after.withLast(after.last().with(added, now)));
      hot.onAppend(length, nextOffset);
    } finally {
      writer.exit();
    }
  }

  private boolean mustRoll(SegmentState last, int length, int count) {
    return last.batches() > 0 && (last.sizeBytes() + length > Math.min(MAX_SEGMENT_BYTES, config.segmentBytes())
        || last.batches() + count > SegmentIndex.MAX_BATCHES);
  }

  private static LogState rolled(Database d, LogState before, long now) {
    List<SegmentState> longer = new ArrayList<>(before.segments());
    longer.add(SegmentState.empty(before.last().nextOffset(), now, SegmentIndex.create(d.store())));
    return before.withSegments(longer);
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    return row.read((d, now) -> {
      List<Batch> found = new ArrayList<>(SLICE_ROOM);
      int[] bytes = {0};
      for (int i = now.floor(offset); i < now.segments().size() && found.isEmpty(); i++) {
        boolean[] stopped = {false};
        SegmentIndex.walk(d.store(), now.segments().get(i).recid(), offset, -1, batch -> {
          boolean fits = batch.baseOffset() < endOffset
              && ((long) bytes[0] + batch.sizeBytes() <= maxBytes || found.isEmpty() && atLeastOne);
          if (fits) {
            found.add(batch);
            bytes[0] += batch.sizeBytes();
          }
          stopped[0] = !fits;
          return fits;
        });
        if (stopped[0]) {
          break;
        }
      }
      return found.isEmpty() ? LogSlice.empty(offset) : slice(d, found, bytes[0]);
    });
  }

  private static LogSlice slice(Database d, List<Batch> found, int length) throws IOException {
    byte[] bytes = new byte[length];
    int at = 0;
    for (Batch batch : found) {
      SegmentIndex.read(d.store(), batch, bytes, at);
      at += batch.sizeBytes();
    }
    return new LogSlice(new BufferRecords(Unpooled.wrappedBuffer(bytes)), found.get(0).baseOffset());
  }

  /** The engine calls it about once a minute. */
  void onTick() {
    hot.onTick(endOffset());
  }

  @Override
  public boolean isHot(long offset) {
    return hot.contains(offset);
  }

  @Override
  public long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    return row.read((d, now) -> {
      long[] found = {-1};
      for (SegmentState segment : now.segments()) {
        if (found[0] < 0 && segment.nextOffset() > fromOffset && segment.info().maxTimestamp() >= timestamp) {
          SegmentIndex.walk(d.store(), segment.recid(), fromOffset, timestamp, batch -> {
            found[0] = batch.maxTimestamp() >= timestamp ? batch.baseOffset() : -1;
            return found[0] < 0;
          });
        }
      }
      return found[0];
    });
  }

  @Override
  public void roll() throws IOException {
    change((d, before) -> before.last().batches() == 0 ? before : rolled(d, before, clock.millis()));
  }

  @Override
  public void truncateTo(long offset) throws IOException {
    if (offset < startOffset()) {
      resetTo(offset);
      return;
    }
    if (offset >= endOffset()) {
      return;
    }
    change((d, before) -> {
      List<SegmentState> kept = new ArrayList<>(before.segments());
      while (kept.get(kept.size() - 1).baseOffset() > offset) {
        discard(d, kept.remove(kept.size() - 1));
      }
      SegmentState last = kept.remove(kept.size() - 1);
      kept.add(cut(d, last, offset));
      cuts++;
      return before.withSegments(kept);
    });
    afterCut();
  }

  private SegmentState cut(Database d, SegmentState segment, long offset) throws IOException {
    long[] end = {offset};
    SegmentIndex.walk(d.store(), segment.recid(), offset, -1, batch -> {
      end[0] = Math.min(offset, batch.baseOffset());
      return false;
    });
    SegmentIndex.cut(d.store(), segment.recid(), offset);
    return figures(d, segment, clock.millis()).endingAt(end[0]);
  }

  /** Computes the figures of a segment from its index. */
  static SegmentState figures(Database d, SegmentState segment, long lastModifiedMs) throws IOException {
    List<Batch> all = new ArrayList<>();
    SegmentIndex.walk(d.store(), segment.recid(), -1, -1, all::add);
    return SegmentState.empty(segment.baseOffset(), lastModifiedMs, segment.recid()).with(all, lastModifiedMs);
  }

  private void afterCut() {
    flushedOffset = Math.min(flushedOffset, endOffset());
    hot.onEndMoved(endOffset());
    owner.collectGarbage();
  }

  private static void discard(Database d, SegmentState segment) {
    d.garbage().put(segment.recid(), new byte[0]);
  }

  @Override
  public long dropHead(long offset) throws IOException {
    long[] bytes = {0};
    if (row.state().segments().size() > 1 && row.state().segments().get(0).nextOffset() <= offset) {
      row.change((d, now) -> {
        List<SegmentState> kept = new ArrayList<>(now.segments());
        while (kept.size() > 1 && kept.get(0).nextOffset() <= offset) {
          bytes[0] += kept.get(0).sizeBytes();
          discard(d, kept.remove(0));
        }
        return now.withSegments(kept);
      });
      owner.collectGarbage();
    }
    return bytes[0];
  }

  @Override
  public void resetTo(long offset) throws IOException {
    change((d, before) -> {
      before.segments().forEach(segment -> discard(d, segment));
      cuts++;
      return before.withSegments(List.of(SegmentState.empty(offset, clock.millis(), SegmentIndex.create(d.store()))));
    });
    afterCut();
    flushedOffset = offset;
  }

  @Override
  public Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    synchronized (preparing) {
      row.refuseIfClosed();
      List<SegmentState> old = row.state().whole(fromOffset, toOffset);
      PreparedReplacement prepared = new PreparedReplacement(row.db(), owner, old, config.segmentBytes(), this::commit);
      try {
        prepared.write(toOffset, batches);
        return prepared;
      } catch (IOException | RuntimeException e) {
        prepared.close();
        throw e;
      }
    }
  }

  private boolean commit(List<SegmentState> old, List<SegmentState> fresh) throws IOException {
    boolean[] done = {false};
    row.change((d, before) -> {
      int from = before.segments().indexOf(old.get(0));
      int end = from + old.size();
      if (from < 0 || end >= before.segments().size() || !before.segments().subList(from, end).equals(old)) {
        return before;
      }
      List<SegmentState> all = new ArrayList<>(before.segments());
      all.subList(from, end).clear();
      all.addAll(from, fresh);
      old.forEach(segment -> discard(d, segment));
      fresh.forEach(segment -> d.garbage().remove(segment.recid()));
      done[0] = true;
      return before.withSegments(all);
    });
    return done[0];
  }

  @Override
  public long flush() throws IOException {
    int[] cutsBefore = {0};
    long[] covered = {0};
    Database db = row.db();
    long target = row.read((d, now) -> {
      cutsBefore[0] = cuts;
      covered[0] = d.sequence();
      return now.last().nextOffset();
    });
    if (row.changed() > db.forcedSequence()) {
      // What any log has appended until now is forced together; the next caller finds it done.
      db.force(covered[0]);
    }
    return db.read(d -> {
      if (cuts == cutsBefore[0] && target > flushedOffset) {
        flushedOffset = target;
      }
      return flushedOffset;
    });
  }

  @Override
  public void configure(StoreConfig newConfig) {
    config = newConfig;
  }

  @Override
  public byte[] readBlob(String name) throws IOException {
    return row.readBlob(name);
  }

  @Override
  public void writeBlob(String name, byte[] bytes, boolean sync) throws IOException {
    row.writeBlob(name, bytes, sync);
  }

  @Override
  public void deleteBlob(String name) throws IOException {
    row.deleteBlob(name);
  }

  @Override
  public List<String> blobs() {
    return List.copyOf(row.state().blobs().keySet());
  }

  @Override
  public void close() throws IOException {
    synchronized (preparing) {
      if (row.closed()) {
        return;
      }
      try {
        flush();
        row.markClean();
      } finally {
        row.close();
        owner.onClosed(row.id(), this);
      }
    }
  }
}
