package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.channels.WritableByteChannel;

/** {@link Records#EMPTY}. */
final class EmptyRecords implements Records {
  @Override
  public int sizeBytes() {
    return 0;
  }

  @Override
  public ByteBuf bufferOrNull() {
    return Unpooled.EMPTY_BUFFER;
  }

  @Override
  public long transferTo(WritableByteChannel target, long position, long length) {
    return 0;
  }

  @Override
  public void release() {
    // Nothing is held.
  }

  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof BufferRecords that && that.sizeBytes() == 0;
  }

  @Override
  public int hashCode() {
    return BufferRecords.EMPTY_HASH;
  }

  @Override
  public String toString() {
    return "records[0]";
  }
}
