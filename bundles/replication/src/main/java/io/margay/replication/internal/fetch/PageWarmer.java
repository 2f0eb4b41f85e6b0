package io.margay.replication.internal.fetch;

import io.margay.protocol.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Reads bytes of a file once, so that they are in the page cache when an event loop sends them from there. Reading costs a copy,
 * but records that are cold cost a disk access anyway, and an event loop must not wait for that.
 */
final class PageWarmer {
  private static final int CHUNK_BYTES = 128 * 1024;
  private static final ThreadLocal<ByteBuffer> CHUNK = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(CHUNK_BYTES));

  private PageWarmer() { }

  /** Called on a thread that may block; does nothing when the records are in memory. */
  static void warm(Records records) throws IOException {
    FileChannel file = records.fileOrNull();
    if (file == null) {
      return;
    }
    ByteBuffer chunk = CHUNK.get();
    long position = records.filePosition();
    long end = position + records.sizeBytes();
    while (position < end) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - position));
      int count = file.read(chunk, position);
      if (count <= 0) {
        return;
      }
      position += count;
    }
  }
}
