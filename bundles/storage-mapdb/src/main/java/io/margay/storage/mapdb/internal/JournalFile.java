package io.margay.storage.mapdb.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One generation of the journal: what each change wrote, in the order of the changes.
 *
 * <pre>
 * header: magic (8), generation (8)
 * frame:  magic (4), length of the writes (4), sequence number (8), sequence number up to which all was forced to disk when this
 *         was written (8), checksum of these two and of the writes (4), writes
 * write:  position in the database (8), length (4), bytes
 * </pre>
 *
 * A frame that is cut short or damaged at the end belongs to a change that never returned. Guarded by the lock of the
 * {@link PageStore}, except {@link #force}.
 */
final class JournalFile implements AutoCloseable {
  /** "MARGAYJ1". */
  private static final long MAGIC = 0x4d41524741594a31L;
  private static final int FRAME_MAGIC = 0x4d4a4652;
  static final int HEADER = 16;
  static final int FRAME_HEADER = 28;

  private final DatabaseFile file;
  private long size;

  JournalFile(DatabaseFile file) {
    this.file = file;
  }

  /** @return bytes of header and frames */
  long sizeBytes() {
    return size;
  }

  /** Begins an empty generation. */
  void start(long generation) throws IOException {
    file.truncate(0);
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    header.putLong(MAGIC).putLong(generation);
    file.write(header.flip(), 0);
    size = HEADER;
  }

  /**
   * Adds a frame.
   *
   * @param frame room for the header of the frame, then the writes; position 0, limit after the writes
   * @throws BrokenDatabaseException when a part of it may remain in the file
   */
  void append(ByteBuffer frame, long sequence, long forced) throws IOException {
    frame.putInt(0, FRAME_MAGIC).putInt(4, frame.limit() - FRAME_HEADER).putLong(8, sequence).putLong(16, forced);
    frame.putInt(24, checksum(frame.duplicate(), 0, frame.limit() - FRAME_HEADER));
    int length = frame.remaining();
    try {
      file.write(frame, size);
    } catch (IOException e) {
      cutBack(e);
      throw e;
    }
    size += length;
  }

  private void cutBack(IOException cause) throws IOException {
    try {
      file.truncate(size);
    } catch (IOException e) {
      cause.addSuppressed(e);
      throw new BrokenDatabaseException("a part of a change is left at the end of " + file.path(), cause);
    }
  }

  private static int checksum(ByteBuffer bytes, int frame, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(frame + 24).position(frame + 8));
    crc.update(bytes.duplicate().limit(frame + FRAME_HEADER + length).position(frame + FRAME_HEADER));
    return (int) crc.getValue();
  }

  void force() throws IOException {
    file.force();
  }

  /** Nothing in it is needed any more. */
  void clear() throws IOException {
    file.truncate(0);
    size = 0;
  }

  /** @return its content as far as it can be read; generation -1 when it has no header */
  Content load() throws IOException {
    long length = file.size();
    if (length > Integer.MAX_VALUE - 8) {
      throw new IOException(file.path() + " is too long for a journal: bytes=" + length);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    file.read(bytes, 0);
    boolean headed = length >= HEADER && bytes.getLong(0) == MAGIC;
    return new Content(file.path().toString(), bytes, headed ? bytes.getLong(8) : -1);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** The content of a file when the database was opened. */
  static final class Content {
    private final String name;
    private final ByteBuffer bytes;
    private final long generation;
    private int at = HEADER;

    private Content(String name, ByteBuffer bytes, long generation) {
      this.name = name;
      this.bytes = bytes;
      this.generation = generation;
    }

    String name() {
      return name;
    }

    long generation() {
      return generation;
    }

    private boolean isFrame(int position) {
      if (bytes.limit() - position < FRAME_HEADER || bytes.getInt(position) != FRAME_MAGIC) {
        return false;
      }
      int length = bytes.getInt(position + 4);
      return length >= 0 && length <= bytes.limit() - position - FRAME_HEADER
          && bytes.getInt(position + 24) == checksum(bytes, position, length);
    }

    /** @return whether a whole frame follows the last one; {@link #sequence} and {@link #writes} are then those of that frame */
    boolean hasFrame() {
      return isFrame(at);
    }

    long sequence() {
      return bytes.getLong(at + 8);
    }

    ByteBuffer writes() {
      int length = bytes.getInt(at + 4);
      return bytes.slice(at + FRAME_HEADER, length);
    }

    void pass() {
      at += FRAME_HEADER + bytes.getInt(at + 4);
    }

    /** @return the highest sequence number that any whole frame says was forced to disk; -1 when none does */
    long forced() {
      long forced = -1;
      int position = HEADER;
      while (position <= bytes.limit() - FRAME_HEADER) {
        if (isFrame(position)) {
          forced = Math.max(forced, bytes.getLong(position + 16));
          position += FRAME_HEADER + bytes.getInt(position + 4);
        } else {
          position++;
        }
      }
      return forced;
    }
  }
}
