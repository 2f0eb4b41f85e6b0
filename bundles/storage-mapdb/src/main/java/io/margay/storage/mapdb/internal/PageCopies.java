package io.margay.storage.mapdb.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.zip.CRC32C;

/**
 * The pages of a checkpoint, complete and forced to disk before the first of them is written to its place. A page that a crash
 * leaves half written there is repaired from here.
 *
 * <pre>
 * magic (8), sequence (8), generation (8), count (4), checksum of all that follows and of these (4),
 * count times: page number (8), content (4,096)
 * </pre>
 *
 * Used by the checkpoint only, one at a time.
 */
final class PageCopies implements AutoCloseable {
  /** "MARGAYC1". */
  private static final long MAGIC = 0x4d41524741594331L;
  private static final int HEADER = 32;
  private static final int ENTRY = 8 + Page.SIZE;
  private static final int PAGES_AT_ONCE = 64;

  private final DatabaseFile file;

  PageCopies(DatabaseFile file) {
    this.file = file;
  }

  /** Writes and forces all pages. After a failure the file counts as empty. */
  void write(Collection<Page> pages, PageFile.Header header) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer head = ByteBuffer.allocate(HEADER);
    head.putLong(MAGIC).putLong(header.sequence()).putLong(header.generation()).putInt(pages.size());
    crc.update(head.array(), 0, HEADER - 4);
    // The header comes last: without it the content does not count.
    file.truncate(0);
    ByteBuffer buffer = ByteBuffer.allocate(ENTRY * PAGES_AT_ONCE);
    long position = HEADER;
    for (Page page : pages) {
      buffer.putLong(page.number()).put(page.bytes());
      if (!buffer.hasRemaining()) {
        position += writeOut(buffer, position, crc);
      }
    }
    writeOut(buffer, position, crc);
    head.putInt((int) crc.getValue());
    file.write(head.flip(), 0);
    file.force();
  }

  private int writeOut(ByteBuffer buffer, long position, CRC32C crc) throws IOException {
    buffer.flip();
    int length = buffer.remaining();
    crc.update(buffer.array(), 0, length);
    file.write(buffer, position);
    buffer.clear();
    return length;
  }

  /**
   * Writes the copies to their places, if they are complete.
   *
   * @return whether they were
   */
  boolean restore(PageFile target) throws IOException {
    long size = file.size();
    if (size < HEADER) {
      return false;
    }
    ByteBuffer head = ByteBuffer.allocate(HEADER);
    file.read(head, 0);
    long count = head.getInt(24);
    if (head.getLong(0) != MAGIC || count < 0 || size != HEADER + count * ENTRY || !isWhole(head, count)) {
      return false;
    }
    ByteBuffer entry = ByteBuffer.allocate(ENTRY);
    for (long i = 0; i < count; i++) {
      file.read(entry.clear(), HEADER + i * ENTRY);
      long number = entry.getLong();
      byte[] bytes = new byte[Page.SIZE];
      entry.get(bytes);
      target.write(new Page(number, bytes));
    }
    target.writeHeader(new PageFile.Header(head.getLong(8), head.getLong(16)));
    target.force();
    return true;
  }

  private boolean isWhole(ByteBuffer head, long count) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(head.array(), 0, HEADER - 4);
    ByteBuffer entry = ByteBuffer.allocate(ENTRY);
    for (long i = 0; i < count; i++) {
      file.read(entry.clear(), HEADER + i * ENTRY);
      crc.update(entry.array());
    }
    return (int) crc.getValue() == head.getInt(HEADER - 4);
  }

  /** The pages are in their places. */
  void clear() throws IOException {
    file.truncate(0);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
