package io.margay.protocol.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Snappy in either of the two forms that producers send: blocks in the framing of snappy-java, or one block without any framing, as
 * librdkafka writes it. The size that a block announces is checked before memory for it is taken.
 *
 * <pre>
 *   82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version int32 | compatible version int32 | { block size int32 | block }
 * </pre>
 */
final class SnappyDecoder extends BlockDecoder {
  private static final long MAGIC = 0x82534e4150505900L;
  private static final int MAGIC_PREFIX = (int) (MAGIC >>> 32);
  private static final int FRAME_HEADER_SIZE = 16;
  /** The longest expansion of the format: 64 bytes from a copy of 3 bytes. */
  private static final long MAX_EXPANSION = 64;

  private boolean framed;

  @Override
  protected void begin() {
    in.order(ByteOrder.BIG_ENDIAN);
    framed = in.remaining() >= FRAME_HEADER_SIZE && in.getLong(in.position()) == MAGIC;
  }

  @Override
  boolean next() {
    while (in.hasRemaining()) {
      int size = framed ? nextBlockSize() : in.remaining();
      if (size < 0) {
        continue;
      }
      int end = in.position() + size;
      int limit = in.limit();
      int count;
      try {
        in.limit(end);
        count = uncompress(size);
      } catch (IOException | RuntimeException e) {
        throw e instanceof InvalidRecordBatchException known ? known
            : new CorruptRecordException("snappy block cannot be decompressed", e);
      }
      in.limit(limit).position(end);
      if (count > 0) {
        return true;
      }
    }
    return false;
  }

  private int uncompress(int size) throws IOException {
    int length = SnappyStreams.uncompressedLength(in);
    if (length < 0 || length > size * MAX_EXPANSION) {
      throw new CorruptRecordException("snappy block of " + size + " bytes announces " + length + " bytes");
    }
    if (length > maxBytes) {
      throw RecordSource.tooLarge(maxBytes);
    }
    if (length == 0) {
      return 0;
    }
    ByteBuffer out = scratch.out(length);
    int count = SnappyStreams.uncompress(in, out);
    provide(out, 0, count);
    return count;
  }

  /** Size of the next block, or -1 after the header of a frame, which may stand before any block. */
  private int nextBlockSize() {
    require(Integer.BYTES, "size of a snappy block");
    int size = in.getInt();
    if (size == MAGIC_PREFIX && in.remaining() >= FRAME_HEADER_SIZE - Integer.BYTES) {
      in.position(in.position() + FRAME_HEADER_SIZE - Integer.BYTES);
      return -1;
    }
    if (size < 0 || size > in.remaining()) {
      throw new CorruptRecordException("snappy block announces " + size + " bytes, expected 0 to " + in.remaining());
    }
    return size;
  }
}
