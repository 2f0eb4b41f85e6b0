package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.SingleWriter;
import io.margay.spi.storage.StoreConfig;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A partition's directory of segments. Readers take no lock: they read an immutable array of segments, and when they meet a retired
 * segment (cut, dropped, replaced) they read it again, see {@link SegmentList}. The writer appends and rolls; all other changes are
 * in {@link Reshaping}.
 *
 * <p>Invariant: {@code flushedOffset <= endOffset}.
 */
final class FileLogStore implements LogStore {
  private final SegmentList list;
  private final SegmentResources resources;
  private final Blobs blobs;
  private final Clock clock;
  private final StoreOwner owner;
  private final boolean wasClean;
  private final HotRange hot;
  private final SingleWriter writer;
  private final FlushPoint flushPoint;
  private final Reshaping reshaping;
  private volatile StoreConfig config;

  /**
   * The result of opening a directory.
   *
   * @param segments at least one segment, sorted; the last one's end is known
   * @param flushed everything below is on stable storage; cut to the end
   * @param wasClean whether it was closed cleanly
   * @param fresh whether the directory was just created
   */
  record Opened(Path directory, List<Segment> segments, long flushed, boolean wasClean, boolean fresh) { }

  FileLogStore(Opened opened, SegmentResources resources, Clock clock, StoreOwner owner, StoreConfig config) {
    Path directory = opened.directory();
    this.list = new SegmentList(directory, owner, opened.segments());
    this.resources = resources;
    this.blobs = new Blobs(directory);
    this.writer = new SingleWriter(directory);
    this.clock = clock;
    this.owner = owner;
    this.config = config;
    this.flushPoint = new FlushPoint(directory, list.structure(), list, Math.min(opened.flushed(), endOffset()), opened.fresh());
    this.wasClean = opened.wasClean();
    this.hot = new HotRange(endOffset());
    this.reshaping = new Reshaping(list, resources, owner, flushPoint, hot, writer);
    list.belongTo(this);
  }

  Path directory() {
    return list.directory();
  }

  Blobs files() {
    return blobs;
  }

  @Override
  public long startOffset() {
    return list.startOffset();
  }

  @Override
  public long endOffset() {
    return list.endOffset();
  }

  @Override
  public long sizeBytes() {
    return Arrays.stream(list.current()).mapToLong(Segment::size).sum();
  }

  @Override
  public boolean wasClean() {
    return wasClean;
  }

  @Override
  public long flushedOffset() {
    return flushPoint.offset();
  }

  @Override
  public List<SegmentInfo> segments() {
    while (true) {
      Segment[] current = list.current();
      List<SegmentInfo> result = new ArrayList<>(current.length);
      try {
        for (int i = 0; i < current.length; i++) {
          SegmentInfo info = current[i].info(i == current.length - 1);
          if (info == null) {
            break;
          }
          result.add(info);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot describe the segments in " + directory(), e);
      }
      if (result.size() == current.length) {
        return result;
      }
      list.awaitChange(current);
    }
  }

  @Override
  public SegmentInfo lastSegment() {
    return list.last().infoInMemory();
  }

  @Override
  public long segmentAfter(long offset) {
    for (Segment segment : list.current()) {
      if (segment.baseOffset() > offset) {
        return segment.baseOffset();
      }
    }
    return -1;
  }

  @Override
  public void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    writer.enter();
    try {
      list.refuseIfClosed();
      long endOffset = list.endOffset();
      AppendCheck.check(batches, baseOffset, nextOffset, endOffset);
      StoreConfig now = config;
      Segment active = list.last();
      int length = batches.readableBytes();
      boolean offsetsFit = nextOffset - 1 - active.baseOffset() < Integer.MAX_VALUE;
      if (!offsetsFit || active.size() > 0 && ((long) active.size() + length > now.segmentBytes()
          || active.isIndexFull(now.indexMaxBytes()))) {
        active = rollTo(offsetsFit ? endOffset : baseOffset);
      }
      try {
        active.append(batches, nextOffset, now.indexIntervalBytes());
      } catch (BrokenStoreException e) {
        list.breakDown(e);
        throw e;
      }
      list.endOffset(nextOffset);
      hot.onAppend(length, nextOffset);
      if (active.wantsSave()) {
        owner.onIndexGrown(this);
      }
    } finally {
      writer.exit();
    }
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    while (true) {
      if (offset >= list.endOffset()) {
        return LogSlice.empty(offset);
      }
      Segment[] current = list.current();
      LogSlice slice = Segment.NOTHING_HERE;
      for (int i = SegmentFiles.floor(current, offset); i < current.length && slice == Segment.NOTHING_HERE; i++) {
        slice = current[i].read(offset, maxBytes, endOffset, atLeastOne);
        if (i < current.length - 1) {
          current[i].file().touch(clock.nanos());
        }
      }
      if (slice != null) {
        return slice == Segment.NOTHING_HERE ? LogSlice.empty(offset) : slice;
      }
      list.refuseIfClosed();
      list.awaitChange(current);
    }
  }

