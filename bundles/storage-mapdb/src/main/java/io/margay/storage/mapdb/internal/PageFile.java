package io.margay.storage.mapdb.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The database on disk: numbered pages, each with its checksum, as they were at one moment, the last checkpoint.
 *
 * <pre>
 * header, 4,096 bytes: magic (8), sequence number of the last change in it (8), first generation of the journal that is needed
 *                      beside it (8), checksum of these (4), zeros
 * pages, 4,104 bytes each: content (4,096), checksum of number and content (4), zeros (4); never written: only zeros
 * </pre>
 *
 * Safe for all threads; the checkpoint is the only writer.
 */
final class PageFile implements AutoCloseable {
  /** "MARGAYM1". */
  private static final long MAGIC = 0x4d41524741594d31L;
  private static final int HEADER = 4096;
  private static final int HEADER_FIELDS = 28;
  private static final int SLOT = Page.SIZE + 8;

  /**
   * What the header says.
   *
   * @param sequence the last change that is in the pages
   * @param generation the journal's first generation that holds later ones
   */
  record Header(long sequence, long generation) { }

  private final DatabaseFile file;

  PageFile(DatabaseFile file) {
    this.file = file;
  }

  /** @return null when the file is new, and empty */
  Header readHeader() throws IOException {
    if (file.size() == 0) {
      return null;
    }
    ByteBuffer buffer = ByteBuffer.allocate(HEADER_FIELDS);
    if (file.size() < HEADER) {
      throw new IOException(file.path() + " is damaged: it ends within its header");
    }
    file.read(buffer, 0);
    if (buffer.getLong(0) != MAGIC) {
      throw new IOException(file.path() + " is damaged, or no database of this engine: its header does not begin as it should");
    }
    if (buffer.getInt(24) != checksumOfHeader(buffer.array())) {
      throw new IOException(file.path() + " is damaged: the checksum of its header is wrong");
    }
    return new Header(buffer.getLong(8), buffer.getLong(16));
  }

  void writeHeader(Header header) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(HEADER);
    buffer.putLong(MAGIC).putLong(header.sequence()).putLong(header.generation());
    buffer.putInt(checksumOfHeader(buffer.array()));
    file.write(buffer.clear(), 0);
  }

  private static int checksumOfHeader(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 24);
    return (int) crc.getValue();
  }

  private static int checksum(long number, byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, Page.SIZE);
    return (int) (crc.getValue() ^ number * 0x9e3779b97f4a7c15L >>> 32);
  }

  /**
   * @return the page; of zeros when it was never written
   * @throws IOException also when the checksum is wrong
   */
  Page read(long number) throws IOException {
    byte[] bytes = new byte[Page.SIZE];
    long position = HEADER + number * SLOT;
    long size = file.size();
    if (position >= size) {
      return new Page(number, bytes);
    }
    ByteBuffer buffer = ByteBuffer.allocate(SLOT);
    if (position + SLOT > size) {
      throw new IOException(file.path() + " is damaged: it ends within page " + number);
    }
    file.read(buffer, position);
    buffer.get(bytes);
    int stored = buffer.getInt();
    if (stored != checksum(number, bytes) && (stored != 0 || !isZero(bytes))) {
      throw new IOException(file.path() + " is damaged: the checksum of page " + number + " is wrong");
    }
    return new Page(number, bytes);
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  void write(Page page) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(SLOT);
    buffer.put(page.bytes()).putInt(checksum(page.number(), page.bytes()));
    file.write(buffer.clear(), HEADER + page.number() * SLOT);
  }

  void force() throws IOException {
    file.force();
  }

  /** @return bytes on disk, holes included */
  long sizeBytes() throws IOException {
    return file.size();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
