package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;

/** Records that lie uncompressed in a buffer. Reusable. */
final class BufferSource extends RecordSource {
  private ByteBuf buf;
  private int start;
  private int size;

  BufferSource wrap(ByteBuf buf, int index, int sizeBytes) {
    this.buf = buf;
    this.start = index;
    this.size = sizeBytes;
    this.position = 0;
    this.limit = NO_LIMIT;
    return this;
  }

  /** Absolute index in the buffer of the position. */
  int index() {
    return start + (int) position;
  }

  @Override
  long remaining() {
    return size - position;
  }

  @Override
  byte readByte() {
    if (position >= limit) {
      throw pastLimit("a number");
    }
    if (position >= size) {
      throw cutOff();
    }
    return buf.getByte(start + (int) position++);
  }

  @Override
  void skip(int count) {
    if (count > limit - position) {
      throw pastLimit("a field of " + count + " bytes");
    }
    if (count > size - position) {
      throw cutOff();
    }
    position += count;
  }

  @Override
  boolean isExhausted() {
    return position >= size;
  }
}
