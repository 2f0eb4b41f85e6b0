package io.margay.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Consecutive gzip members (RFC 1952). Like the JDK's stream, it treats data after a member that is not another member as the end.
 *
 * <pre>
 *   1f 8b | method 8 | flags | time int32 | extra flags | system | { extra | name | comment | header checksum } as the flags say
 *   deflated data | crc int32 | size int32, both little endian
 * </pre>
 */
final class GzipDecoder extends BlockDecoder {
  private static final int MAGIC = 0x8b1f;
  private static final int DEFLATED = 8;
  private static final int FIXED_HEADER = 10;
  private static final int TRAILER = 8;
  private static final int HEADER_CHECKSUM = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private boolean inMember;

  @Override
  protected void begin() {
    in.order(ByteOrder.LITTLE_ENDIAN);
    if (!readHeader()) {
      throw new CorruptRecordException("gzip data has no gzip header");
    }
    beginMember();
  }

  private void beginMember() {
    inflater.reset();
    inflater.setInput(in);
    crc.reset();
    inMember = true;
  }

  private boolean readHeader() {
    int at = in.position();
    if (in.remaining() < FIXED_HEADER || in.getShort(at) != (short) MAGIC || in.get(at + 2) != DEFLATED) {
      return false;
    }
    int flags = in.get(at + 3);
    in.position(at + FIXED_HEADER);
    if ((flags & EXTRA) != 0) {
      require(Short.BYTES, "extra field");
      int size = in.getShort() & 0xffff;
      require(size, "end of the extra field");
      in.position(in.position() + size);
    }
    skipText(flags & NAME);
    skipText(flags & COMMENT);
    if ((flags & HEADER_CHECKSUM) != 0) {
      require(Short.BYTES, "header checksum");
      in.position(in.position() + Short.BYTES);
    }
    return true;
  }

  private void skipText(int present) {
    if (present == 0) {
      return;
    }
    do {
      require(1, "end of a name");
    } while (in.get() != 0);
  }

  @Override
  boolean next() {
    while (inMember) {
      ByteBuffer out = scratch.out(1);
      try {
        inflater.inflate(out);
      } catch (DataFormatException e) {
        throw new CorruptRecordException("gzip data cannot be inflated", e);
      }
      int count = out.position();
      if (count > 0) {
        out.flip();
        crc.update(out);
      }
      if (inflater.finished()) {
        endMember();
      } else if (count == 0) {
        throw new CorruptRecordException("gzip data is cut off or needs a dictionary");
      }
      if (count > 0) {
        return provide(out, 0, count);
      }
    }
    return false;
  }

  private void endMember() {
    require(TRAILER, "gzip trailer");
    if (in.getInt() != (int) crc.getValue() || in.getInt() != (int) inflater.getBytesWritten()) {
      throw new CorruptRecordException("gzip data does not match its checksum");
    }
    inMember = false;
    if (readHeader()) {
      beginMember();
    }
  }

  @Override
  protected void end() {
    inflater.reset();
    inMember = false;
  }

  @Override
  void close() {
    inflater.end();
  }
}
