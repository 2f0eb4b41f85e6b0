package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** Creates, cuts and drops the files of segments. Stateless; called by the writer of a log. */
final class SegmentFiles {
  /**
   * Where a segment is cut.
   *
   * @param position size of the part that is kept
   * @param nextOffset offset after the last batch that is kept, or the base offset
   * @param endOffset the log's new end
   */
  record Cut(int position, long nextOffset, long endOffset) { }

  private static final int COPY_BYTES = 1 << 16;

  private SegmentFiles() {
  }

  /** @return index of the last segment that begins at or before the offset; 0 when there is none */
  static int floor(Segment[] segments, long offset) {
    int low = 0;
    int high = segments.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments[middle].baseOffset() <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** @return the segments of {@code [from, to)}, which are whole and not the last one */
  static List<Segment> whole(Segment[] segments, long fromOffset, long toOffset) {
    int from = floor(segments, fromOffset);
    int to = from;
    while (to < segments.length && segments[to].nextOffset() < toOffset) {
      to++;
    }
    if (to >= segments.length - 1 || segments[from].baseOffset() != fromOffset || segments[to].nextOffset() != toOffset) {
      throw new IllegalArgumentException("[" + fromOffset + ", " + toOffset + ") are not whole segments before the last one of "
          + Arrays.toString(segments));
    }
    return List.of(Arrays.copyOfRange(segments, from, to + 1));
  }

  /** A new empty segment, open for writing. */
  static Segment create(Path directory, SegmentResources resources, long baseOffset) throws IOException {
    Path path = SegmentNames.log(directory, baseOffset);
    // A crash may have brought back those of an earlier segment of this name.
    SegmentIndex.deleteFiles(directory, baseOffset);
    FileChannel channel = resources.disk().open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new Segment(directory, baseOffset, new SegmentFile(resources, path, channel), 0, baseOffset);
  }

  /** A segment whose file exists, opened when needed. */
  static Segment existing(Path directory, SegmentResources resources, long baseOffset, int size, long nextOffset) {
    return existing(directory, resources, SegmentNames.log(directory, baseOffset), baseOffset, size, nextOffset);
  }

  private static Segment existing(Path directory, SegmentResources resources, Path path, long baseOffset, int size,
      long nextOffset) {
    return new Segment(directory, baseOffset, new SegmentFile(resources, path, null), size, nextOffset);
  }

  /** A segment of a replacement, whose file does not have its final name yet, and which uses no other names until then. */
  static Segment cleaned(Path directory, SegmentResources resources, long baseOffset, int size, long nextOffset) {
    return existing(directory, resources, directory.resolve(SegmentNames.of(baseOffset, SegmentNames.CLEANED)), baseOffset, size,
        nextOffset).withoutNames();
  }

  /** A new file of a replacement, empty. */
  static FileChannel createCleaned(Path directory, Disk disk, long baseOffset) throws IOException {
    return disk.open(directory.resolve(SegmentNames.of(baseOffset, SegmentNames.CLEANED)), StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
  }

  /** Ends a segment and requests the deletion of its file; readers that hold it may finish. */
  static void drop(Path directory, Segment segment, StoreOwner owner) throws IOException {
    segment.retire();
    Path path = segment.file().path();
    Path gone = path.resolveSibling(path.getFileName() + SegmentNames.DELETED);
    SegmentIndex.deleteFiles(directory, segment.baseOffset());
    Files.move(path, gone, StandardCopyOption.ATOMIC_MOVE);
    owner.deleteLater(gone);
  }

  /**
   * Forces segments that hold offsets of {@code [from, to)} to stable storage, and writes their indexes, which are forced too where
   * the segment is complete.
   *
   * @return false when one of them was retired meanwhile
   */
  static boolean force(Segment[] segments, long from, long to) throws IOException {
    boolean complete = true;
    for (Segment segment : segments) {
      if (segment.size() == 0 || segment.nextOffset() <= from || segment.baseOffset() >= to) {
        continue;
      }
      FileHandle handle = segment.file().acquire();
      if (handle == null) {
        complete = false;
        continue;
      }
      try {
        handle.channel().force(false);
      } finally {
        handle.release();
      }
      segment.saveIndex(segment != segments[segments.length - 1]);
    }
    return complete;
  }

  /**
   * Writes again in place what is at or after an offset, so that the next flush really writes it: after a failed flush the kernel
   * considers pages written that are not.
   */
  static void writeAgain(List<Segment> segments, long from) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
    for (Segment segment : segments) {
      if (segment.size() == 0 || segment.nextOffset() <= from) {
        continue;
      }
      FileHandle handle = segment.file().acquire();
      try {
        FileChannel channel = handle.channel();
        int at = segment.index(channel).floorOfOffset(from - segment.baseOffset());
        while (at < segment.size()) {
          buffer.clear().limit(Math.min(COPY_BYTES, segment.size() - at));
          BatchScanner.readFully(channel, buffer, at);
          while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
          }
        }
      } finally {
        handle.release();
      }
    }
  }

