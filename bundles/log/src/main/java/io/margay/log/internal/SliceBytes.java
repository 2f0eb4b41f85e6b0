package io.margay.log.internal;

import io.margay.protocol.ByteBufChannel;
import io.margay.protocol.Records;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;

/** Loads what was read from a store into memory, for the few callers that examine it. */
final class SliceBytes {
  private SliceBytes() { }

  /**
   * Takes over a slice and returns its bytes, in a buffer that the caller releases. The slice's records are released here, or
   * together with the buffer.
   *
   * @param slice what was read; belongs to this method from now on
   * @return its bytes from reader to writer index
   */
  static ByteBuf take(LogSlice slice) throws IOException {
    Records records = slice.records();
    try {
      int size = records.sizeBytes();
      ByteBuf copy = ByteBufAllocator.DEFAULT.heapBuffer(size, size);
      try {
        fill(records, copy);
      } catch (IOException | RuntimeException e) {
        copy.release();
        throw e;
      }
      return copy;
    } finally {
      records.release();
    }
  }

  private static void fill(Records records, ByteBuf copy) throws IOException {
    ByteBuf there = records.bufferOrNull();
    if (there != null) {
      copy.writeBytes(there);
      return;
    }
    ByteBufChannel.transfer(records, copy);
  }
}
