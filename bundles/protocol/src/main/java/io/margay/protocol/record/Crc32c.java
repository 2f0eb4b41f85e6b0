package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C over a range of a buffer. Reusable; one thread at a time. */
public final class Crc32c {
  private final CRC32C crc = new CRC32C();

  /**
   * Checksum of the bytes {@code [index, index + length)} as an unsigned 32 bit number. Allocates nothing for a buffer with a
   * single region of memory. Does not move the buffer's indices, but uses its internal NIO view when it has no array.
   */
  public long compute(ByteBuf buf, int index, int length) {
    crc.reset();
    if (length == 0) {
      return crc.getValue();
    }
    if (buf.hasArray()) {
      crc.update(buf.array(), buf.arrayOffset() + index, length);
    } else if (buf.nioBufferCount() == 1) {
      crc.update(buf.internalNioBuffer(index, length));
    } else {
      for (ByteBuffer part : buf.nioBuffers(index, length)) {
        crc.update(part);
      }
    }
    return crc.getValue();
  }
}
