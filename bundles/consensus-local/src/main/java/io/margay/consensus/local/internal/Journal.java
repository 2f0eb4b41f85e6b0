package io.margay.consensus.local.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands on disk, as segments that follow each other without a gap; entries are appended to the last one. For one thread
 * at a time.
 *
 * <p>An append is one write and one fsync, so after a crash only the end of the last segment can be torn: it is cut off there
 * when the journal is opened. Damage anywhere else is no accident of a crash, and refuses to open.
 *
 * <p>Invariant: {@code nextIndex} is one above the last entry on disk, or the first index of the last segment when it is empty.
 */
final class Journal implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final int BUFFER_BYTES = 64 << 10;

  private final Path directory;
  private FileChannel channel;
  private long nextIndex;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private Journal(Path directory, FileChannel channel, long nextIndex) {
    this.directory = directory;
    this.channel = channel;
    this.nextIndex = nextIndex;
  }

  /**
   * Opens the journal and repairs its end.
   *
   * @param directory where the segments are; exists
   * @param afterIndex the last index that the snapshot holds, -1 for none
   * @return the journal, ready to append
   * @throws IOException when it cannot be read, or is damaged before its end, or does not reach back to {@code afterIndex + 1}
   */
  static Journal open(Path directory, long afterIndex) throws IOException {
    List<Path> segments = DurableFiles.list(directory, JournalSegment::isSegment);
    long next = segments.isEmpty() ? afterIndex + 1 : JournalSegment.firstIndex(segments.get(0));
    if (next > afterIndex + 1) {
      throw new IOException("The metadata journal in " + directory + " begins at index " + next
          + ", but the newest readable snapshot ends at " + afterIndex + ": entries are missing");
    }
    for (int i = 0; i < segments.size(); i++) {
      next = readSegment(segments.get(i), next, i == segments.size() - 1);
    }
    if (next <= afterIndex) {
      // The snapshot is newer than all entries: the segment that should follow it was lost before its name was durable.
      next = afterIndex + 1;
      segments = List.of();
    }
    if (segments.isEmpty()) {
      return new Journal(directory, create(directory, next), next);
    }
    FileChannel last = FileChannel.open(segments.get(segments.size() - 1), StandardOpenOption.WRITE);
    last.position(last.size());
    return new Journal(directory, last, next);
  }

  private static long readSegment(Path file, long expected, boolean last) throws IOException {
    if (JournalSegment.firstIndex(file) != expected) {
      throw new IOException("The metadata journal has a gap: " + file + " where an entry with index " + expected
          + " was expected");
    }
    JournalSegment.Contents contents = JournalSegment.read(file);
    if (contents.damage() != null || contents.validBytes() == 0) {
      if (!last) {
        throw new IOException("The metadata journal " + file + " is damaged: " + contents.damage());
      }
      cut(file, contents);
    }
    return expected + contents.entries().size();
  }

  private static void cut(Path file, JournalSegment.Contents contents) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (contents.damage() != null) {
        LOG.warn("Cut the torn end of the metadata journal file={} from={} cutBytes={} why={}", file, contents.validBytes(),
            contents.sizeBytes() - contents.validBytes(), contents.damage());
      }
      channel.truncate(contents.validBytes());
      if (contents.validBytes() == 0) {
        DurableFiles.writeFully(channel, JournalSegment.header());
      }
      channel.force(true);
    }
  }

  private static FileChannel create(Path directory, long firstIndex) throws IOException {
    FileChannel channel = FileChannel.open(JournalSegment.path(directory, firstIndex), StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    DurableFiles.writeFully(channel, JournalSegment.header());
    channel.force(true);
    DurableFiles.forceDirectory(directory);
    return channel;
  }

  /** The index that the next entry gets. */
  long nextIndex() {
    return nextIndex;
  }

  /**
   * Appends entries with one write and one fsync. When this throws, nothing is known of what reached the disk: the journal
   * must not be used again.
   *
   * @param entries their indexes follow on {@link #nextIndex}
   * @return how many bytes were written
   */
  long append(List<JournalEntry> entries) throws IOException {
    long size = 0;
    for (JournalEntry entry : entries) {
      size += JournalSegment.ENTRY_OVERHEAD_BYTES + entry.command().length;
    }
    ByteBuffer out = size <= BUFFER_BYTES ? buffer.clear() : ByteBuffer.allocate(Math.toIntExact(size));
    for (JournalEntry entry : entries) {
      if (entry.index() != nextIndex) {
        throw new IllegalStateException("entry " + entry.index() + " appended where " + nextIndex + " follows");
      }
      JournalSegment.put(out, entry);
      nextIndex++;
    }
    DurableFiles.writeFully(channel, out.flip());
    channel.force(false);
    return size;
  }

  /**
   * Reads entries back.
   *
   * @param afterIndex the index before the first one wanted
   * @return the entries above it, in order
   */
  List<JournalEntry> entriesAfter(long afterIndex) throws IOException {
    List<JournalEntry> entries = new ArrayList<>();
    List<Path> segments = DurableFiles.list(directory, JournalSegment::isSegment);
    for (int i = 0; i < segments.size(); i++) {
      if (i + 1 == segments.size() || JournalSegment.firstIndex(segments.get(i + 1)) > afterIndex + 1) {
        JournalSegment.Contents contents = JournalSegment.read(segments.get(i));
        if (contents.damage() != null) {
          throw new IOException("The metadata journal " + segments.get(i) + " is damaged: " + contents.damage());
        }
        contents.entries().stream().filter(e -> e.index() > afterIndex).forEach(entries::add);
      }
    }
    long last = entries.isEmpty() ? Math.max(afterIndex, nextIndex - 1) : entries.get(entries.size() - 1).index();
    if (last != Math.max(afterIndex, nextIndex - 1) || !entries.isEmpty() && entries.get(0).index() != afterIndex + 1) {
      throw new IOException("The metadata journal in " + directory + " does not hold all entries from " + (afterIndex + 1)
          + " to " + (nextIndex - 1));
    }
    return entries;
  }

  /** Starts a new segment, unless the last one is empty. */
  void roll() throws IOException {
    if (Files.exists(JournalSegment.path(directory, nextIndex))) {
      return;
    }
    FileChannel next = create(directory, nextIndex);
    channel.close();
    channel = next;
  }

  /** Deletes segments all of whose entries are up to {@code index}. */
  void deleteThrough(long index) throws IOException {
    List<Path> segments = new ArrayList<>(DurableFiles.list(directory, JournalSegment::isSegment));
    while (segments.size() > 1 && JournalSegment.firstIndex(segments.get(1)) <= index + 1) {
      Files.delete(segments.remove(0));
    }
  }

  @Override
  public void close() throws IOException {
    buffer = null;
    channel.close();
  }
}
