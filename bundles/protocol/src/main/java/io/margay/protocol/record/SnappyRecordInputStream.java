package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;

/**
 * Decompresses Snappy data in either of two shapes that producers send: blocks in the framing of snappy-java, or one block
 * without any framing, as librdkafka writes it. The library's own stream is not used because it allocates whatever size the data
 * announces; here both sizes of a block are checked first.
 *
 * <pre>
 *   82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version int32 | compatible version int32 | { block size int32 | block }
 * </pre>
 */
final class SnappyRecordInputStream extends InputStream {
  private static final long MAGIC = 0x82534e4150505900L;
  private static final int MAGIC_PREFIX = (int) (MAGIC >>> 32);
  private static final int FRAME_HEADER_SIZE = 16;
  private static final byte[] EMPTY = new byte[0];

  private final ByteBuf in;
  private final long maxBytes;
  private final boolean framed;
  private byte[] compressed = EMPTY;
  private byte[] block = EMPTY;
  private int next;
  private int filled;

  /** Reads what is readable in {@code in}, and moves its reader index. */
  SnappyRecordInputStream(ByteBuf in, long maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.framed = in.readableBytes() >= FRAME_HEADER_SIZE && in.getLong(in.readerIndex()) == MAGIC;
  }

  @Override
  public int read() throws IOException {
    return next == filled && !nextBlock() ? -1 : block[next++] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (next == filled && !nextBlock()) {
      return -1;
    }
    int count = Math.min(length, filled - next);
    System.arraycopy(block, next, target, offset, count);
    next += count;
    return count;
  }

  private boolean nextBlock() throws IOException {
    while (in.isReadable()) {
      int size = framed ? nextBlockSize() : in.readableBytes();
      if (size < 0) {
        continue;
      }
      if (compressed.length < size) {
        compressed = new byte[size];
      }
      in.readBytes(compressed, 0, size);
      int length = SnappyStreams.uncompressedLength(compressed, size);
      // The longest expansion of the format is 64 bytes from a copy of 3 bytes; more than that cannot be true.
      if (length < 0 || length > maxBytes || length > size * 64L) {
        throw new CorruptRecordException("snappy block of " + size + " bytes announces " + length
            + " bytes, expected 0 to " + Math.min(maxBytes, size * 64L));
      }
      if (block.length < length) {
        block = new byte[length];
      }
      SnappyStreams.uncompress(compressed, size, block);
      next = 0;
      filled = length;
      if (length > 0) {
        return true;
      }
    }
    return false;
  }

  /** Size of the next block, or -1 after the header of a frame, which may stand before any block. */
  private int nextBlockSize() {
    if (in.readableBytes() < Integer.BYTES) {
      throw new CorruptRecordException("snappy data is cut off before a block size");
    }
    int size = in.readInt();
    if (size == MAGIC_PREFIX && in.readableBytes() >= FRAME_HEADER_SIZE - Integer.BYTES) {
      in.skipBytes(FRAME_HEADER_SIZE - Integer.BYTES);
      return -1;
    }
    if (size < 0 || size > in.readableBytes()) {
      throw new CorruptRecordException("snappy block announces " + size + " bytes, expected 0 to " + in.readableBytes());
    }
    return size;
  }
}
