package io.margay.consensus.local.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The file format of the journal. A segment is named by the index of its first entry.
 *
 * <pre>
 * segment: magic "MGYJ" (4) | version = 1 (int32) | entry*
 * entry:   length (int32, of what follows the crc) | crc32c (int32, of what follows it)
 *          | index (int64) | timestampMs (int64) | command
 * </pre>
 */
final class JournalSegment {
  /** Bytes before the first entry. */
  static final int HEADER_BYTES = 8;
  /** Bytes of an entry besides its command. */
  static final int ENTRY_OVERHEAD_BYTES = 24;
  /** The longest command. */
  static final int MAX_COMMAND_BYTES = 64 << 20;

  private static final int MAGIC = 0x4d47594a;
  private static final int VERSION = 1;
  private static final String SUFFIX = ".journal";

  /**
   * What a segment holds.
   *
   * @param entries the valid entries from the start on
   * @param validBytes where they end; 0 when even the header is torn
   * @param sizeBytes the size of the file
   * @param damage why reading stopped before the end of the file, or null when it did not
   */
  record Contents(List<JournalEntry> entries, long validBytes, long sizeBytes, String damage) { }

  private JournalSegment() { }

  static Path path(Path directory, long firstIndex) {
    return directory.resolve(String.format("%020d%s", firstIndex, SUFFIX));
  }

  /** The index of the first entry, from the file's name; -1 when the file is no segment. */
  static long firstIndex(Path file) {
    return DurableFiles.numberOf(file, SUFFIX);
  }

  static ByteBuffer header() {
    return ByteBuffer.allocate(HEADER_BYTES).putInt(MAGIC).putInt(VERSION).flip();
  }

  static void put(ByteBuffer out, JournalEntry entry) {
    int start = out.position();
    out.putInt(16 + entry.command().length).putInt(0).putLong(entry.index()).putLong(entry.timestampMs()).put(entry.command());
    out.putInt(start + 4, crc(out, start + 8, out.position()));
  }

  private static int crc(ByteBuffer buffer, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }

  /**
   * Reads a segment up to the first byte that is not right.
   *
   * @param file the segment
   * @return what it holds; at most 2 GiB
   * @throws IOException when the file cannot be read, or has a version that is not known
   */
  static Contents read(Path file) throws IOException {
    ByteBuffer in;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      in = ByteBuffer.allocate(Math.toIntExact(channel.size()));
      while (in.hasRemaining() && channel.read(in) >= 0) {
        // until the end of the file
      }
      in.flip();
    }
    int size = in.limit();
    if (size < HEADER_BYTES || in.getInt(0) != MAGIC) {
      return new Contents(List.of(), 0, size, size == 0 ? null : "the header is damaged");
    }
    if (in.getInt(4) != VERSION) {
      throw new IOException("The journal " + file + " has format version " + in.getInt(4) + ", expected " + VERSION);
    }
    List<JournalEntry> entries = new ArrayList<>();
    long expected = firstIndex(file);
    int position = HEADER_BYTES;
    while (position < size) {
      String damage = damage(in, position, expected);
      if (damage != null) {
        return new Contents(entries, position, size, damage + " at byte " + position);
      }
      int length = in.getInt(position);
      byte[] command = new byte[length - 16];
      in.get(position + ENTRY_OVERHEAD_BYTES, command);
      entries.add(new JournalEntry(expected, in.getLong(position + 16), command));
      position += 8 + length;
      expected++;
    }
    return new Contents(entries, position, size, null);
  }

  private static String damage(ByteBuffer in, int position, long expectedIndex) {
    int there = in.limit() - position;
    if (there < ENTRY_OVERHEAD_BYTES) {
      return "the entry is cut short";
    }
    int length = in.getInt(position);
    if (length < 16 || length - 16 > MAX_COMMAND_BYTES || length > there - 8) {
      return "the entry is cut short or has an impossible length " + length;
    }
    if (in.getInt(position + 4) != crc(in, position + 8, position + 8 + length)) {
      return "the checksum does not match";
    }
    long index = in.getLong(position + 8);
    return index == expectedIndex ? null : "the entry has index " + index + " where " + expectedIndex + " was expected";
  }

  static boolean isSegment(Path file) {
    return Files.isRegularFile(file) && firstIndex(file) >= 0;
  }
}
