package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/** Records whose bytes are in a buffer. Equal when the bytes are. */
public final class BufferRecords implements Records {
  static final int EMPTY_HASH = Unpooled.EMPTY_BUFFER.hashCode();

  private final ByteBuf buffer;
  private final boolean owned;

  /**
   * Takes over one reference of {@code buffer}: {@link #release()} releases it. The bytes are those that are readable now; the
   * caller must not use the buffer's indexes any more.
   */
  public BufferRecords(ByteBuf buffer) {
    this(buffer, true);
  }

  private BufferRecords(ByteBuf buffer, boolean owned) {
    this.buffer = Objects.requireNonNull(buffer, "buffer");
    this.owned = owned;
  }

  /** A view of the readable bytes of {@code buffer}, which another owner keeps alive; {@link #release()} does nothing. */
  public static BufferRecords view(ByteBuf buffer) {
    return viewOfSlice(buffer.slice());
  }

  /** As {@link #view}, for a slice that no other code uses. */
  static BufferRecords viewOfSlice(ByteBuf slice) {
    return new BufferRecords(slice, false);
  }

  @Override
  public int sizeBytes() {
    return buffer.readableBytes();
  }

  @Override
  public ByteBuf bufferOrNull() {
    return buffer.slice();
  }

  @Override
  public long transferTo(WritableByteChannel target, long position, long length) throws IOException {
    Objects.checkFromIndexSize(position, length, (long) buffer.readableBytes());
    long written = 0;
    for (ByteBuffer part : buffer.nioBuffers(buffer.readerIndex() + (int) position, (int) length)) {
      while (part.hasRemaining()) {
        int count = target.write(part);
        if (count <= 0) {
          return written;
        }
        written += count;
      }
    }
    return written;
  }

  /** The buffer with a reference that the caller must release; ends this object's ownership. */
  ByteBuf handOver() {
    return owned ? buffer : buffer.retainedSlice();
  }

  @Override
  public void release() {
    if (owned) {
      buffer.release();
    }
  }

  @Override
  public boolean equals(Object other) {
    if (other instanceof BufferRecords that) {
      return ByteBufUtil.equals(buffer, that.buffer);
    }
    return other == EMPTY && sizeBytes() == 0;
  }

  @Override
  public int hashCode() {
    return buffer.hashCode();
  }

  @Override
  public String toString() {
    return "records[" + sizeBytes() + "]";
  }
}
