package io.margay.storage.mapdb.internal;

import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mapdb.Serializer;

/**
 * A log in the database. Every call of a writer is one change of the database. {@code state} is the result of the last change; a
 * reader takes it and the records that it names under the read lock, so that both match.
 */
final class MapDbLogStore implements LogStore {
  /** Segments are smaller than a topic's setting may say: a segment is dropped, searched or compacted at once. */
  static final int MAX_SEGMENT_BYTES = 4 << 20;
  private static final int SLICE_ROOM = 16;

  private final Database db;
  private final StoreOwner owner;
  private final Clock clock;
  private final TopicIdPartition id;
  private final long number;
  private final boolean wasClean;
  private final SingleWriter writer;
  private final HotTail hot;
  /** One replacement is prepared at a time, and none while the log is closed. */
  private final Object preparing = new Object();
  private volatile StoreConfig config;
  private volatile LogState state;
  private volatile long flushedOffset;
  /** The last change of this log's batches. Written by the writer. */
  private volatile long changed;
  /** Counts cuts of the tail: a flush that began before one says nothing about what came after it. Guarded by the write lock. */
  private int cuts;
  private volatile boolean closed;

  /** @param state with correct figures; all of it is on stable storage */
  MapDbLogStore(Database db, StoreOwner owner, Clock clock, TopicIdPartition id, long number, LogState state, boolean wasClean,
      StoreConfig config) {
    this.db = db;
    this.owner = owner;
    this.clock = clock;
    this.id = id;
    this.number = number;
    this.state = state;
    this.wasClean = wasClean;
    this.config = config;
    this.writer = new SingleWriter(id);
    this.flushedOffset = endOffset();
    this.hot = new HotTail(endOffset());
  }

  @Override
  public long startOffset() {
    return state.segments().get(0).baseOffset();
  }

  @Override
  public long endOffset() {
    return state.last().nextOffset();
  }

  @Override
  public long sizeBytes() {
    return state.segments().stream().mapToLong(SegmentState::sizeBytes).sum();
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
    return state.segments().stream().map(SegmentState::info).toList();
  }

  /** What is kept of the log when it is closed. */
  LogState state() {
    return state;
  }

  private void refuseIfClosed() throws IOException {
    if (closed) {
      throw new IOException("the log of " + id + " is closed");
    }
  }

  /** A change of what is kept of the log; runs under the write lock. */
  @FunctionalInterface
  private interface Change {
    /** @return what is kept afterwards */
    LogState make(Database db, LogState before) throws IOException;
  }

  /** Makes a change, as the one writer. */
  private void change(Change change) throws IOException {
    writer.enter();
    try {
      changeBesideWriter(change);
    } finally {
      writer.exit();
    }
  }

  /** Makes a change. The returned state is written and counts when the change is complete. */
  private void changeBesideWriter(Change change) throws IOException {
    db.change(d -> {
      refuseIfClosed();
      LogState before = state;
      LogState after = change.make(d, before);
      if (after != before) {
        after = after.withClean(false);
        save(d, after);
      }
      return after;
    }, this::changed);
  }

  private void save(Database d, LogState now) {
    d.partitions().put(number, now.encode(id));
  }

  private void changed(LogState now) {
    state = now;
    changed = db.sequence();
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
      db.change(d -> {
        refuseIfClosed();
        LogState before = state;
        LogState after = mustRoll(before.last(), length, added.size()) ? rolled(d, before, now) : before;
        SegmentIndex.append(d.store(), after.last().recid(), batches, added);
        if (after != before || before.clean()) {
          after = after.withClean(false);
          save(d, after);
        }
        // The figures of the last segment are not saved each time: after a crash they are computed from its index.
        return after.withLast(after.last().with(added, now));
      }, this::changed);
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
    return db.read(d -> {
      refuseIfClosed();
      LogState now = state;
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
    return db.read(d -> {
      refuseIfClosed();
      long[] found = {-1};
      for (SegmentState segment : state.segments()) {
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
    if (state.segments().size() > 1 && state.segments().get(0).nextOffset() <= offset) {
      changeBesideWriter((d, now) -> {
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
      refuseIfClosed();
      List<SegmentState> old = state.whole(fromOffset, toOffset);
      PreparedReplacement prepared = new PreparedReplacement(db, owner, old, config.segmentBytes(), this::commit);
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
    changeBesideWriter((d, before) -> {
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
    long target = db.read(d -> {
      refuseIfClosed();
      cutsBefore[0] = cuts;
      covered[0] = d.sequence();
      return endOffset();
    });
    if (changed > db.forcedSequence()) {
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
    BlobNames.check(name);
    return db.read(d -> {
      refuseIfClosed();
      Long recid = state.blobs().get(name);
      return recid == null ? null : d.store().get(recid, Serializer.BYTE_ARRAY_NOSIZE);
    });
  }

  @Override
  public void writeBlob(String name, byte[] bytes, boolean sync) throws IOException {
    BlobNames.check(name);
    long change = changeBlobs(name, bytes);
    if (sync) {
      db.force(change);
    }
  }

  @Override
  public void deleteBlob(String name) throws IOException {
    BlobNames.check(name);
    if (state.blobs().containsKey(name)) {
      changeBlobs(name, null);
    }
  }

  /** Not called by the writer: runs concurrently with it. */
  private long changeBlobs(String name, byte[] bytes) throws IOException {
    long[] change = {0};
    db.change(d -> {
      refuseIfClosed();
      Map<String, Long> blobs = new HashMap<>(state.blobs());
      Long old = blobs.remove(name);
      if (old != null && bytes != null) {
        d.store().update(old, bytes, Serializer.BYTE_ARRAY_NOSIZE);
        blobs.put(name, old);
      } else if (old != null) {
        d.store().delete(old, Serializer.BYTE_ARRAY_NOSIZE);
      } else if (bytes != null) {
        blobs.put(name, d.store().put(bytes, Serializer.BYTE_ARRAY_NOSIZE));
      }
      LogState after = state.withBlobs(blobs);
      if (!after.blobs().equals(state.blobs())) {
        save(d, after);
      }
      return after;
    }, after -> {
      state = after;
      change[0] = db.sequence();
    });
    return change[0];
  }

  @Override
  public List<String> blobs() {
    return List.copyOf(state.blobs().keySet());
  }

  @Override
  public void close() throws IOException {
    synchronized (preparing) {
      if (closed) {
        return;
      }
      try {
        flush();
        if (!state.clean()) {
          db.change(d -> {
            LogState after = state.withClean(true);
            save(d, after);
            return after;
          }, after -> state = after);
        }
      } finally {
        closed = true;
        owner.onClosed(id, this);
      }
    }
  }
}
