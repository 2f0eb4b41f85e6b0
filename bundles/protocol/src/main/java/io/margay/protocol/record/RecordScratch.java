package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * The memory for decompression: one buffer for the output, and the state of each codec that was used. Reusable, one thread at a
 * time; {@link RecordScratchPool} shares them. Native libraries are loaded with the first batch of their codec.
 *
 * <p>Between two uses it holds at most {@value #KEPT_BYTES} bytes of buffers and what the codecs keep for windows of at most
 * 8 MiB, of which only the pages that were written count.
 */
public final class RecordScratch implements AutoCloseable {
  /** What most blocks fit into: those of LZ4 and Snappy as producers write them, and a portion of a stream. */
  private static final int BLOCK_BYTES = 64 << 10;
  private static final int KEPT_BYTES = 1 << 20;

  private final ByteBufAllocator allocator;
  private final BlockDecoder[] decoders = new BlockDecoder[CompressionType.ZSTD.id() + 1];
  private ByteBuf outBuffer;
  private ByteBuffer out;
  /** Holds a copy of compressed bytes that are not in direct memory, which the codecs need. */
  private ByteBuf inBuffer;

  /** A scratch whose buffers come from the allocator. It takes no memory before its first use. */
  public RecordScratch(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /**
   * Begins to decompress.
   *
   * @param compressed from position to limit; used until the decoder has finished
   * @param maxBytes the most bytes of output
   * @return the codec's decoder, at its start
   */
  BlockDecoder open(CompressionType type, ByteBuffer compressed, long maxBytes) {
    BlockDecoder decoder = decoders[type.id()];
    if (decoder == null) {
      decoder = create(type);
      decoders[type.id()] = decoder;
    }
    decoder.start(this, direct(compressed), maxBytes);
    return decoder;
  }

  /**
   * Decompresses bytes that are not records, such as telemetry of clients.
   *
   * @param type how they are compressed; not NONE
   * @param compressed from position to limit, not null
   * @param memory asked for the bytes before more of them are taken; false when there is no memory
   * @param maxBytes the most bytes of output
   * @return the output; null when there is no memory
   * @throws CorruptRecordException when they are not compressed that way
   * @throws InvalidRecordBatchException with reason MESSAGE_TOO_LARGE when there are more than {@code maxBytes}
   */
  public byte[] decompress(CompressionType type, ByteBuffer compressed, LongPredicate memory, int maxBytes) {
    BlockDecoder decoder = open(type, compressed, maxBytes);
    try {
      byte[] bytes = {};
      int size = 0;
      while (decoder.next()) {
        int more = decoder.to - decoder.from;
        if (more > maxBytes - size) {
          throw new InvalidRecordBatchException(InvalidRecordBatchException.Reason.MESSAGE_TOO_LARGE,
              "what was compressed has more than " + maxBytes + " bytes");
        }
        if (more > bytes.length - size) {
          int capacity = (int) Math.min(maxBytes, Math.max(size + (long) more, 2L * bytes.length));
          if (!memory.test(capacity)) {
            return null;
          }
          bytes = Arrays.copyOf(bytes, capacity);
        }
        decoder.block.get(decoder.from, bytes, size, more);
        size += more;
      }
      return Arrays.copyOf(bytes, size);
    } finally {
      decoder.finish();
    }
  }

  private static BlockDecoder create(CompressionType type) {
    return switch (type) {
      case NONE -> throw new IllegalArgumentException("uncompressed records need no decoder");
      case GZIP -> new GzipDecoder();
      case SNAPPY -> new SnappyDecoder();
      case LZ4 -> new Lz4Decoder();
      case ZSTD -> new ZstdDecoder();
    };
  }

  private ByteBuffer direct(ByteBuffer compressed) {
    if (compressed.isDirect()) {
      return compressed;
    }
    int length = compressed.remaining();
    if (inBuffer == null || inBuffer.capacity() < length) {
      releaseIn();
      inBuffer = allocator.directBuffer(Math.max(length, BLOCK_BYTES));
    }
    inBuffer.setBytes(0, compressed);
    return inBuffer.nioBuffer(0, length);
  }

  /** The buffer for the output, with at least {@code minBytes}; its content is lost when it has to grow. */
  ByteBuffer out(int minBytes) {
    if (out == null || out.capacity() < minBytes) {
      releaseOut();
      int capacity = Math.max(minBytes, BLOCK_BYTES);
      outBuffer = allocator.directBuffer(capacity, capacity);
      out = outBuffer.nioBuffer(0, capacity);
    }
    out.clear();
    return out;
  }

  /** Releases what only an unusual batch needed. */
  void trim() {
    if (out != null && out.capacity() > KEPT_BYTES) {
      releaseOut();
    }
    if (inBuffer != null && inBuffer.capacity() > KEPT_BYTES) {
      releaseIn();
    }
  }

  private void releaseOut() {
    if (outBuffer != null) {
      outBuffer.release();
      outBuffer = null;
      out = null;
    }
  }

  private void releaseIn() {
    if (inBuffer != null) {
      inBuffer.release();
      inBuffer = null;
    }
  }

  /** Frees everything; it may be used again afterwards. */
  @Override
  public void close() {
    for (int i = 0; i < decoders.length; i++) {
      if (decoders[i] != null) {
        decoders[i].close();
        decoders[i] = null;
      }
    }
    releaseOut();
    releaseIn();
  }
}
