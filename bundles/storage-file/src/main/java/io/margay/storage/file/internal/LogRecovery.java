package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Opens the segments of a partition. After a clean close the files are trusted, and only the headers after the last index entry are
 * read to find the end. Otherwise everything from the recovery point on is read and its checksums are verified; the log is cut at
 * the first byte that is not part of a valid batch, and the indexes of what was read are rebuilt. Used once, for one opening.
 */
final class LogRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int WORTH_SAYING_BYTES = 1 << 24;

  /** Trust everything: the log was closed cleanly. */
  static final long CLEAN = Long.MAX_VALUE;
  /** Trust what the saved indexes cover: the process was killed, but what it wrote to the page cache still exists. */
  static final long WRITTEN = Long.MAX_VALUE - 1;

  private final Path directory;
  private final SegmentResources resources;
  private final long recoveryPoint;
  private final List<Segment> segments = new ArrayList<>();
  private String[] names;
  private long scannedBytes;
  private long cutBytes;

  /** @param recoveryPoint offset below which everything is trusted, {@link #CLEAN} or {@link #WRITTEN} */
  LogRecovery(Path directory, SegmentResources resources, long recoveryPoint) {
    this.directory = directory;
    this.resources = resources;
    this.recoveryPoint = recoveryPoint;
  }

  /** Completes what a crash interrupted, and opens the segments. @return the segments, at least one */
  List<Segment> open() throws IOException {
    long[] bases = tidy();
    if (bases.length == 0) {
      Files.createFile(SegmentNames.log(directory, 0));
      bases = new long[] {0};
    }
    boolean clean = recoveryPoint == CLEAN;
    for (int i = 0; i < bases.length; i++) {
      boolean last = i == bases.length - 1;
      Path path = SegmentNames.log(directory, bases[i]);
      long size = Files.size(path);
      if (size > Integer.MAX_VALUE) {
        throw new IOException("the segment " + path + " has " + size + " bytes, more than 2 GiB");
      }
      if (!last && bases[i + 1] <= recoveryPoint) {
        segments.add(SegmentFiles.existing(directory, resources, bases[i], (int) size, bases[i + 1]));
        continue;
      }
      Segment segment = size == 0 ? SegmentFiles.existing(directory, resources, bases[i], 0, bases[i]) : null;
      if (segment == null && clean) {
        segment = openTail(bases[i], path, (int) size);
      }
      if (segment == null) {
        segment = recover(bases[i], path, (int) size);
      }
      segments.add(segment);
      if (!last && (segment.size() < size || segment.nextOffset() > bases[i + 1])) {
        dropFrom(bases, i + 1);
        break;
      }
      if (!last) {
        segment.endAt(bases[i + 1]);
        segment.seal(false);
      }
    }
    // Thousands of small logs are recovered after a kill: one line each would cost more than the recovery.
    Level level = cutBytes > 0 || scannedBytes > WORTH_SAYING_BYTES ? Level.INFO : Level.DEBUG;
    LOG.atLevel(level).log("Opened a log directory={} scannedBytes={} cutBytes={} endOffset={}", directory.getFileName(),
        scannedBytes, cutBytes, segments.get(segments.size() - 1).nextOffset());
    return segments;
  }

  /** @return the files that {@link #open} found */
  String[] names() {
    return names;
  }

  /** @return base offsets of the segments in order */
  private long[] tidy() throws IOException {
    names = SegmentSwap.names(directory);
    boolean swapped = false;
    for (String name : names) {
      if (SegmentNames.baseOffset(name, SegmentNames.SWAP) >= 0) {
        SegmentSwap swap = SegmentSwap.read(directory.resolve(name));
        if (swap == null) {
          LOG.warn("A decision to replace segments cannot be read, the segments stay directory={} file={}",
              directory.getFileName(), name);
          Files.delete(directory.resolve(name));
        } else {
          LOG.info("Completing a replacement of segments directory={} file={}", directory.getFileName(), name);
          swap.finish(directory);
        }
        swapped = true;
      }
    }
    if (swapped) {
      names = SegmentSwap.names(directory);
    }
    long[] bases = new long[names.length];
    int count = 0;
    for (String name : names) {
      long base = SegmentNames.baseOffset(name, SegmentNames.LOG);
      if (base >= 0) {
        bases[count++] = base;
      } else if (name.endsWith(SegmentNames.CLEANED) || name.endsWith(SegmentNames.DELETED)
          || name.endsWith(SegmentNames.TEMPORARY)) {
        Files.deleteIfExists(directory.resolve(name));
      }
    }
    bases = Arrays.copyOf(bases, count);
    Arrays.sort(bases);
    return bases;
  }

  /** The log ends before these: segments after a gap cannot be kept, because offsets must not be assigned twice. */
  private void dropFrom(long[] bases, int first) throws IOException {
    for (int i = bases.length - 1; i >= first; i--) {
      Path path = SegmentNames.log(directory, bases[i]);
      cutBytes += Files.size(path);
      SegmentIndex.deleteFiles(directory, bases[i]);
      Files.delete(path);
    }
    LOG.warn("Dropped segments after a damaged one directory={} firstBaseOffset={} count={}", directory.getFileName(),
        bases[first], bases.length - first);
  }

  /**
   * Finds the end of the last segment after a clean close, and what appends need to know about it, so that the first append does
   * not wait for a disk.
   *
   * @return null when the files are not as the close left them
   */
  private Segment openTail(long base, Path path, int size) throws IOException {
    Segment segment = SegmentFiles.existing(directory, resources, base, size, base);
    SegmentIndex index = segment.newIndex();
    // Most small partitions have no such file, and asking the system for it costs more than searching the listed names.
    if (hasFile(base, SegmentNames.INDEX)) {
      index = SegmentIndex.attach(segment.indexFiles(), resources.indexes(), size);
      if (index == null) {
        return null;
      }
    }
    try (FileChannel channel = resources.disk().open(path, StandardOpenOption.READ)) {
      IndexBuilder builder = new IndexBuilder(base, index, 0);
      BatchScanner scanner = new BatchScanner(channel, index.lastPosition(), size, BatchScanner.SEARCH_WINDOW);
      boolean known = index.entries() > 0;
      long next = -1;
      while (scanner.next()) {
        if (next < 0 && known && scanner.lastOffset() - base != index.lastOffset()) {
          return null;
        }
        builder.add(scanner);
        next = scanner.nextOffset();
      }
      if (scanner.position() < size) {
        return null;
      }
      segment.endAt(next);
      segment.adopt(index, builder.maxTimestamp(), builder.maxTimestampOffset());
      segment.firstTimestamp(known ? firstTimestamp(channel, size) : builder.firstTimestamp());
      return segment;
    }
  }

  private static long firstTimestamp(FileChannel channel, int size) throws IOException {
    BatchScanner first = new BatchScanner(channel, 0, size, BatchScanner.HEADER_WINDOW);
    return first.next() ? first.maxTimestamp() : -1;
  }

  /** Reads a segment from the recovery point on, cuts it at the first damage, and rebuilds its index. */
  private Segment recover(long base, Path path, int size) throws IOException {
    Segment segment = SegmentFiles.existing(directory, resources, base, size, base);
    try (FileChannel channel = resources.disk().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int start = trustedPosition(segment, channel);
      IndexBuilder builder = trustedIndex(segment, channel, start);
      BatchScanner scanner = new BatchScanner(channel, start, size, BatchScanner.SCAN_WINDOW);
      CRC32C crc = new CRC32C();
      ByteBuffer buffer = ByteBuffer.allocate(Math.min(BUFFER_BYTES, size));
      long next = base;
      while (scanner.next() && scanner.baseOffset() >= next && scanner.lastOffset() - base < Integer.MAX_VALUE
          && scanner.isCrcValid(crc, buffer)) {
        builder.add(scanner);
        next = scanner.nextOffset();
      }
      int end = scanner.position();
      scannedBytes += size - start;
      if (end < size) {
        LOG.warn("Cutting a damaged tail directory={} segment={} position={} cutBytes={} endOffset={}", directory.getFileName(),
            path.getFileName(), end, size - end, next);
        cutBytes += size - end;
        channel.truncate(end);
      }
      if (hasFile(base, SegmentNames.INDEX) || hasFile(base, SegmentNames.TIME_INDEX)) {
        SegmentIndex.deleteFiles(directory, base);
      }
      if (end == 0) {
        return SegmentFiles.existing(directory, resources, base, 0, base);
      }
      segment.recovered(end, next);
      builder.index().addTime(builder.maxTimestamp(), builder.maxTimestampOffset());
      segment.adoptBuilt(builder);
      segment.firstTimestamp(firstTimestamp(channel, end));
      return segment;
    }
  }

  /** @return the index of the trusted part, to be extended */
  private IndexBuilder trustedIndex(Segment segment, FileChannel channel, int start) throws IOException {
    if (start > 0 && recoveryPoint == WRITTEN) {
      BatchScanner first = new BatchScanner(channel, start, segment.size(), BatchScanner.SEARCH_WINDOW);
      first.next();
      SegmentIndex files = SegmentIndex.attach(segment.indexFiles(), resources.indexes(), segment.size());
      SegmentIndex saved = files.before(segment.indexFiles(), start, first.baseOffset() - segment.baseOffset());
      return new IndexBuilder(segment.baseOffset(), saved, Integer.MAX_VALUE >> 1);
    }
    // When the machine crashed, one file of the index may be newer than the other.
    IndexBuilder builder = new IndexBuilder(segment.baseOffset(), segment.newIndex(), 0);
    BatchScanner scanner = new BatchScanner(channel, 0, start, BatchScanner.SEARCH_WINDOW);
    while (scanner.next()) {
      builder.add(scanner);
    }
    return builder;
  }

  /** Whether a file existed: asking the system for each file costs more than searching the listed names. */
  private boolean hasFile(long base, String suffix) {
    String wanted = SegmentNames.of(base, suffix);
    for (String name : names) {
      if (name.equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  /** @return position of a batch that ends below the recovery point, as the index says and the segment confirms; else 0 */
  private int trustedPosition(Segment segment, FileChannel channel) throws IOException {
    long base = segment.baseOffset();
    if (recoveryPoint <= base || recoveryPoint == CLEAN || !hasFile(base, SegmentNames.INDEX)) {
      return 0;
    }
    try {
      SegmentIndex index = SegmentIndex.attach(segment.indexFiles(), resources.indexes(), segment.size());
      int position = index == null ? 0 : index.floorOfOffset(recoveryPoint - 1 - base);
      if (position == 0) {
        return 0;
      }
      BatchScanner scanner = new BatchScanner(channel, position, segment.size(), BatchScanner.SEARCH_WINDOW);
      return scanner.next() && index.contains(scanner.lastOffset() - base, position) ? position : 0;
    } catch (DamagedIndexException e) {
      LOG.warn("The index of a segment is damaged directory={} baseOffset={} cause={}", directory.getFileName(), base,
          e.getMessage());
      return 0;
    }
  }
}