  @Override
  public boolean isHot(long offset) {
    return hot.contains(offset);
  }

  @Override
  public long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    while (true) {
      Segment[] current = list.current();
      Long found = -1L;
      for (int i = SegmentFiles.floor(current, fromOffset); i < current.length && found != null && found < 0; i++) {
        current[i].file().touch(clock.nanos());
        found = current[i].findByTimestamp(timestamp, fromOffset);
      }
      if (found != null) {
        return found;
      }
      list.refuseIfClosed();
      list.awaitChange(current);
    }
  }

  @Override
  public void roll() throws IOException {
    writer.enter();
    try {
      list.refuseIfClosed();
      if (list.last().size() > 0) {
        rollTo(list.endOffset());
      }
    } finally {
      writer.exit();
    }
  }

  private Segment rollTo(long baseOffset) throws IOException {
    Segment old = list.last();
    // In this order: recovery assumes that the index of every segment but the last one is complete.
    old.seal(false);
    Segment fresh = SegmentFiles.create(directory(), resources, baseOffset);
    old.endAt(baseOffset);
    flushPoint.onNewName();
    list.add(fresh);
    owner.onRolled(this);
    return fresh;
  }

  @Override
  public void truncateTo(long offset) throws IOException {
    if (offset < startOffset()) {
      resetTo(offset);
    } else {
      reshaping.truncateTo(this, offset);
    }
  }

  @Override
  public long dropHead(long offset) throws IOException {
    long bytes = 0;
    Segment[] current = list.current();
    for (int i = 0; i < current.length - 1 && current[i].nextOffset() <= offset; i++) {
      bytes += current[i].size();
    }
    if (bytes > 0 || current.length > 1 && current[0].nextOffset() <= offset) {
      reshaping.dropHead(offset);
    }
    return bytes;
  }

  @Override
  public void resetTo(long offset) throws IOException {
    reshaping.resetTo(this, offset);
  }

  @Override
  public Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    return reshaping.prepare(config.segmentBytes(), fromOffset, toOffset, batches);
  }

  @Override
  public long flush() throws IOException {
    flushPoint.flushTo(Long.MAX_VALUE);
    return flushedOffset();
  }

  /** Flushes the rolled segments only: the active one is still being filled. */
  void flushRolled() throws IOException {
    flushPoint.flushTo(list.last().baseOffset());
  }

  /** Saves the active segment's index when much of it is only in memory. On the engine's thread. */
  void saveIndexIfMuchIsNew() throws IOException {
    list.last().saveIndexIfMuchIsNew();
  }

  /**
   * Closes files and frees indexes of old segments that were not used for a while, and saves the active index when much of it is
   * new, so that less has to be read after a kill. Called by the engine about every minute.
   */
  void maintain(long idleNanos) throws IOException {
    Segment[] current = list.current();
    long now = clock.nanos();
    current[current.length - 1].saveIndexIfMuchIsNew();
    hot.onTick(list.endOffset());
    for (int i = 0; i < current.length - 1; i++) {
      if (now - current[i].file().lastUsedNanos() > idleNanos) {
        current[i].file().close();
        current[i].evictIndex();
      }
    }
  }

  @Override
  public void configure(StoreConfig newConfig) {
    config = newConfig;
  }

  @Override
  public byte[] readBlob(String name) throws IOException {
    return blobs.read(name);
  }

  @Override
  public void writeBlob(String name, byte[] bytes, boolean sync) throws IOException {
    blobs.write(name, bytes, sync);
  }

  @Override
  public void deleteBlob(String name) throws IOException {
    blobs.delete(name);
  }

  @Override
  public List<String> blobs() throws IOException {
    return blobs.list();
  }

  @Override
  public void close() throws IOException {
    reshaping.urgently(this::closeNow);
  }

  private void closeNow() throws IOException {
    boolean clean = false;
    writer.enter();
    try {
      if (list.isClosed()) {
        return;
      }
      if (list.takesCalls()) {
        flush();
        list.last().seal(true);
        for (Segment segment : list.current()) {
          segment.saveIndexIfNew();
        }
        clean = true;
      }
    } finally {
      if (list.close()) {
        owner.onClosed(this, clean);
      }
      writer.exit();
    }
  }
}
