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
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One segment: its file, its indexes, what was written. Batches never change once readers can see them; cutting the tail ends this
 * object and creates another one.
 *
 * <p>The writer makes bytes visible in this order: file, indexes and ring, {@link #nextOffset}, {@link #size}. A reader looks at
 * the size first and so sees everything that belongs to it.
 */
final class Segment {
  private static final Logger LOG = LoggerFactory.getLogger(Segment.class);
  private static final long UNKNOWN = Long.MIN_VALUE;
  /** An index with this many unsaved entries, for one or two mebibytes of log, is saved in the background. */
  private static final int UNSAVED_ENTRIES = 512;
  private static final int UNSAVED_ENTRIES_MAX = 16 * UNSAVED_ENTRIES;

  private final long baseOffset;
  private final SegmentFile file;
  private final NamedIndexFiles indexFiles;
  private volatile int size;
  private volatile long nextOffset;
  /** Null until it is needed, and after {@link #evictIndex}. */
  private volatile SegmentIndex index;
  /** Null unless this segment was appended to since it was opened. */
  private volatile TailRing tail;
  private volatile long maxTimestamp = UNKNOWN;
  private volatile long firstTimestamp = UNKNOWN;
  private volatile long lastModifiedMs = UNKNOWN;
  /** Last offset of the first batch with the highest timestamp, relative. Owned by the writer. */
  private int maxTimestampOffset;
  private int bytesSinceEntry;
  /** Whether the engine was asked to save the index and has not done so. */
  private volatile boolean saveAsked;
  /** Whether batches were added, or the index was rebuilt, so that the files of the index may lack entries. */
  private volatile boolean changed;
  /** Held while the index is read from its files or rebuilt. Never by the writer of an active segment. */
  private final Object loading = new Object();

  Segment(Path directory, long baseOffset, SegmentFile file, int size, long nextOffset) {
    this.baseOffset = baseOffset;
    this.file = file;
    this.indexFiles = new NamedIndexFiles(directory, baseOffset, file.disk());
    this.size = size;
    this.nextOffset = nextOffset;
    if (size == 0) {
      index = newIndex();
      maxTimestamp = -1;
    }
  }

  IndexFiles indexFiles() {
    return indexFiles;
  }

  SegmentIndex newIndex() {
    return new SegmentIndex(indexFiles, file.resources().indexes());
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

  /** Gives the segment a known index: one that was taken over, or that recovery built. */
  void adopt(SegmentIndex known, long highestTimestamp, int highestTimestampOffset) {
    maxTimestamp = highestTimestamp;
    maxTimestampOffset = highestTimestampOffset;
    bytesSinceEntry = size - known.lastPosition();
    index = known;
  }

  /** Gives the segment a rebuilt index; it is saved soon when it is large. */
  void adoptBuilt(IndexBuilder builder) throws IOException {
    adopt(builder.index(), builder.maxTimestamp(), builder.maxTimestampOffset());
    if (builder.firstTimestamp() != IndexBuilder.NO_BATCH) {
      firstTimestamp = builder.firstTimestamp();
    }
    changed = true;
    saveIndexIfMuchIsNew();
  }

  /** Another segment still has the names of its index files: see {@link #takePlace}. */
  Segment withoutNames() {
    indexFiles.give();
    return this;
  }

  /** The segments that this one replaces are gone: it takes over their names. */
  void takePlace() throws IOException {
    file.moveTo(SegmentNames.log(indexFiles.directory(), baseOffset));
    indexFiles.take();
    saveIndexIfMuchIsNew();
  }

  /** @param timestamp the highest timestamp of the first batch */
  void firstTimestamp(long timestamp) {
    firstTimestamp = timestamp;
  }

  /** The values for which the rest of this class needs the indexes; these are read, or rebuilt, on first use. */
  SegmentIndex index(FileChannel channel) throws IOException {
    SegmentIndex current = index;
    return current != null ? current : loadIndex(channel);
  }

  private SegmentIndex loadIndex(FileChannel channel) throws IOException {
    synchronized (loading) {
      if (index == null) {
        SegmentIndex loaded = SegmentIndex.attach(indexFiles, file.resources().indexes(), size);
        if (loaded == null) {
          rebuildIndex(channel);
        } else {
          adopt(loaded, loaded.lastTimestamp(), loaded.lastTimestampOffset());
        }
      }
      return index;
    }
  }

  private void rebuildIndex(FileChannel channel) throws IOException {
    // One at a time: until it is saved the whole index is in memory.
    synchronized (file.resources()) {
      LOG.info("Building the index of a segment again directory={} baseOffset={}", indexFiles.directoryName(), baseOffset);
      IndexBuilder builder = IndexBuilder.rebuild(channel, newIndex(), baseOffset, size);
      indexFiles.delete();
      adoptBuilt(builder);
    }
  }

  /** What was read from the index is not valid; it is rebuilt when it is needed next. */
  private void onDamage(DamagedIndexException cause) throws IOException {
    synchronized (loading) {
      LOG.warn("The index of a segment is damaged directory={} baseOffset={} cause={}", indexFiles.directoryName(), baseOffset,
          cause.getMessage());
      indexFiles.delete();
      index = null;
    }
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
    SegmentIndex entries;
    FileHandle handle = file.acquire();
    try {
      entries = index(handle.channel());
      changed = true;
      SegmentFile.write(handle.channel(), batches, start);
    } catch (IOException | RuntimeException e) {
      file.cutAfterFailure(start, e);
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
    boundUnsaved(entries);
  }

  /**
   * Reads batches of this segment.
   *
   * @return null when the file is retired, and the caller retries; a slice with base offset {@code Long.MIN_VALUE} when no batch
   *     here ends after the offset
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
    } catch (RetiredSegmentException e) {
      return null;
    } catch (DamagedIndexException e) {
      onDamage(e);
      return null;
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
   * @return base offset of the first batch that ends after an offset and whose timestamp is not lower; -1 for none; null to retry
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
    } catch (RetiredSegmentException e) {
      return null;
    } catch (DamagedIndexException e) {
      onDamage(e);
      return null;
    } finally {
      handle.release();
    }
  }

  /**
   * What is known about the active segment without reading from the disk.
   *
   * @return a description whose time of change may be -1
   */
  SegmentInfo infoInMemory() {
    int bytes = size;
    return new SegmentInfo(baseOffset, nextOffset, bytes, known(maxTimestamp), bytes == 0 ? -1 : known(firstTimestamp), -1);
  }

  private static long known(long timestamp) {
    return timestamp == UNKNOWN ? -1 : timestamp;
  }

  /**
   * @param active whether it is still written to, so that its modification time is read each time
   * @return null when the file is retired, and the caller retries
   */
  SegmentInfo info(boolean active) throws IOException {
    if (size > 0 && (maxTimestamp == UNKNOWN || firstTimestamp == UNKNOWN)) {
      FileHandle handle = file.acquire();
      if (handle == null) {
        return null;
      }
      try {
        loadTimestamps(handle.channel());
      } catch (RetiredSegmentException e) {
        return null;
      } finally {
        handle.release();
      }
    }
    try {
      long modified = lastModifiedMs;
      if (modified == UNKNOWN || active) {
        modified = Files.getLastModifiedTime(file.path()).toMillis();
        lastModifiedMs = active ? UNKNOWN : modified;
      }
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
   * Enters the highest timestamp, so that the last entry contains it, and writes the index files. At roll and close, by the writer.
   *
   * @param force whether they are on stable storage afterwards
   */
  void seal(boolean force) throws IOException {
    SegmentIndex current = index;
    if (changed && current != null && size > 0) {
      current.addTime(maxTimestamp, maxTimestampOffset);
      saveIndex(force);
    }
    tail = null;
  }

  /** Called by recovery, before others see the segment, with what is left of it. */
  void recovered(int sizeBytes, long next) {
    size = sizeBytes;
    nextOffset = next;
  }

  /** Ends the segment at an offset that may be higher than that after its last batch. */
  void endAt(long offset) {
    nextOffset = offset;
  }

  /** Ends this object: its file can no longer be acquired, and its index is no longer saved; current readers may finish. */
  void retire() {
    indexFiles.give();
    file.retire();
  }

  /** Ends this object. @return as {@link SegmentFile#retireAndTake} */
  FileChannel retireAndTake() throws IOException {
    indexFiles.give();
    return file.retireAndTake();
  }

  /** @param force whether it is on stable storage afterwards: otherwise a crash of the machine may leave a part of it */
  void saveIndex(boolean force) throws IOException {
    SegmentIndex current = index;
    if (current != null) {
      if (!current.save(force) && tail == null) {
        index = null;
      }
    } else if (force) {
      indexFiles.force();
    }
  }

  /** Saves a rebuilt index, on stable storage. */
  void saveIndexIfNew() throws IOException {
    SegmentIndex current = index;
    if (current != null && !current.isSaved()) {
      saveIndex(true);
    }
  }

  /** Whether the index has grown so much that it should be saved soon. True once until it is saved; called after each append. */
  boolean wantsSave() {
    if (saveAsked || !isMuchUnsaved()) {
      return false;
    }
    saveAsked = true;
    return true;
  }

  private boolean isMuchUnsaved() {
    SegmentIndex current = index;
    return current != null && current.unsaved() >= UNSAVED_ENTRIES;
  }

  void saveIndexIfMuchIsNew() throws IOException {
    try {
      if (isMuchUnsaved()) {
        saveIndex(false);
      }
    } finally {
      saveAsked = false;
    }
  }

  /** Frees the memory of the indexes. Not for the active segment. */
  void evictIndex() {
    SegmentIndex current = index;
    if (current != null && size > 0 && current.isSaved() && current.timeEntries() > 0 && maxTimestamp != UNKNOWN) {
      index = null;
    }
  }

  /** Whether a roll is due because an index is full. */
  boolean isIndexFull(int maxBytes) {
    SegmentIndex current = index;
    return current != null && (current.entries() >= maxBytes / SegmentIndex.OFFSET_ENTRY_BYTES
        || current.timeEntries() >= maxBytes / SegmentIndex.TIME_ENTRY_BYTES);
  }

  /** Saves the index on the writer's own thread when the background falls far behind, so that its memory is bounded. */
  private void boundUnsaved(SegmentIndex entries) {
    if (entries.unsaved() >= UNSAVED_ENTRIES_MAX) {
      try {
        saveIndex(false);
      } catch (IOException e) {
        // The records are stored; saving the index is tried again.
        LOG.warn("Cannot save an index directory={} baseOffset={} cause={}", indexFiles.directoryName(), baseOffset, e.toString());
      }
    }
  }

  @Override
  public String toString() {
    return "Segment[baseOffset=" + baseOffset + ", nextOffset=" + nextOffset + ", sizeBytes=" + size + "]";
  }
}
