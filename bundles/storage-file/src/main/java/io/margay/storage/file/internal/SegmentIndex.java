package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two sparse indexes of one segment. One thread adds, any number search. New entries are in memory until they are saved: when
 * there are enough, or the segment is flushed, rolled or closed. After that they are read from the files. Kafka's layout, all
 * numbers big endian:
 *
 * <pre>
 *   .index      last offset of a batch - base offset  int32 | position of that batch  int32
 *   .timeindex  highest timestamp so far              int64 | last offset of the first batch that has it - base offset  int32
 * </pre>
 *
 * Invariants: both columns of both rise; before a position is entered, and before it is saved, the highest timestamp up to that
 * batch is. So a time index may cover more than the other index, also after a kill, but never less. Existing files are complete:
 * they are first written, with all that is known, under another name, and renamed at the end.
 */
final class SegmentIndex {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentIndex.class);
  static final int OFFSET_ENTRY_BYTES = 8;
  static final int TIME_ENTRY_BYTES = 12;

  private final IndexFiles files;
  private final IndexCache cache;
  private final IndexColumn offsets;
  private final IndexColumn times;
  /** Held while files are written and forced, never by a thread that adds or searches. */
  private final Object saving = new Object();

  /** An index without entries. */
  SegmentIndex(IndexFiles files, IndexCache cache) {
    this.files = files;
    this.cache = cache;
    this.offsets = new IndexColumn(SegmentNames.INDEX, Integer.BYTES, cache);
    this.times = new IndexColumn(SegmentNames.TIME_INDEX, Long.BYTES, cache);
  }

  int entries() {
    return offsets.count();
  }

  int timeEntries() {
    return times.count();
  }

  /**
   * Adds an entry to both indexes, for a batch and the highest timestamp up to and including it.
   *
   * @param timestampOffset relative last offset of the first batch that has the timestamp
   */
  void add(int relativeLastOffset, int position, long timestamp, int timestampOffset) {
    // In this order: another thread may save in between.
    addTime(timestamp, timestampOffset);
    add(relativeLastOffset, position);
  }

  /** Adds an entry; ignored unless both numbers are higher than those of the last one. */
  private void add(int relativeLastOffset, int position) {
    if (offsets.lastFirst() < relativeLastOffset && Math.max(0, offsets.lastSecond()) < position) {
      offsets.add(relativeLastOffset, position);
    }
  }

  /** Adds an entry; ignored unless the timestamp is higher than that of the last one. */
  void addTime(long timestamp, int relativeLastOffset) {
    if (timestamp >= 0 && times.lastFirst() < timestamp && times.lastSecond() <= relativeLastOffset) {
      times.add(timestamp, relativeLastOffset);
    }
  }

  /** @return position of a batch that ends at or before the relative offset; 0 when no entry says more */
  int floorOfOffset(long relativeOffset) throws IOException {
    IndexColumn.Entry entry = entryOfOffset(relativeOffset);
    return entry == null ? 0 : entry.second();
  }

  /** @return last offset (relative) and position of a batch that ends at or before the relative offset, or null */
  IndexColumn.Entry entryOfOffset(long relativeOffset) throws IOException {
    return offsets.floor(files, relativeOffset, false);
  }

  /** @return whether the entry for the relative offset says this position */
  boolean contains(long relativeLastOffset, int position) throws IOException {
    IndexColumn.Entry entry = offsets.floor(files, relativeLastOffset, false);
    return entry != null && entry.first() == relativeLastOffset && entry.second() == position;
  }

  /** @return the highest position of a batch that is not above the given one; 0 when no entry says more */
  int floorOfPosition(long position) throws IOException {
    IndexColumn.Entry entry = offsets.floor(files, position, true);
    return entry == null ? 0 : entry.second();
  }

  /** @return a relative offset before which all timestamps are lower than the given one */
  long floorOfTime(long timestamp) throws IOException {
    IndexColumn.Entry entry = times.floor(files, timestamp, false);
    return entry == null ? 0 : entry.second();
  }

  /** @return the highest position that was entered; 0 when there is none */
  int lastPosition() {
    return Math.max(0, offsets.lastSecond());
  }

  /** @return the relative offset of {@link #lastPosition}; -1 when there is none */
  int lastOffset() {
    return (int) offsets.lastFirst();
  }

  /** @return the highest timestamp that was entered; -1 when there is none */
  long lastTimestamp() {
    return times.lastFirst();
  }

  /** @return relative offset of {@link #lastTimestamp} */
  int lastTimestampOffset() {
    return Math.max(0, times.lastSecond());
  }

  /**
   * @param owner the owner of the files that the copy writes
   * @return a copy without what is at or after a position and a relative offset; nothing of it is saved
   */
  SegmentIndex before(IndexFiles owner, int position, long relativeOffset) throws IOException {
    SegmentIndex copy = new SegmentIndex(owner, cache);
    offsets.forEach(files, (relative, at) -> {
      boolean before = at < position && relative < relativeOffset;
      if (before) {
        copy.add((int) relative, at);
      }
      return before;
    });
    times.forEach(files, (timestamp, relative) -> {
      boolean before = relative < relativeOffset;
      if (before) {
        copy.addTime(timestamp, relative);
      }
      return before;
    });
    return copy;
  }

  /** @return whether the files hold all entries */
  boolean isSaved() {
    return unsaved() == 0;
  }

  /** @return how many entries the files lack */
  int unsaved() {
    return offsets.unsaved() + times.unsaved();
  }

  /**
   * Appends new entries to the files, or writes both files when nothing was saved before. If that fails the files are deleted: no
   * records are refused because of an index, which is rebuilt when it is needed. Never under a lock that an append takes.
   *
   * @param force whether all that was ever saved is on stable storage when this returns
   * @return false when there are no files now, although there are entries
   * @throws IOException when they can be neither written nor deleted
   */
  boolean save(boolean force) throws IOException {
    synchronized (saving) {
      // In this order: what is added in between may be a timestamp too much, never one too few.
      int offsetEnd = offsets.count();
      int timeEnd = times.count();
      try {
        if (offsets.hasFile() || times.hasFile()) {
          times.append(files, timeEnd, force);
          offsets.append(files, offsetEnd, force);
        } else if (offsetEnd + timeEnd > 0) {
          writeWhole(offsetEnd, timeEnd, force);
        }
        return true;
      } catch (RetiredSegmentException e) {
        return true;
      } catch (IOException e) {
        LOG.warn("Cannot save an index, it is built again when it is needed files={} cause={}", files, e.toString());
        offsets.forgetFile();
        times.forgetFile();
        deleteAfterFailure();
        return false;
      }
    }
  }

  /** Under other names first: existing files are trusted, so they are never incomplete. */
  private void writeWhole(int offsetEnd, int timeEnd, boolean force) throws IOException {
    String suffix = SegmentNames.temporaryIndex();
    String offsetSuffix = SegmentNames.INDEX + suffix;
    String timeSuffix = SegmentNames.TIME_INDEX + suffix;
    try {
      if (offsetEnd > 0) {
        offsets.writeWhole(files, offsetSuffix, offsetEnd, force);
      }
      if (timeEnd > 0) {
        times.writeWhole(files, timeSuffix, timeEnd, force);
        files.rename(timeSuffix, SegmentNames.TIME_INDEX);
        times.wasSaved(timeEnd, force);
      }
      if (offsetEnd > 0) {
        files.rename(offsetSuffix, SegmentNames.INDEX);
        offsets.wasSaved(offsetEnd, force);
      }
    } catch (IOException e) {
      files.discard(offsetSuffix);
      files.discard(timeSuffix);
      throw e;
    }
  }

  private void deleteAfterFailure() throws IOException {
    try {
      files.delete();
    } catch (RetiredSegmentException e) {
      LOG.debug("An index that could not be saved is gone anyway files={}", files);
    }
  }

  /** Forces the files, if they exist, to stable storage. */
  static void forceFiles(Disk disk, Path directory, long baseOffset) throws IOException {
    for (Path path : new Path[] {SegmentNames.timeIndex(directory, baseOffset), SegmentNames.index(directory, baseOffset)}) {
      if (Files.exists(path)) {
        try (FileChannel channel = disk.open(path, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  static void deleteFiles(Path directory, long baseOffset) throws IOException {
    Files.deleteIfExists(SegmentNames.index(directory, baseOffset));
    Files.deleteIfExists(SegmentNames.timeIndex(directory, baseOffset));
  }

  /**
   * Takes over the files. Checks their last entries only; earlier entries are checked when they are read.
   *
   * @param logBytes size of the segment
   * @return null when they are missing or not valid: then they are rebuilt from the segment
   */
  static SegmentIndex attach(IndexFiles files, IndexCache cache, int logBytes) throws IOException {
    SegmentIndex index = new SegmentIndex(files, cache);
    try (FileChannel channel = files.open(SegmentNames.TIME_INDEX, StandardOpenOption.READ)) {
      if (!index.times.attach(channel)) {
        return null;
      }
    } catch (NoSuchFileException e) {
      return null;
    }
    try (FileChannel channel = files.open(SegmentNames.INDEX, StandardOpenOption.READ)) {
      int last = index.offsets.attach(channel) ? index.offsets.lastSecond() : -1;
      return last <= 0 || last >= logBytes ? null : index;
    } catch (NoSuchFileException e) {
      // A segment below one interval has no such file. A lost one is missed when the last timestamp's offset is looked for.
      return logBytes > BatchScanner.SCAN_WINDOW ? null : index;
    }
  }
}
