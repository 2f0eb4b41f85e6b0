package io.margay.protocol.record;

import java.io.IOException;
import java.io.OutputStream;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.xxhash.XXHashFactory;

/** Writes LZ4 frames: independent blocks of 64 KiB, neither content size nor block or content checksums. */
final class Lz4Streams {
  private static final long UNKNOWN_CONTENT_SIZE = -1L;

  private Lz4Streams() {
  }

  static OutputStream output(OutputStream out, int level) throws IOException {
    return new LZ4FrameOutputStream(out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB, UNKNOWN_CONTENT_SIZE, compressor(level),
        XXHashFactory.fastestInstance().hash32(), LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE);
  }

  /** The default level stands for the fast compressor, as in Kafka; any other one selects high compression. */
  private static LZ4Compressor compressor(int level) {
    LZ4Factory factory = LZ4Factory.fastestInstance();
    return level == CompressionType.LZ4.defaultLevel() ? factory.fastCompressor() : factory.highCompressor(level);
  }
}
