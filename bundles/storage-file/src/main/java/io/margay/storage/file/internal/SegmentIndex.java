package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sparse indexes of one segment in memory, and their files. One thread adds, any number search. What was added is appended
 * to the files in one go when the segment is flushed, rolled or closed; Kafka's layout, all numbers big endian:
 *
 * <pre>
 *   .index      last offset of a batch - base offset  int32 | position of that batch  int32
 *   .timeindex  highest timestamp so far              int64 | last offset of the first batch that has it - base offset  int32
 * </pre>
 *
 * Invariants: both columns of both rise; before a position is entered, and before it is saved, the highest timestamp up to that
 * batch is. So a time index may tell of more than the other one does, also after a kill, but never of less.
 */
final class SegmentIndex {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentIndex.class);
  static final int OFFSET_ENTRY_BYTES = 8;
  static final int TIME_ENTRY_BYTES = 12;
  private static final long[] NOTHING = {};

  /** Relative offset (high 32 bits) and position. Replaced when it grows; written below {@link #offsetCount} never again. */
  private volatile long[] offsets = NOTHING;
  private volatile int offsetCount;
  /** Pairs of timestamp and relative offset. */
  private volatile long[] times = NOTHING;
  private volatile int timeCount;
  private int savedOffsets;
  private int savedTimes;
  private int forcedOffsets;
  private int forcedTimes;

  int entries() {
    return offsetCount;
  }

  int timeEntries() {
    return timeCount;
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
    int n = offsetCount;
    if (n > 0 && (relative(offsets[n - 1]) >= relativeLastOffset || position(offsets[n - 1]) >= position)) {
      return;
    }
    if (n == offsets.length) {
      offsets = Arrays.copyOf(offsets, Math.max(8, n + (n >> 1)));
    }
    offsets[n] = ((long) relativeLastOffset << 32) | position;
    offsetCount = n + 1;
  }

  /** Adds an entry; ignored unless the timestamp is higher than that of the last one. */
  void addTime(long timestamp, int relativeLastOffset) {
    int n = timeCount;
    if (timestamp < 0 || n > 0 && (times[2 * n - 2] >= timestamp || times[2 * n - 1] > relativeLastOffset)) {
      return;
    }
    if (2 * n == times.length) {
      times = Arrays.copyOf(times, Math.max(4, 2 * (n + (n >> 1) + 1)));
    }
    times[2 * n] = timestamp;
    times[2 * n + 1] = relativeLastOffset;
    timeCount = n + 1;
  }

  /** @return position of a batch that ends at or before the relative offset; 0 when no entry says more */
  int floorOfOffset(long relativeOffset) {
    int n = offsetCount;
    long[] entries = offsets;
    int low = 0;
    while (low < n) {
      int middle = (low + n) >>> 1;
      if (relative(entries[middle]) <= relativeOffset) {
        low = middle + 1;
      } else {
        n = middle;
      }
    }
    return low == 0 ? 0 : position(entries[low - 1]);
  }

  /** @return whether the entry for the relative offset says this position */
  boolean contains(long relativeLastOffset, int position) {
    int low = Arrays.binarySearch(offsets, 0, offsetCount, (relativeLastOffset << 32) | position);
    return low >= 0;
  }

  /** @return the highest position of a batch that is not above the given one; 0 when no entry says more */
  int floorOfPosition(long position) {
    int n = offsetCount;
    long[] entries = offsets;
    int low = 0;
    while (low < n) {
      int middle = (low + n) >>> 1;
      if (position(entries[middle]) <= position) {
        low = middle + 1;
      } else {
        n = middle;
      }
    }
    return low == 0 ? 0 : position(entries[low - 1]);
  }

  /** @return a relative offset before which all timestamps are lower than the given one */
  long floorOfTime(long timestamp) {
    int n = timeCount;
    long[] entries = times;
    int low = 0;
    while (low < n) {
      int middle = (low + n) >>> 1;
      if (entries[2 * middle] <= timestamp) {
        low = middle + 1;
      } else {
        n = middle;
      }
    }
    return low == 0 ? 0 : entries[2 * low - 1];
  }

  /** @return relative last offset (high 32 bits) and position of the last entry; -1 when there is none */
  long lastEntry() {
    int n = offsetCount;
    return n == 0 ? -1 : offsets[n - 1];
  }

  /** @return the highest timestamp that was entered; -1 when there is none */
  long lastTimestamp() {
    int n = timeCount;
    return n == 0 ? -1 : times[2 * n - 2];
  }

  /** @return relative offset of {@link #lastTimestamp} */
  int lastTimestampOffset() {
    int n = timeCount;
    return n == 0 ? 0 : (int) times[2 * n - 1];
  }

  static int relative(long entry) {
    return (int) (entry >>> 32);
  }

  static int position(long entry) {
    return (int) entry;
  }

  /** @return a copy without what lies at or after a position and a relative offset; its files are not yet cut */
  SegmentIndex before(int position, long relativeOffset) {
    SegmentIndex copy = new SegmentIndex();
    for (int i = 0; i < offsetCount && position(offsets[i]) < position && relative(offsets[i]) < relativeOffset; i++) {
      copy.add(relative(offsets[i]), position(offsets[i]));
    }
    for (int i = 0; i < timeCount && times[2 * i + 1] < relativeOffset; i++) {
      copy.addTime(times[2 * i], (int) times[2 * i + 1]);
    }
    return copy;
  }

  /** @return whether the files hold all entries */
  synchronized boolean isSaved() {
    return savedOffsets == offsetCount && savedTimes == timeCount;
  }

  /** @return how many positions its file lacks */
  synchronized int unsaved() {
    return offsetCount - savedOffsets;
  }

  /**
   * Appends what is new to the files, or writes them anew when nothing of this object was saved before. When that fails the files
   * are deleted: records are not refused for the sake of an index, which is built anew when it is needed.
   *
   * @param force whether all that was ever saved is on stable storage when this returns
   * @throws IOException when they can be neither written nor deleted
   */
  synchronized void save(Disk disk, Path directory, long baseOffset, boolean force) throws IOException {
    int offsetEnd = offsetCount;
    int timeEnd = timeCount;
    try {
      if (timeEnd > (force ? forcedTimes : savedTimes)) {
        ByteBuffer bytes = ByteBuffer.allocate((timeEnd - savedTimes) * TIME_ENTRY_BYTES);
        for (int i = savedTimes; i < timeEnd; i++) {
          bytes.putLong(times[2 * i]).putInt((int) times[2 * i + 1]);
        }
        append(disk, SegmentNames.timeIndex(directory, baseOffset), bytes, (long) savedTimes * TIME_ENTRY_BYTES, force);
        savedTimes = timeEnd;
        forcedTimes = force ? timeEnd : forcedTimes;
      }
      if (offsetEnd > (force ? forcedOffsets : savedOffsets)) {
        ByteBuffer bytes = ByteBuffer.allocate((offsetEnd - savedOffsets) * OFFSET_ENTRY_BYTES);
        for (int i = savedOffsets; i < offsetEnd; i++) {
          bytes.putLong(offsets[i]);
        }
        append(disk, SegmentNames.index(directory, baseOffset), bytes, (long) savedOffsets * OFFSET_ENTRY_BYTES, force);
        savedOffsets = offsetEnd;
        forcedOffsets = force ? offsetEnd : forcedOffsets;
      }
    } catch (IOException e) {
      LOG.warn("Cannot save an index, it is built anew when it is needed directory={} baseOffset={} cause={}",
          directory.getFileName(), baseOffset, e.toString());
      savedOffsets = 0;
      savedTimes = 0;
      forcedOffsets = 0;
      forcedTimes = 0;
      deleteFiles(directory, baseOffset);
    }
  }

  private static void append(Disk disk, Path path, ByteBuffer bytes, long position, boolean force) throws IOException {
    bytes.flip();
    try (FileChannel channel = disk.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (channel.size() > position) {
        channel.truncate(position);
      }
      long at = position;
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
      if (force) {
        channel.force(true);
      }
    }
  }

  /** Forces the files, as far as they are there, to stable storage. */
  static void forceFiles(Disk disk, Path directory, long baseOffset) throws IOException {
    for (Path path : List.of(SegmentNames.timeIndex(directory, baseOffset), SegmentNames.index(directory, baseOffset))) {
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
   * Reads the files.
   *
   * @param logBytes size of the segment
   * @return null when they are not there or cannot be right: then they are built anew from the segment
   */
  static SegmentIndex load(Path directory, long baseOffset, int logBytes) throws IOException {
    ByteBuffer times = read(SegmentNames.timeIndex(directory, baseOffset));
    ByteBuffer offsets = read(SegmentNames.index(directory, baseOffset));
    if (offsets == null) {
      // A segment below one interval has no such file. A lost one is missed when the last timestamp's offset is looked for.
      offsets = ByteBuffer.allocate(0);
      times = logBytes > BatchScanner.SCAN_WINDOW ? null : times;
    }
    if (times == null || times.capacity() % TIME_ENTRY_BYTES != 0 || offsets.capacity() % OFFSET_ENTRY_BYTES != 0) {
      return null;
    }
    SegmentIndex index = new SegmentIndex();
    index.offsets = new long[offsets.capacity() / OFFSET_ENTRY_BYTES];
    index.times = new long[times.capacity() / TIME_ENTRY_BYTES * 2];
    while (offsets.hasRemaining()) {
      int relativeOffset = offsets.getInt();
      int position = offsets.getInt();
      if (relativeOffset < 0 || position <= 0 || position >= logBytes) {
        return null;
      }
      index.add(relativeOffset, position);
    }
    while (times.hasRemaining()) {
      index.addTime(times.getLong(), times.getInt());
    }
    index.savedOffsets = index.offsetCount;
    index.savedTimes = index.timeCount;
    // An entry that add() refused does not rise.
    boolean complete = index.savedOffsets * OFFSET_ENTRY_BYTES == offsets.capacity()
        && index.savedTimes * TIME_ENTRY_BYTES == times.capacity();
    return complete ? index : null;
  }

  private static ByteBuffer read(Path path) throws IOException {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
