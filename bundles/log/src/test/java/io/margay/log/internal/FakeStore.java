package io.margay.log.internal;

import io.margay.protocol.BufferRecords;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.RecordBatch;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StoreConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A store in memory that lets tests crash it and break it. What is in it outlives {@link #close}, and {@link #reopen} goes on.
 */
final class FakeStore implements LogStore {
  /** A segment: batches by base offset. */
  static final class Segment {
    final long base;
    final TreeMap<Long, byte[]> batches = new TreeMap<>();
    long next;

    Segment(long base) {
      this.base = base;
      this.next = base;
    }

    long size() {
      return batches.values().stream().mapToLong(b -> b.length).sum();
    }

    SegmentInfo info() {
      long max = -1;
      for (byte[] b : batches.values()) {
        max = Math.max(max, view(b).maxTimestamp());
      }
      long first = batches.isEmpty() ? -1 : view(batches.firstEntry().getValue()).maxTimestamp();
      return new SegmentInfo(base, next, size(), max, first, modified);
    }

    long modified;
  }

  final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
  final Map<String, byte[]> blobs = new TreeMap<>();
  /** Run before an append and a flush, without the lock. */
  Runnable beforeAppend = () -> { };
  Runnable beforeFlush = () -> { };
  /** Run, without the lock, before a call that may wait for a disk. */
  Runnable beforeDisk = () -> { };
  StoreConfig config;
  boolean clean = true;
  boolean closed;
  boolean crashed;
  long flushed;
  int flushes;
  int reads;
  IOException broken;
  /** Runs when a replacement is prepared. */
  Runnable whilePrepared = () -> { };

  FakeStore(StoreConfig config) {
    this.config = config;
    segments.put(0L, new Segment(0));
  }

  static RecordBatch view(byte[] bytes) {
    return new RecordBatch().wrap(Unpooled.wrappedBuffer(bytes), 0);
  }

  /** Goes on after a close, or after a crash when it was not closed. */
  FakeStore reopen() {
    clean = closed;
    closed = false;
    reads = 0;
    return this;
  }

  /** Loses everything from an offset on, as a crash of the machine does. */
  void lose(long offset) throws IOException {
    truncateTo(offset);
  }

  private void check() throws IOException {
    if (broken != null) {
      throw broken;
    }
    if (closed) {
      throw new IOException("closed");
    }
  }

  private Segment active() {
    return segments.lastEntry().getValue();
  }

  @Override
  public long startOffset() {
    return segments.firstKey();
  }

  @Override
  public long endOffset() {
    return active().next;
  }

  @Override
  public long sizeBytes() {
    return segments.values().stream().mapToLong(Segment::size).sum();
  }

  @Override
  public boolean wasClean() {
    return clean;
  }

  @Override
  public long flushedOffset() {
    return flushed;
  }

  @Override
  public List<SegmentInfo> segments() {
    return segments.values().stream().map(Segment::info).toList();
  }

  @Override
  public void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    beforeAppend.run();
    add(batches, baseOffset, nextOffset, maxTimestamp);
  }

  private synchronized void add(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    check();
    if (baseOffset < endOffset()) {
      throw new IllegalStateException("append at " + baseOffset + " below the end " + endOffset());
    }
    if (active().size() > 0 && active().size() + batches.readableBytes() > config.segmentBytes()) {
      roll();
    }
    BatchCursor cursor = new BatchCursor().wrap(batches, batches.readerIndex(), batches.readableBytes());
    long last = -1;
    long first = -1;
    while (cursor.next()) {
      byte[] bytes = new byte[cursor.batch().sizeBytes()];
      batches.getBytes(cursor.position(), bytes);
      if (!cursor.batch().isCrcValid()) {
        throw new IllegalStateException("checksum");
      }
      first = first < 0 ? cursor.batch().baseOffset() : first;
      last = cursor.batch().nextOffset();
      active().batches.put(cursor.batch().baseOffset(), bytes);
    }
    if (first != baseOffset || last != nextOffset) {
      throw new IllegalStateException("batches " + first + ".." + last + ", told " + baseOffset + ".." + nextOffset);
    }
    active().next = nextOffset;
  }

  @Override
  public synchronized LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    check();
    reads++;
    Map.Entry<Long, Segment> at = segments.floorEntry(offset);
    if (at == null) {
      throw new IOException("offset " + offset + " is below " + startOffset());
    }
    ByteBuf out = Unpooled.buffer();
    long base = -1;
    for (Map.Entry<Long, byte[]> batch : at.getValue().batches.entrySet()) {
      RecordBatch view = view(batch.getValue());
      if (view.nextOffset() <= offset) {
        continue;
      }
      if (view.baseOffset() >= endOffset) {
        break;
      }
      boolean fits = out.readableBytes() + batch.getValue().length <= maxBytes;
      if (!fits && !(atLeastOne && base < 0)) {
        break;
      }
      base = base < 0 ? view.baseOffset() : base;
      out.writeBytes(batch.getValue());
    }
    return base < 0 ? LogSlice.empty(offset) : new LogSlice(new BufferRecords(out), base);
  }

  @Override
  public boolean isHot(long offset) {
    return true;
  }

  @Override
  public synchronized long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    check();
    for (Segment segment : segments.values()) {
      for (byte[] b : segment.batches.values()) {
        RecordBatch view = view(b);
        if (view.nextOffset() > fromOffset && view.maxTimestamp() >= timestamp) {
          return view.baseOffset();
        }
      }
    }
    return -1;
  }

  @Override
  public synchronized void roll() throws IOException {
    check();
    if (!active().batches.isEmpty()) {
      long end = endOffset();
      segments.put(end, new Segment(end));
    }
  }

  @Override
  public synchronized void truncateTo(long offset) throws IOException {
    check();
    if (offset >= endOffset()) {
      return;
    }
    while (segments.size() > 1 && active().base > offset) {
      segments.remove(segments.lastKey());
    }
    Segment active = active();
    while (!active.batches.isEmpty() && view(active.batches.lastEntry().getValue()).nextOffset() > offset) {
      active.batches.pollLastEntry();
    }
    active.next = active.batches.isEmpty() ? Math.min(offset, active.next)
        : Math.max(view(active.batches.lastEntry().getValue()).nextOffset(), active.base);
    if (active.batches.isEmpty()) {
      active.next = active.base;
    }
    flushed = Math.min(flushed, endOffset());
  }

  @Override
  public long dropHead(long offset) throws IOException {
    beforeDisk.run();
    return dropNow(offset);
  }

  private synchronized long dropNow(long offset) throws IOException {
    check();
    long dropped = 0;
    while (segments.size() > 1 && segments.firstEntry().getValue().next <= offset) {
      dropped += segments.pollFirstEntry().getValue().size();
    }
    return dropped;
  }

  @Override
  public synchronized void resetTo(long offset) throws IOException {
    check();
    segments.clear();
    segments.put(offset, new Segment(offset));
    flushed = offset;
  }

  @Override
  public Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    Segment merged = new Segment(fromOffset);
    for (ByteBuf buffer : batches) {
      BatchCursor cursor = new BatchCursor().wrap(buffer, buffer.readerIndex(), buffer.readableBytes());
      while (cursor.next()) {
        if (!cursor.batch().isCrcValid()) {
          throw new IllegalStateException("checksum");
        }
        byte[] bytes = new byte[cursor.batch().sizeBytes()];
        buffer.getBytes(cursor.position(), bytes);
        merged.batches.put(cursor.batch().baseOffset(), bytes);
      }
    }
    merged.next = toOffset;
    List<Segment> old = covered(fromOffset, toOffset);
    whilePrepared.run();
    return new Replacement() {
      @Override
      public boolean commit() throws IOException {
        beforeDisk.run();
        return replace(old, merged);
      }

      @Override
      public void close() {
        // nothing is kept
      }
    };
  }

  private synchronized List<Segment> covered(long fromOffset, long toOffset) throws IOException {
    check();
    if (toOffset > active().base || !segments.containsKey(fromOffset)) {
      throw new IllegalStateException("replace " + fromOffset + ".." + toOffset);
    }
    return List.copyOf(segments.subMap(fromOffset, toOffset).values());
  }

  private synchronized boolean replace(List<Segment> old, Segment merged) throws IOException {
    check();
    if (merged.next > active().base || !List.copyOf(segments.subMap(merged.base, merged.next).values()).equals(old)) {
      return false;
    }
    segments.subMap(merged.base, merged.next).clear();
    segments.put(merged.base, merged);
    return true;
  }

  @Override
  public long flush() throws IOException {
    beforeFlush.run();
    beforeDisk.run();
    return force();
  }

  private synchronized long force() throws IOException {
    check();
    flushes++;
    flushed = endOffset();
    return flushed;
  }

  @Override
  public void configure(StoreConfig newConfig) {
    config = newConfig;
  }

  @Override
  public synchronized byte[] readBlob(String name) {
    return blobs.get(name);
  }

  @Override
  public void writeBlob(String name, byte[] bytes, boolean sync) throws IOException {
    beforeDisk.run();
    put(name, bytes);
  }

  private synchronized void put(String name, byte[] bytes) throws IOException {
    check();
    blobs.put(name, bytes.clone());
  }

  @Override
  public void deleteBlob(String name) {
    beforeDisk.run();
    remove(name);
  }

  private synchronized void remove(String name) {
    blobs.remove(name);
  }

  @Override
  public synchronized List<String> blobs() {
    return List.copyOf(blobs.keySet());
  }

  @Override
  public void close() throws IOException {
    beforeDisk.run();
    closeNow();
  }

  private synchronized void closeNow() throws IOException {
    try {
      check();
      flushed = endOffset();
    } finally {
      closed = true;
    }
  }
}
