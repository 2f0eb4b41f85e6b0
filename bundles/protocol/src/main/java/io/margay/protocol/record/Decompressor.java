package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Opens streams over compressed records. Each codec is a class of its own, so that its library is loaded on first use. */
final class Decompressor {
  private static final int GZIP_INPUT_BUFFER_SIZE = 8 * 1024;

  private Decompressor() {
  }

  /**
   * Stream of the decompressed bytes of {@code [index, index + length)}.
   *
   * @param maxBytes most bytes that a codec may allocate for decompressed data at once
   */
  static InputStream open(CompressionType type, ByteBuf buf, int index, int length, long maxBytes) {
    ByteBuf slice = buf.slice(index, length);
    try {
      return switch (type) {
        case NONE -> new ByteBufInputStream(slice);
        case GZIP -> new GZIPInputStream(new ByteBufInputStream(slice), GZIP_INPUT_BUFFER_SIZE);
        case SNAPPY -> new SnappyRecordInputStream(slice, maxBytes);
        case LZ4 -> Lz4Streams.input(new ByteBufInputStream(slice));
        case ZSTD -> ZstdStreams.input(new ByteBufInputStream(slice));
      };
    } catch (IOException | RuntimeException e) {
      if (e instanceof CorruptRecordException corrupt) {
        throw corrupt;
      }
      throw new CorruptRecordException(type.configName() + " data cannot be opened: " + e.getMessage(), e);
    }
  }
}
