package io.margay.consensus.local.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
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
   * @param nextIndex one above the last of the valid entries from the start on
   * @param validBytes where they end; 0 when even the header is torn
   * @param sizeBytes the size of the file
   * @param damage why reading stopped before the end of the file, or null when it did not
   * @param validAfterDamage where the first valid entry after the damage begins; -1 when there is none
   */
  record Contents(long nextIndex, long validBytes, long sizeBytes, String damage, long validAfterDamage) { }

  private JournalSegment() { }

  static Path path(Path directory, long firstIndex) {
    return directory.resolve(String.format("%020d%s", firstIndex, SUFFIX));
  }

  /** The index of the first entry, from the file's name; -1 when the file is no segment. */
  static long firstIndex(Path file) {
    return NumberedFiles.numberOf(file, SUFFIX);
  }

  static ByteBuffer header() {
    return ByteBuffer.allocate(HEADER_BYTES).putInt(MAGIC).putInt(VERSION).flip();
  }

  /** Puts everything of an entry but its command. */
  static void putHead(ByteBuffer out, JournalEntry entry) {
    int start = out.position();
    out.putInt(16 + entry.command().length).putInt(0).putLong(entry.index()).putLong(entry.timestampMs());
    CRC32C crc = new CRC32C();
    crc.update(out.duplicate().limit(out.position()).position(start + 8));
    crc.update(entry.command());
    out.putInt(start + 4, (int) crc.getValue());
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
   * @param from index of the first entry that the reader gets
   * @param reader gets the valid entries, in order
   * @return what it holds; at most 2 GiB
   * @throws IOException when the file cannot be read, or has a version that is not known
   */
  static Contents read(Path file, long from, Consumer<JournalEntry> reader) throws IOException {
    ByteBuffer in;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      in = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.toIntExact(channel.size()));
    }
    int size = in.limit();
    long next = firstIndex(file);
    if (size < HEADER_BYTES || in.getInt(0) != MAGIC) {
      return new Contents(next, 0, size, size == 0 ? null : "the header is damaged", firstValid(in, 0, next));
    }
    if (in.getInt(4) != VERSION) {
      throw new IOException("The journal " + file + " has format version " + in.getInt(4) + ", expected " + VERSION);
    }
    int position = HEADER_BYTES;
    while (position < size) {
      String damage = damage(in, position, next);
      if (damage != null) {
        return new Contents(next, position, size, damage + " at byte " + position, firstValid(in, position + 1, next));
      }
      int length = in.getInt(position);
      if (next >= from) {
        byte[] command = new byte[length - 16];
        in.get(position + ENTRY_OVERHEAD_BYTES, command);
        reader.accept(new JournalEntry(next, in.getLong(position + 16), command));
      }
      position += 8 + length;
      next++;
    }
    return new Contents(next, position, size, null, -1);
  }

  /**
   * Finds an entry behind damage, at any byte. The index is compared before the checksum, so garbage costs little.
   *
   * @return where it begins, or -1
   */
  private static int firstValid(ByteBuffer in, int from, long firstExpected) {
    for (int position = from; position <= in.limit() - ENTRY_OVERHEAD_BYTES; position++) {
      long index = in.getLong(position + 8);
      if (index >= firstExpected && index - firstExpected <= in.limit() / ENTRY_OVERHEAD_BYTES
          && damage(in, position, index) == null) {
        return position;
      }
    }
    return -1;
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