  /** Finds the first batch that ends after an offset. */
  static Cut findCut(Segment segment, long offset) throws IOException {
    long base = segment.baseOffset();
    FileHandle handle = segment.file().acquire();
    try {
      int from = segment.index(handle.channel()).floorOfOffset(offset - 1 - base);
      BatchScanner scanner = new BatchScanner(handle.channel(), from, segment.size(), BatchScanner.SEARCH_WINDOW);
      long next = base;
      while (scanner.next()) {
        if (scanner.nextOffset() > offset) {
          return new Cut(scanner.position(), next, Math.min(offset, scanner.baseOffset()));
        }
        next = scanner.nextOffset();
      }
      return new Cut(segment.size(), next, offset);
    } finally {
      handle.release();
    }
  }

  /**
   * Cuts a segment. When readers hold parts of its file, they keep that file unchanged, and the part that is kept is copied.
   *
   * @return the segment that replaces it
   */
  static Segment cut(Path directory, SegmentResources resources, Segment segment, Cut cut) throws IOException {
    long base = segment.baseOffset();
    Path path = segment.file().path();
    Segment result;
    SegmentIndex kept;
    FileHandle handle = segment.file().acquire();
    try {
      SegmentIndex all = segment.index(handle.channel());
      result = new Segment(directory, base, new SegmentFile(resources, path, null), cut.position(), cut.endOffset());
      kept = all.before(result.indexFiles(), cut.position(), cut.nextOffset() - base);
    } finally {
      handle.release();
    }
    FileChannel taken = segment.retireAndTake();
    // Before the cut: a crash in between leaves a segment whose index is missing, not one that is wrong.
    SegmentIndex.deleteFiles(directory, base);
    try (FileChannel channel = taken != null ? taken : copy(resources.disk(), path, cut.position())) {
      if (taken != null) {
        channel.truncate(cut.position());
      }
      complete(result, kept, channel);
    }
    return result;
  }

  /** Adds to the index what is between its last entry and the end. */
  private static void complete(Segment segment, SegmentIndex kept, FileChannel channel) throws IOException {
    if (segment.size() > 0) {
      IndexBuilder builder = new IndexBuilder(segment.baseOffset(), kept, 0);
      BatchScanner scanner = new BatchScanner(channel, kept.lastPosition(), segment.size(), BatchScanner.SCAN_WINDOW);
      while (scanner.next()) {
        builder.add(scanner);
      }
      segment.adoptBuilt(builder);
    }
  }

  private static FileChannel copy(Disk disk, Path path, int bytes) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + SegmentNames.TEMPORARY);
    FileChannel target = disk.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.READ, StandardOpenOption.WRITE);
    try (FileChannel source = disk.open(path, StandardOpenOption.READ)) {
      long at = 0;
      while (at < bytes) {
        long count = source.transferTo(at, bytes - at, target);
        if (count <= 0) {
          throw new IOException("the segment " + path + " ends at " + at + ", expected " + bytes);
        }
        at += count;
      }
      // Part of it may have been flushed before, and counts as flushed.
      target.force(true);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (IOException e) {
      target.close();
      throw e;
    }
  }
}
