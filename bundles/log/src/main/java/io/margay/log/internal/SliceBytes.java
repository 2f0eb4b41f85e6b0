package io.margay.log.internal;

import io.margay.protocol.Records;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Brings what was read from a store into memory, for the few who look into it. */
final class SliceBytes {
  private SliceBytes() { }

  /**
   * Takes a slice over: its bytes, in a buffer that the caller releases. The slice's records are released here, or together
   * with the buffer.
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
        fill(records, size, copy);
      } catch (IOException | RuntimeException e) {
        copy.release();
        throw e;
      }
      return copy;
    } finally {
      records.release();
    }
  }

  private static void fill(Records records, int size, ByteBuf copy) throws IOException {
    ByteBuf there = records.bufferOrNull();
    if (there != null) {
      copy.writeBytes(there);
      return;
    }
    BufferChannel target = new BufferChannel(copy);
    long done = 0;
    while (done < size) {
      long moved = records.transferTo(target, done, size - done);
      if (moved <= 0) {
        throw new EOFException("records end after " + done + " of " + size + " bytes");
      }
      done += moved;
    }
  }

  private record BufferChannel(ByteBuf target) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) {
      int count = source.remaining();
      target.writeBytes(source);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() { }
  }
}
