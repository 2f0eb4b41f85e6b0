package io.margay.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * One LZ4 frame, as Kafka's clients read it: blocks must be independent, checksums of header and blocks are verified, and what
 * follows the frame is ignored. A block that is stored uncompressed is not copied.
 *
 * <pre>
 *   04 22 4d 18 | flags | block size id in bits 4 to 6 | { content size int64 } | header checksum
 *   { block size int32, bit 31: not compressed | block | { checksum int32 } } | 0 int32 | { content checksum int32 }
 * </pre>
 */
final class Lz4Decoder extends BlockDecoder {
  private static final int MAGIC = 0x184D2204;
  private static final int VERSION_MASK = 0xc0;
  private static final int VERSION = 0x40;
  private static final int INDEPENDENT = 0x20;
  private static final int BLOCK_CHECKSUM = 0x10;
  private static final int CONTENT_SIZE = 0x08;
  private static final int RESERVED = 0x03;
  private static final int DESCRIPTOR_RESERVED = 0x8f;
  private static final int MIN_HEADER = 7;
  private static final int STORED = 1 << 31;

  private final LZ4SafeDecompressor decompressor = LZ4Factory.fastestInstance().safeDecompressor();
  private final XXHash32 hash = XXHashFactory.fastestInstance().hash32();
  private int maxBlockBytes;
  private boolean checksums;
  private boolean finished;

  @Override
  protected void begin() {
    in.order(ByteOrder.LITTLE_ENDIAN);
    finished = false;
    require(MIN_HEADER, "end of the LZ4 header");
    if (in.getInt() != MAGIC) {
      throw new CorruptRecordException("LZ4 data does not begin with its magic");
    }
    int descriptorAt = in.position();
    int flags = in.get();
    int descriptor = in.get() & 0xff;
    int sizeId = descriptor >>> 4 & 7;
    if ((flags & VERSION_MASK) != VERSION || (flags & INDEPENDENT) == 0 || (flags & RESERVED) != 0
        || (descriptor & DESCRIPTOR_RESERVED) != 0 || sizeId < 4) {
      throw new CorruptRecordException("LZ4 frame has flags " + (flags & 0xff) + " and descriptor " + descriptor
          + ", which are not supported");
    }
    maxBlockBytes = 1 << 8 + 2 * sizeId;
    checksums = (flags & BLOCK_CHECKSUM) != 0;
    if ((flags & CONTENT_SIZE) != 0) {
      require(Long.BYTES + 1, "end of the LZ4 header");
      in.position(in.position() + Long.BYTES);
    }
    int expected = hash.hash(in, descriptorAt, in.position() - descriptorAt, 0) >> 8 & 0xff;
    if ((in.get() & 0xff) != expected) {
      throw new CorruptRecordException("LZ4 header does not match its checksum");
    }
  }

  @Override
  boolean next() {
    while (!finished) {
      require(Integer.BYTES, "size of an LZ4 block");
      int word = in.getInt();
      int size = word & ~STORED;
      if (size == 0) {
        finished = true;
        return false;
      }
      if (size > maxBlockBytes) {
        throw new CorruptRecordException("LZ4 block of " + size + " bytes is longer than " + maxBlockBytes);
      }
      require(size + (checksums ? Integer.BYTES : 0), "end of an LZ4 block");
      int at = in.position();
      in.position(at + size);
      if (checksums && hash.hash(in, at, size, 0) != in.getInt()) {
        throw new CorruptRecordException("LZ4 block does not match its checksum");
      }
      if ((word & STORED) != 0) {
        return provide(in, at, at + size);
      }
      int count = decompress(at, size);
      if (count > 0) {
        return true;
      }
    }
    return false;
  }

  private int decompress(int at, int size) {
    ByteBuffer out = scratch.out(maxBlockBytes);
    try {
      int count = decompressor.decompress(in, at, size, out, 0, maxBlockBytes);
      provide(out, 0, count);
      return count;
    } catch (LZ4Exception e) {
      throw new CorruptRecordException("LZ4 block cannot be decompressed", e);
    }
  }
}
