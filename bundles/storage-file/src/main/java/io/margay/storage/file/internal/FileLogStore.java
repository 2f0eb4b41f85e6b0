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
 * A partition's directory of segments. Readers take no lock: they look at an immutable array of segments, and when they meet one
 * that was retired (cut, dropped, replaced) they wait for that change to end and look again.
 *
 * <p>Invariants: segments are sorted by base offset and there is at least one; only the last is appended to;
 * {@code flushedOffset <= endOffset}; all changes other than appending at the end are made under {@link #structure}.
 */
final class FileLogStore implements LogStore, FlushPoint.Source {
  private final Path directory;
  private final Blobs blobs;
  private final Disk disk;
  private final Clock clock;
  private final StoreOwner owner;
  private final boolean wasClean;
  private final HotRange hot;
  private final SingleWriter writer;
  private final FlushPoint flushPoint;
  private final Object structure = new Object();
  /** Held while files of a replacement are written or deleted; taken before {@link #structure}. */
  private final Object preparing = new Object();
  /** Somebody waits for {@link #preparing}, so that a replacement which is being written is given up. */
  private volatile boolean othersWait;
  private volatile Segment[] segments;
  private volatile long endOffset;
  private volatile StoreConfig config;
  /** Why no further call is served: a failure that left the disk in doubt, or that the store was closed. */
  private volatile IOException refusal;

  /**
   * @param opened at least one segment, sorted; the last one's end is known
   * @param flushed everything below is on stable storage; cut to the end
   * @param fresh whether the directory was just made
   */
  FileLogStore(Path directory, Disk disk, Clock clock, StoreOwner owner, StoreConfig config, List<Segment> opened, long flushed,
      boolean wasClean, boolean fresh) {
    this.directory = directory;
    this.blobs = new Blobs(directory);
    this.writer = new SingleWriter(directory);
    this.disk = disk;
    this.clock = clock;
    this.owner = owner;
    this.config = config;
    this.segments = opened.toArray(new Segment[0]);
    this.endOffset = last().nextOffset();
    this.flushPoint = new FlushPoint(directory, structure, this, Math.min(flushed, endOffset), fresh);
    this.wasClean = wasClean;
    this.hot = new HotRange(endOffset);
  }

  Path directory() {
    return directory;
  }

  Blobs files() {
    return blobs;
  }

  private Segment last() {
    Segment[] current = segments;
    return current[current.length - 1];
  }

  @Override
  public long startOffset() {
    return segments[0].baseOffset();
  }

  @Override
  public long endOffset() {
    return endOffset;
  }

  @Override
  public long sizeBytes() {
    return Arrays.stream(segments).mapToLong(Segment::size).sum();
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
      Segment[] current = segments;
      List<SegmentInfo> result = new ArrayList<>(current.length);
      try {
        for (Segment segment : current) {
          SegmentInfo info = segment.info();
          if (info == null) {
            break;
          }
          result.add(info);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot describe the segments in " + directory, e);
      }
      if (result.size() == current.length) {
        return result;
      }
      awaitChange(current);
    }
  }

  /** After a reader met a retired segment. */
  private void awaitChange(Segment[] seen) {
    synchronized (structure) {
      if (segments == seen && refusal != null) {
        throw new IllegalStateException("the log in " + directory + " is closed", refusal);
      }
    }
  }

  @Override
  public void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    writer.enter();
    try {
      refuseIfClosed();
      AppendCheck.check(batches, baseOffset, nextOffset, endOffset);
      StoreConfig now = config;
      Segment active = last();
      int length = batches.readableBytes();
      boolean offsetsFit = nextOffset - 1 - active.baseOffset() < Integer.MAX_VALUE;
      if (!offsetsFit || active.size() > 0 && ((long) active.size() + length > now.segmentBytes()
          || active.isIndexFull(now.indexMaxBytes()))) {
        active = rollTo(offsetsFit ? endOffset : baseOffset);
      }
      try {
        active.append(batches, nextOffset, now.indexIntervalBytes());
      } catch (BrokenStoreException e) {
        breakDown(e);
        throw e;
      }
      endOffset = nextOffset;
      hot.onAppend(length, nextOffset);
    } finally {
      writer.exit();
    }
  }

  @Override
  public Segment[] current() {
    return segments;
  }

  @Override
  public void breakDown(BrokenStoreException cause) {
    refusal = cause;
    owner.onBroken(this);
  }

  @Override
  public boolean takesCalls() {
    return refusal == null;
  }

  @Override
  public void refuseIfClosed() throws IOException {
    IOException cause = refusal;
    if (cause != null) {
      throw new IOException("the log in " + directory + " takes no calls: " + cause.getMessage(), cause);
    }
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    while (true) {
      if (offset >= this.endOffset) {
        return LogSlice.empty(offset);
      }
      Segment[] current = segments;
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
      refuseIfClosed();
      awaitChange(current);
    }
  }

  @Override
  public boolean isHot(long offset) {
    return hot.contains(offset);
  }

  @Override
  public long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    while (true) {
      Segment[] current = segments;
      Long found = -1L;
      for (int i = SegmentFiles.floor(current, fromOffset); i < current.length && found != null && found < 0; i++) {
        current[i].file().touch(clock.nanos());
        found = current[i].findByTimestamp(timestamp, fromOffset);
      }
      if (found != null) {
        return found;
      }
      refuseIfClosed();
      awaitChange(current);
    }
  }

  @Override
  public void roll() throws IOException {
    writer.enter();
    try {
      refuseIfClosed();
      if (last().size() > 0) {
        rollTo(endOffset);
      }
    } finally {
      writer.exit();
    }
  }

  private Segment rollTo(long baseOffset) throws IOException {
    Segment[] current = segments;
    Segment old = current[current.length - 1];
    // In this order: the index of every segment but the last one is taken to be complete.
    old.seal(false);
    Segment fresh = SegmentFiles.create(directory, disk, baseOffset);
    old.endAt(baseOffset);
    flushPoint.onNewName();
    Segment[] longer = Arrays.copyOf(current, current.length + 1);
    longer[current.length] = fresh;
    synchronized (structure) {
      segments = longer;
      endOffset = baseOffset;
    }
    owner.onRolled(this);
    return fresh;
  }

  @Override
  public void truncateTo(long offset) throws IOException {
    if (offset < startOffset()) {
      resetTo(offset);
      return;
    }
    change(() -> {
      if (offset >= endOffset) {
        return;
      }
      Segment[] current = segments;
      int i = SegmentFiles.floor(current, offset);
      SegmentFiles.Cut cut = SegmentFiles.findCut(current[i], offset);
      lowerFlushedOffset(cut.endOffset());
      endOffset = cut.endOffset();
      // From the end, so that a crash in between leaves no hole.
      for (int j = current.length - 1; j > i; j--) {
        SegmentFiles.drop(directory, current[j], owner);
      }
      Segment[] shorter = Arrays.copyOf(current, i + 1);
      shorter[i] = SegmentFiles.cut(directory, disk, current[i], cut);
      segments = shorter;
      hot.onEndMoved(endOffset);
    });
  }

  private void lowerFlushedOffset(long to) throws IOException {
    if (flushPoint.lower(to)) {
      owner.onFlushedOffsetLowered(this, to);
    }
  }

  /** Runs a change of the segments. When it fails half way the store refuses all further calls. */
  private void change(Background.Task change) throws IOException {
    writer.enter();
    try {
      synchronized (structure) {
        refuseIfClosed();
        try {
          change.run();
        } catch (IOException | RuntimeException e) {
          breakDown(new BrokenStoreException("a change of its segments failed", e));
          throw e;
        }
      }
    } finally {
      writer.exit();
    }
  }

  @Override
  public long dropHead(long offset) throws IOException {
    long before = sizeBytes();
    change(() -> {
      Segment[] current = segments;
      int count = 0;
      while (count < current.length - 1 && current[count].nextOffset() <= offset) {
        count++;
      }
      if (count > 0) {
        segments = Arrays.copyOfRange(current, count, current.length);
        for (int i = 0; i < count; i++) {
          SegmentFiles.drop(directory, current[i], owner);
        }
      }
    });
    return before - sizeBytes();
  }

  @Override
  public void resetTo(long offset) throws IOException {
    othersWait = true;
    synchronized (preparing) {
      othersWait = false;
      resetNow(offset);
    }
  }

  private void resetNow(long offset) throws IOException {
    change(() -> {
      lowerFlushedOffset(Math.min(offset, startOffset()));
      // Readers find nothing between the two ends meanwhile, and wait.
      SegmentFiles.createCleaned(directory, disk, offset).close();
      SegmentSwap swap = new SegmentSwap(0, Long.MAX_VALUE, List.of(offset));
      swap.decide(directory);
      for (Segment segment : segments) {
        segment.retire();
      }
      swap.finish(directory);
      segments = new Segment[] {SegmentFiles.existing(directory, disk, offset, 0, offset)};
      endOffset = offset;
      flushPoint.reset(offset);
      hot.onEndMoved(offset);
    });
  }

  @Override
  public Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    synchronized (preparing) {
      refuseIfClosed();
      List<Segment> old = SegmentFiles.whole(segments, fromOffset, toOffset);
      // Failing here changes nothing: what was written is deleted.
      List<Segment> fresh = new SegmentReplacement(directory, disk, config.segmentBytes(), () -> othersWait)
          .write(old, toOffset, batches);
      return new PreparedReplacement(directory, preparing, old, fresh, toOffset, this::commit);
    }
  }

  private boolean commit(PreparedReplacement replacement) throws IOException {
    List<Segment> all = new ArrayList<>();
    change(() -> {
      all.addAll(Arrays.asList(segments));
      if (replacement.replaceIn(all)) {
        segments = all.toArray(new Segment[0]);
      } else {
        all.clear();
      }
    });
    return !all.isEmpty();
  }

  @Override
  public long flush() throws IOException {
    flushPoint.flushTo(Long.MAX_VALUE);
    return flushedOffset();
  }

  /** Flushes the rolled segments only: the active one is still being filled. */
  void flushRolled() throws IOException {
    flushPoint.flushTo(last().baseOffset());
  }

  /**
   * Closes files and frees indexes of old segments that nobody used for a while, and saves the active index when much is new:
   * after a kill what it tells of need not be read. Called by the engine now and then.
   */
  void maintain(long idleNanos) throws IOException {
    Segment[] current = segments;
    long now = clock.nanos();
    current[current.length - 1].saveIndexIfMuchIsNew();
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
    othersWait = true;
    synchronized (preparing) {
      closeNow();
    }
  }

  private void closeNow() throws IOException {
    boolean clean = false;
    writer.enter();
    try {
      if (refusal instanceof ClosedStoreException) {
        return;
      }
      if (refusal == null) {
        flush();
        last().seal(true);
        for (Segment segment : segments) {
          segment.saveIndexIfNew();
        }
        clean = true;
      }
    } finally {
      synchronized (structure) {
        boolean first = !(refusal instanceof ClosedStoreException);
        refusal = new ClosedStoreException();
        for (Segment segment : segments) {
          segment.retire();
        }
        if (first) {
          owner.onClosed(this, clean);
        }
      }
      writer.exit();
    }
  }
}
