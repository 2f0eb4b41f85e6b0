package io.margay.protocol.record;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyOutputStream;

/** The calls into the Snappy library. */
final class SnappyStreams {
  private SnappyStreams() {
  }

  /** Writes the framing of snappy-java with its default block size of 32 KiB. */
  static OutputStream output(OutputStream out) {
    return new SnappyOutputStream(out);
  }

  /** @param block from position to limit */
  static int uncompressedLength(ByteBuffer block) throws IOException {
    return Snappy.uncompressedLength(block);
  }

  /** Decompresses a block; {@code target} has room for {@link #uncompressedLength} bytes. Both are direct. */
  static int uncompress(ByteBuffer block, ByteBuffer target) throws IOException {
    return Snappy.uncompress(block, target);
  }
}
