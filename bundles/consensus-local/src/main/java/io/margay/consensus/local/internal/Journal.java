package io.margay.consensus.local.internal;

import io.margay.model.DurableFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands on disk, as segments that follow each other without a gap; entries are appended to the last one. For one thread
 * at a time.
 *
 * <p>An append is a few writes and one fsync, so a crash can tear only the end of the last segment. That end is cut off when the
 * journal is opened, if no valid entry follows it. All other damage refuses to open: cutting there would forget topics, and
 * their data with them.
 *
 * <p>Invariants: {@code nextIndex} is one above the last entry on disk, or the first index of the last segment when it is empty.
 * {@code durableBytes} is where that entry ends.
 */
final class Journal implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final int BUFFER_BYTES = 64 << 10;

  /** Makes what was appended durable. */
  @FunctionalInterface
  interface Sync {
    void sync(FileChannel channel) throws IOException;
  }

  private final Path directory;
  private final Sync sync;
  private FileChannel channel;
  private long nextIndex;
  private long durableBytes;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private Journal(Path directory, Sync sync, FileChannel channel, long nextIndex) throws IOException {
    this.directory = directory;
    this.sync = sync;
    this.channel = channel;
    this.nextIndex = nextIndex;
    this.durableBytes = channel.position();
  }

  /**
   * Opens the journal and repairs its end.
   *
   * @param directory where the segments are; exists
   * @param afterIndex the last index that the snapshot holds, -1 for none
   * @param sync called after each append
   * @return the journal, ready to append
   * @throws IOException when it cannot be read, or is damaged before its end, or does not reach back to {@code afterIndex + 1}
   */
  static Journal open(Path directory, long afterIndex, Sync sync) throws IOException {
    List<Path> segments = NumberedFiles.list(directory, JournalSegment::isSegment);
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
      return new Journal(directory, sync, create(directory, next), next);
    }
    FileChannel last = FileChannel.open(segments.get(segments.size() - 1), StandardOpenOption.WRITE);
    last.position(last.size());
    return new Journal(directory, sync, last, next);
  }

  private static long readSegment(Path file, long expected, boolean last) throws IOException {
    if (JournalSegment.firstIndex(file) != expected) {
      throw new IOException("The metadata journal has a gap: " + file + " where an entry with index " + expected
          + " was expected");
    }
    JournalSegment.Contents contents = JournalSegment.read(file, Long.MAX_VALUE, entry -> { });
    if (contents.damage() != null || contents.validBytes() == 0) {
      checkTorn(file, contents, last);
      cut(file, contents);
    }
    return contents.nextIndex();
  }

  /** Refuses damage that no crash leaves behind. */
  private static void checkTorn(Path file, JournalSegment.Contents contents, boolean last) throws IOException {
    String why = null;
    if (!last) {
      why = "other journals follow it";
    } else if (contents.validAfterDamage() >= 0) {
      why = "a valid entry follows at byte " + contents.validAfterDamage();
    } else if (contents.validBytes() == 0 && contents.sizeBytes() > JournalSegment.HEADER_BYTES) {
      why = "its header is durable before its first entry is written";
    }
    if (why != null) {
      throw new IOException("The metadata journal " + file + " is damaged: " + contents.damage() + ". No crash does this: " + why
          + ". Restore the file from a backup. To give up all metadata changes from there on, cut the file to "
          + contents.validBytes() + " bytes and delete the journals after it");
    }
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
    DurableFiles.syncDirectory(directory);
    return channel;
  }

  /** The index that the next entry gets. */
  long nextIndex() {
    return nextIndex;
  }

  /**
   * Appends entries with one fsync. When this throws, nothing is known of what reached the disk: the next call
   * must be {@link #rewind}.
   *
   * @param entries their indexes follow on {@link #nextIndex}
   * @return how many bytes were written
   */
  long append(List<JournalEntry> entries) throws IOException {
    long size = 0;
    long next = nextIndex;
    buffer.clear();
    for (JournalEntry entry : entries) {
      if (entry.index() != next) {
        throw new IllegalStateException("entry " + entry.index() + " appended where " + next + " follows");
      }
      write(entry);
      size += JournalSegment.ENTRY_OVERHEAD_BYTES + entry.command().length;
      next++;
    }
    DurableFiles.writeFully(channel, buffer.flip());
    sync.sync(channel);
    durableBytes += size;
    nextIndex = next;
    return size;
  }

  /** Puts an entry into the buffer, which is written whenever it is full. */
  private void write(JournalEntry entry) throws IOException {
    if (buffer.remaining() < JournalSegment.ENTRY_OVERHEAD_BYTES) {
      drain();
    }
    JournalSegment.putHead(buffer, entry);
    byte[] command = entry.command();
    for (int from = 0; from < command.length; ) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      int length = Math.min(buffer.remaining(), command.length - from);
      buffer.put(command, from, length);
      from += length;
    }
  }

  private void drain() throws IOException {
    DurableFiles.writeFully(channel, buffer.flip());
    buffer.clear();
  }

  /**
   * Takes a failed append back: whatever of it reached the disk is cut off.
   *
   * @throws IOException when the disk still fails; may be called again
   */
  void rewind() throws IOException {
    if (!channel.isOpen()) {
      // An interrupt closes a channel.
      List<Path> segments = NumberedFiles.list(directory, JournalSegment::isSegment);
      channel = FileChannel.open(segments.get(segments.size() - 1), StandardOpenOption.WRITE);
    }
    channel.truncate(durableBytes);
    channel.position(durableBytes);
    channel.force(true);
  }

  /**
   * Reads entries back.
   *
   * @param afterIndex the index before the first one wanted
   * @param reader gets the entries above it, in order
   * @return how many there were
   */
  long read(long afterIndex, Consumer<JournalEntry> reader) throws IOException {
    List<Path> segments = NumberedFiles.list(directory, JournalSegment::isSegment);
    long next = afterIndex + 1;
    for (int i = 0; i < segments.size(); i++) {
      Path file = segments.get(i);
      if (i + 1 < segments.size() && JournalSegment.firstIndex(segments.get(i + 1)) <= next) {
        continue;
      }
      if (JournalSegment.firstIndex(file) > next) {
        break;
      }
      JournalSegment.Contents contents = JournalSegment.read(file, next, reader);
      if (contents.damage() != null) {
        throw new IOException("The metadata journal " + file + " is damaged: " + contents.damage());
      }
      next = Math.max(next, contents.nextIndex());
    }
    if (next != Math.max(afterIndex + 1, nextIndex)) {
      throw new IOException("The metadata journal in " + directory + " does not hold all entries from " + (afterIndex + 1)
          + " to " + (nextIndex - 1));
    }
    return next - afterIndex - 1;
  }

  /** Starts a new segment, unless the last one is empty. */
  void roll() throws IOException {
    if (Files.exists(JournalSegment.path(directory, nextIndex))) {
      return;
    }
    FileChannel before = channel;
    channel = create(directory, nextIndex);
    durableBytes = channel.position();
    before.close();
  }

  /** Deletes segments all of whose entries are up to {@code index}. */
  void deleteThrough(long index) throws IOException {
    List<Path> segments = new ArrayList<>(NumberedFiles.list(directory, JournalSegment::isSegment));
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
