package io.margay.storage.memory.internal;

import static io.margay.protocol.record.RecordBatchFormat.HEADER_SIZE;
import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;

import io.margay.model.Clock;
import io.margay.protocol.BufferRecords;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StoreConfig;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A log on the heap. One lock for everything: nothing waits while holding it. This object outlives {@link #close}; the engine keeps
 * it and opens it again.
 */
final class MemoryLogStore implements LogStore {
  private static final Pattern BLOB_NAME = Pattern.compile("[A-Za-z0-9-][A-Za-z0-9.-]{0,199}");

  private final Clock clock;
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final List<MemorySegment> segments = new ArrayList<>();
  private StoreConfig config;
  private long endOffset;
  private long flushedOffset;
  private boolean open = true;
  /** Counts cuts of the tail: a replacement that was prepared before a cut is not committed after it. */
  private int cuts;

  MemoryLogStore(Clock clock, StoreConfig config) {
    this.clock = clock;
    this.config = config;
    segments.add(new MemorySegment(0, clock.millis()));
  }

  /** Opens it again after a close. */
  synchronized void reopen(StoreConfig newConfig) {
    if (open) {
      throw new IllegalStateException("the log is open");
    }
    config = newConfig;
    open = true;
  }

  synchronized boolean isOpen() {
    return open;
  }

  @Override
  public synchronized long startOffset() {
    return segments.get(0).baseOffset();
  }

  @Override
  public synchronized long endOffset() {
    return endOffset;
  }

  @Override
  public synchronized long sizeBytes() {
    return segments.stream().mapToLong(MemorySegment::size).sum();
  }

  /** Always true: a crash leaves nothing. */
  @Override
  public boolean wasClean() {
    return true;
  }

  /** There is no stable storage; this is the offset for which {@link #flush} was last called. */
  @Override
  public synchronized long flushedOffset() {
    return flushedOffset;
  }

  @Override
  public synchronized List<SegmentInfo> segments() {
    return segments.stream().map(MemorySegment::info).toList();
  }

  private void refuseIfClosed() throws IOException {
    if (!open) {
      throw new IOException("the log is closed");
    }
  }

  private MemorySegment last() {
    return segments.get(segments.size() - 1);
  }

  @Override
  public synchronized void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    refuseIfClosed();
    check(batches, baseOffset, nextOffset);
    if (last().size() > 0 && last().size() + batches.readableBytes() > config.segmentBytes()) {
      roll();
    }
    last().append(batches, nextOffset, clock.millis());
    endOffset = nextOffset;
  }

  private void check(ByteBuf batches, long baseOffset, long nextOffset) {
    long next = endOffset;
    int at = batches.readerIndex();
    while (at < batches.writerIndex()) {
      int left = batches.writerIndex() - at;
      int bytes = left < HEADER_SIZE ? Integer.MAX_VALUE : LOG_OVERHEAD + batches.getInt(at + LENGTH_OFFSET);
      if (bytes > left || bytes < HEADER_SIZE || batches.getLong(at) < next) {
        throw new IllegalArgumentException("not a whole batch at or after offset " + next + " at index " + at);
      }
      next = batches.getLong(at) + batches.getInt(at + LAST_OFFSET_DELTA_OFFSET) + 1;
      at += bytes;
    }
    if (next != nextOffset || batches.getLong(batches.readerIndex()) != baseOffset) {
      throw new IllegalArgumentException("the batches are not [" + baseOffset + ", " + nextOffset + "), they end at " + next);
    }
  }

  @Override
  public synchronized LogSlice read(long offset, int maxBytes, long end, boolean atLeastOne) throws IOException {
    refuseIfClosed();
    for (MemorySegment segment : segments) {
      if (segment.nextOffset() <= offset) {
        continue;
      }
      for (Chunk chunk : segment.chunks()) {
        int first = chunk.find(offset);
        if (first < chunk.count()) {
          return slice(chunk, first, offset, maxBytes, end, atLeastOne);
        }
      }
    }
    return LogSlice.empty(offset);
  }

  private static LogSlice slice(Chunk chunk, int first, long offset, int maxBytes, long end, boolean atLeastOne) {
    int stop = first;
    long limit = (long) chunk.position(first) + maxBytes;
    while (stop < chunk.count() && chunk.baseOffset(stop) < end
        && (chunk.position(stop + 1) <= limit || stop == first && atLeastOne)) {
      stop++;
    }
    return stop == first ? LogSlice.empty(offset)
        : new LogSlice(new BufferRecords(chunk.slice(first, stop)), chunk.baseOffset(first));
  }

  @Override
  public boolean isHot(long offset) {
    return true;
  }

  @Override
  public synchronized long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    refuseIfClosed();
    for (MemorySegment segment : segments) {
      if (segment.nextOffset() <= fromOffset || segment.maxTimestamp() < timestamp) {
        continue;
      }
      for (Chunk chunk : segment.chunks()) {
        for (int i = chunk.find(fromOffset); i < chunk.count(); i++) {
          if (chunk.maxTimestamp(i) >= timestamp) {
            return chunk.baseOffset(i);
          }
        }
      }
    }
    return -1;
  }

  @Override
  public synchronized void roll() throws IOException {
    refuseIfClosed();
    if (last().size() > 0) {
      segments.add(new MemorySegment(endOffset, clock.millis()));
    }
  }

  @Override
  public synchronized void truncateTo(long offset) throws IOException {
    refuseIfClosed();
    if (offset >= endOffset) {
      return;
    }
    if (offset < startOffset()) {
      resetTo(offset);
      return;
    }
    while (last().baseOffset() > offset) {
      segments.remove(segments.size() - 1);
    }
    cuts++;
    endOffset = last().cut(offset);
    flushedOffset = Math.min(flushedOffset, endOffset);
  }

  @Override
  public synchronized long dropHead(long offset) throws IOException {
    refuseIfClosed();
    long dropped = 0;
    while (segments.size() > 1 && segments.get(0).nextOffset() <= offset) {
      dropped += segments.remove(0).size();
    }
    return dropped;
  }

  @Override
  public synchronized void resetTo(long offset) throws IOException {
    refuseIfClosed();
    cuts++;
    segments.clear();
    segments.add(new MemorySegment(offset, clock.millis()));
    endOffset = offset;
    flushedOffset = offset;
  }

  @Override
  public Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    List<MemorySegment> old;
    int cutsBefore;
    synchronized (this) {
      old = wholeSegments(fromOffset, toOffset);
      cutsBefore = cuts;
    }
    long lastModifiedMs = old.get(old.size() - 1).info().lastModifiedMs();
    MemorySegment fresh = new MemorySegment(fromOffset, lastModifiedMs);
    for (ByteBuf buffer : batches) {
      fresh.append(buffer, toOffset, lastModifiedMs);
    }
    fresh.endAt(toOffset);
    return new Replacement() {
      @Override
      public boolean commit() throws IOException {
        return replace(old, cutsBefore, fresh);
      }

      @Override
      public void close() {
        // The garbage collector does it.
      }
    };
  }

  private List<MemorySegment> wholeSegments(long fromOffset, long toOffset) throws IOException {
    refuseIfClosed();
    int from = 0;
    while (from < segments.size() && segments.get(from).baseOffset() != fromOffset) {
      from++;
    }
    int to = from;
    while (to < segments.size() && segments.get(to).nextOffset() < toOffset) {
      to++;
    }
    if (to >= segments.size() - 1 || segments.get(to).nextOffset() != toOffset) {
      throw new IllegalArgumentException("[" + fromOffset + ", " + toOffset + ") are not whole segments before the last one");
    }
    return List.copyOf(segments.subList(from, to + 1));
  }

  private synchronized boolean replace(List<MemorySegment> old, int cutsBefore, MemorySegment fresh) throws IOException {
    refuseIfClosed();
    int from = segments.indexOf(old.get(0));
    int end = from + old.size();
    if (cuts != cutsBefore || from < 0 || !segments.subList(from, end).equals(old)) {
      return false;
    }
    segments.subList(from, end).clear();
    segments.add(from, fresh);
    return true;
  }

  @Override
  public synchronized long flush() throws IOException {
    refuseIfClosed();
    flushedOffset = endOffset;
    return flushedOffset;
  }

  @Override
  public synchronized void configure(StoreConfig newConfig) {
    config = newConfig;
  }

  private static String checked(String name) {
    if (!BLOB_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name of a blob: '" + name + "', expected letters, digits, '-' and '.'");
    }
    return name;
  }

  @Override
  public byte[] readBlob(String name) {
    byte[] bytes = blobs.get(checked(name));
    return bytes == null ? null : bytes.clone();
  }

  @Override
  public void writeBlob(String name, byte[] bytes, boolean sync) {
    blobs.put(checked(name), bytes.clone());
  }

  @Override
  public void deleteBlob(String name) {
    blobs.remove(checked(name));
  }

  @Override
  public List<String> blobs() {
    return List.copyOf(blobs.keySet());
  }

  @Override
  public synchronized void close() {
    open = false;
  }
}
