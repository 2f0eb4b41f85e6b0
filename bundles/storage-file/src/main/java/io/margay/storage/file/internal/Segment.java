package io.margay.storage.file.internal;

import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;
import static io.margay.protocol.record.RecordBatchFormat.MAX_TIMESTAMP_OFFSET;

import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One segment: its file, its indexes, what was written. Batches are never changed once readers can see them; cutting the tail
 * ends this object and makes another one.
 *
 * <p>The writer makes bytes visible in this order: file, indexes and ring, {@link #nextOffset}, {@link #size}. A reader looks at
 * the size first and so sees everything that belongs to it.
 */
final class Segment {
  private static final long UNKNOWN = Long.MIN_VALUE;
  /** An index tells of at least this many intervals more before it is worth opening its files. */
  private static final int UNSAVED_ENTRIES = 256;

  private final Path directory;
  private final long baseOffset;
  private final SegmentFile file;
  private volatile int size;
  private volatile long nextOffset;
  /** Null until somebody needs it, and after {@link #evictIndex}. */
  private volatile SegmentIndex index;
  /** Null unless this is a segment that was appended to since it was opened. */
  private volatile TailRing tail;
  private volatile long maxTimestamp = UNKNOWN;
  private volatile long firstTimestamp = UNKNOWN;
  /** Last offset of the first batch with the highest timestamp, relative. Owned by the writer. */
  private int maxTimestampOffset;
  private int bytesSinceEntry;
  /** The names of its files may belong to another segment by now. Guarded by this, as every use of the index's files. */
  private boolean retired;

  Segment(Path directory, long baseOffset, SegmentFile file, int size, long nextOffset) {
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.file = file;
    this.size = size;
    this.nextOffset = nextOffset;
    if (size == 0) {
      index = new SegmentIndex();
      maxTimestamp = -1;
    }
  }

  long baseOffset() {
    return baseOffset;
  }

  long nextOffset() {
    return nextOffset;
  }

  int size() {
    return size;
  }

  SegmentFile file() {
    return file;
  }

  /** Gives the segment a known index: one that recovery built. */
  void adopt(SegmentIndex built, long highestTimestamp, int highestTimestampOffset) {
    maxTimestamp = highestTimestamp;
    maxTimestampOffset = highestTimestampOffset;
    bytesSinceEntry = built.entries() == 0 ? size : size - SegmentIndex.position(built.lastEntry());
    index = built;
  }

  /** What the rest of this class needs the indexes for; they are read, or built anew, on first use. */
  SegmentIndex index(FileChannel channel) throws IOException {
    SegmentIndex current = index;
    return current != null ? current : loadIndex(channel);
  }

  private synchronized SegmentIndex loadIndex(FileChannel channel) throws IOException {
    if (index == null) {
      SegmentIndex loaded = retired ? null : SegmentIndex.load(directory, baseOffset, size);
      if (loaded == null || size > 0 && loaded.timeEntries() == 0) {
        IndexBuilder builder = IndexBuilder.rebuild(channel, baseOffset, size);
        if (!retired) {
          SegmentIndex.deleteFiles(directory, baseOffset);
        }
        adopt(builder.index(), builder.maxTimestamp(), builder.maxTimestampOffset());
      } else {
        adopt(loaded, loaded.lastTimestamp(), loaded.lastTimestampOffset());
      }
    }
    return index;
  }

  /**
   * Appends batches that fit and were checked. Called by the writer only.
   *
   * @param next offset after the last batch
   * @param indexInterval bytes between two entries of an index
   * @throws IOException when nothing was appended; the file is as before, or {@link BrokenStoreException} is thrown
   */
  void append(ByteBuf batches, long next, int indexInterval) throws IOException {
    int start = size;
    FileHandle handle = file.acquire();
    SegmentIndex entries;
    try {
      entries = index(handle.channel());
      write(handle.channel(), batches, start);
    } catch (IOException | RuntimeException e) {
      cutAfterFailure(start, e);
      throw e;
    } finally {
      handle.release();
    }
    TailRing ring = tail;
    if (ring == null) {
      ring = new TailRing();
      tail = ring;
    }
    if (start == 0) {
      firstTimestamp = batches.getLong(batches.readerIndex() + MAX_TIMESTAMP_OFFSET);
    }
    int at = batches.readerIndex();
    int end = batches.writerIndex();
    int position = start;
    while (at < end) {
      int bytes = LOG_OVERHEAD + batches.getInt(at + LENGTH_OFFSET);
      int relativeBase = (int) (batches.getLong(at) - baseOffset);
      int relativeLast = relativeBase + batches.getInt(at + LAST_OFFSET_DELTA_OFFSET);
      long timestamp = batches.getLong(at + MAX_TIMESTAMP_OFFSET);
      ring.add(relativeBase, position, relativeLast + 1L);
      if (timestamp > maxTimestamp) {
        maxTimestamp = timestamp;
        maxTimestampOffset = relativeLast;
      }
      if (bytesSinceEntry > indexInterval) {
        entries.add(relativeLast, position, maxTimestamp, maxTimestampOffset);
        bytesSinceEntry = 0;
      }
      bytesSinceEntry += bytes;
      position += bytes;
      at += bytes;
    }
    nextOffset = next;
    size = position;
  }

  private static void write(FileChannel channel, ByteBuf batches, long position) throws IOException {
    int index = batches.readerIndex();
    int length = batches.readableBytes();
    if (batches.nioBufferCount() == 1) {
      // No copy and no new object: the buffer's own NIO view.
      writeFully(channel, batches.internalNioBuffer(index, length), position);
      return;
    }
    long at = position;
    for (ByteBuffer part : batches.nioBuffers(index, length)) {
      at += writeFully(channel, part, at);
    }
  }

  private static int writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    int length = bytes.remaining();
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    return length;
  }

  /** Removes what a failed write left. An interrupted writer has its channel closed by the JDK, hence a new one. */
  private void cutAfterFailure(int start, Exception cause) throws BrokenStoreException {
    boolean interrupted = Thread.interrupted();
    try {
      FileHandle handle = file.acquire();
      try {
        if (handle.channel().size() > start) {
          handle.channel().truncate(start);
        }
      } finally {
        handle.release();
      }
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      throw new BrokenStoreException("cannot remove the rest of a failed append from " + file.path(), cause);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Reads batches of this segment.
   *
   * @return null when the file is retired, and the caller looks again; a slice with base offset {@code Long.MIN_VALUE} when no
   *     batch here ends after the offset
   */
  LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    int bound = size;
    if (bound == 0 || offset >= nextOffset) {
      return NOTHING_HERE;
    }
    FileHandle handle = file.acquire();
    if (handle == null) {
      return null;
    }
    LogSlice slice = null;
    try {
      slice = SegmentReader.read(this, handle, bound, offset, maxBytes, endOffset, atLeastOne);
      return slice;
    } finally {
      // The records of the slice took over this use of the file.
      if (slice == null || slice.records().sizeBytes() == 0) {
        handle.release();
      }
    }
  }

  /** See {@link #read}. */
  static final LogSlice NOTHING_HERE = LogSlice.empty(Long.MIN_VALUE);

  TailRing tail() {
    return tail;
  }

  /**
   * @return base offset of the first batch that ends after an offset and whose timestamp is not lower; -1 for none; null to
   * look again
   */
  Long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    int bound = size;
    if (bound == 0 || fromOffset >= nextOffset) {
      return -1L;
    }
    FileHandle handle = file.acquire();
    if (handle == null) {
      return null;
    }
    try {
      SegmentIndex entries = index(handle.channel());
      if (maxTimestamp < timestamp) {
        return -1L;
      }
      long relative = Math.max(entries.floorOfTime(timestamp), fromOffset - baseOffset) - 1;
      BatchScanner scanner = new BatchScanner(handle.channel(), entries.floorOfOffset(relative), bound,
          BatchScanner.SEARCH_WINDOW);
      while (scanner.next()) {
        if (scanner.nextOffset() > fromOffset && scanner.maxTimestamp() >= timestamp) {
          return scanner.baseOffset();
        }
      }
      return -1L;
    } finally {
      handle.release();
    }
  }

  /** @return null when the file is retired, and the caller looks again */
  SegmentInfo info() throws IOException {
    if (size > 0 && (maxTimestamp == UNKNOWN || firstTimestamp == UNKNOWN)) {
      FileHandle handle = file.acquire();
      if (handle == null) {
        return null;
      }
      try {
        loadTimestamps(handle.channel());
      } finally {
        handle.release();
      }
    }
    try {
      long modified = Files.getLastModifiedTime(file.path()).toMillis();
      int bytes = size;
      return new SegmentInfo(baseOffset, nextOffset, bytes, maxTimestamp, bytes == 0 ? -1 : firstTimestamp, modified);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void loadTimestamps(FileChannel channel) throws IOException {
    if (maxTimestamp == UNKNOWN) {
      index(channel);
    }
    if (firstTimestamp == UNKNOWN) {
      BatchScanner scanner = new BatchScanner(channel, 0, size, BatchScanner.SEARCH_WINDOW);
      if (!scanner.next()) {
        throw new EOFException("no batch at the beginning of " + file.path());
      }
      firstTimestamp = scanner.maxTimestamp();
    }
  }

  /**
   * Enters the highest timestamp, so that the last entry tells it, and writes the indexes' files. At roll and close, by the
   * writer.
   *
   * @param force whether they are on stable storage then
   */
  void seal(boolean force) throws IOException {
    SegmentIndex current = index;
    if (current != null && size > 0) {
      current.addTime(maxTimestamp, maxTimestampOffset);
      saveIndex(force);
    }
    tail = null;
  }

  /** Ends the segment at an offset that may be higher than that after its last batch. */
  void endAt(long offset) {
    nextOffset = offset;
  }

  /** Ends this object: nobody can acquire its file any more, and its index is no longer saved; who reads may finish. */
  synchronized void retire() {
    retired = true;
    file.retire();
  }

  /** Ends this object. @return as {@link SegmentFile#retireAndTake} */
  synchronized FileChannel retireAndTake() throws IOException {
    retired = true;
    return file.retireAndTake();
  }

  /** @param force whether it is on stable storage then: without that, a crash of the machine may leave a part of it */
  synchronized void saveIndex(boolean force) throws IOException {
    SegmentIndex current = index;
    if (retired) {
      return;
    }
    if (current != null) {
      current.save(file.disk(), directory, baseOffset, force);
    } else if (force) {
      SegmentIndex.forceFiles(file.disk(), directory, baseOffset);
    }
  }

  /** Saves an index that was built anew, on stable storage. */
  synchronized void saveIndexIfNew() throws IOException {
    SegmentIndex current = index;
    if (current != null && !current.isSaved()) {
      saveIndex(true);
    }
  }

  void saveIndexIfMuchIsNew() throws IOException {
    SegmentIndex current = index;
    if (current != null && current.unsaved() >= UNSAVED_ENTRIES) {
      saveIndex(false);
    }
  }

  /** Frees the memory of the indexes. Not for the active segment. */
  void evictIndex() {
    SegmentIndex current = index;
    if (current != null && size > 0 && current.isSaved() && maxTimestamp != UNKNOWN) {
      index = null;
    }
  }

  /** Whether a roll is due because an index is full. */
  boolean isIndexFull(int maxBytes) {
    SegmentIndex current = index;
    return current != null && (current.entries() >= maxBytes / SegmentIndex.OFFSET_ENTRY_BYTES
        || current.timeEntries() >= maxBytes / SegmentIndex.TIME_ENTRY_BYTES);
  }

  @Override
  public String toString() {
    return "Segment[baseOffset=" + baseOffset + ", nextOffset=" + nextOffset + ", sizeBytes=" + size + "]";
  }
}
