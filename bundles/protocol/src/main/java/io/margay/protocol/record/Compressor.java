package io.margay.protocol.record;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** Opens compressing streams; closing one completes its data. */
final class Compressor {
  private static final int GZIP_OUTPUT_BUFFER_SIZE = 8 * 1024;

  private Compressor() {
  }

  static OutputStream open(CompressionType type, int level, OutputStream out) throws IOException {
    return switch (type) {
      case NONE -> out;
      case GZIP -> new LeveledGzip(out, level);
      case SNAPPY -> SnappyStreams.output(out);
      case LZ4 -> Lz4Streams.output(out, level);
      case ZSTD -> ZstdStreams.output(out, level);
    };
  }

  /** The JDK's stream has no argument for the level, but subclasses reach the deflater. */
  private static final class LeveledGzip extends GZIPOutputStream {
    LeveledGzip(OutputStream out, int level) throws IOException {
      super(out, GZIP_OUTPUT_BUFFER_SIZE);
      def.setLevel(level);
    }
  }
}
