package io.margay.protocol.record;

import java.io.IOException;
import java.io.OutputStream;
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

  static int uncompressedLength(byte[] block, int length) throws IOException {
    return Snappy.uncompressedLength(block, 0, length);
  }

  /** Decompresses a block; {@code target} holds at least {@link #uncompressedLength} bytes. */
  static void uncompress(byte[] block, int length, byte[] target) throws IOException {
    Snappy.uncompress(block, 0, length, target, 0);
  }
}
