package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * The uncompressed bytes of records, read forward through a window: the whole range when it is not compressed, else one block
 * of the decoder after the other. Positions count from the first byte of the first record. Reads never go beyond
 * {@link #limit}, which encloses the record that is being read. Reusable.
 *
 * <p>Invariant: {@code next <= end <= windowEnd}, and {@code end} is the lower of the window's end and the limit.
 */
final class RecordSource {
  /** No limit but the end of the data. */
  static final long NO_LIMIT = Long.MAX_VALUE;

  private BlockDecoder decoder;
  private long maxBytes;
  private ByteBuffer window;
  private int next;
  private int end;
  private int windowEnd;
  /** What to add to {@link #next} for the position. */
  private long shift;
  private long limit = NO_LIMIT;

  /** Reads bytes as they are, from position to limit of the buffer, which stay. Returns this. */
  RecordSource wrap(ByteBuffer bytes) {
    decoder = null;
    window = bytes;
    next = bytes.position();
    windowEnd = bytes.limit();
    maxBytes = windowEnd - next;
    shift = -next;
    limit(NO_LIMIT);
    return this;
  }

  /**
   * The range of a buffer as the codecs and {@link #wrap} read it, which allocates nothing for a buffer in one piece.
   *
   * @param shared whether other threads may look at the buffer meanwhile; if not, its internal view is used
   */
  static ByteBuffer view(ByteBuf buf, int index, int sizeBytes, boolean shared) {
    if (buf.nioBufferCount() != 1 || shared) {
      return buf.nioBuffer(index, sizeBytes);
    }
    return buf.internalNioBuffer(index, sizeBytes);
  }

  /**
   * Reads the output of a decoder.
   *
   * @param allowance the most bytes that the decoder may produce
   */
  RecordSource decode(BlockDecoder started, long allowance) {
    decoder = started;
    maxBytes = allowance;
    window = null;
    next = 0;
    windowEnd = 0;
    shift = 0;
    limit(NO_LIMIT);
    return this;
  }

  /** Lets go of the data. */
  void close() {
    if (decoder != null) {
      decoder.finish();
      decoder = null;
    }
    window = null;
    next = 0;
    end = 0;
    windowEnd = 0;
  }

  boolean isCompressed() {
    return decoder != null;
  }

  long position() {
    return next + shift;
  }

  /** Forbids reads at or after this position. */
  void limit(long newLimit) {
    limit = newLimit;
    end = newLimit == NO_LIMIT ? windowEnd : (int) Math.min(windowEnd, newLimit - shift);
  }

  /** Upper bound of the bytes that may follow the position: what the range, or the allowance for decompressed bytes, leaves. */
  long remaining() {
    return maxBytes - position();
  }

  /** Most bytes that there may be. */
  long maxBytes() {
    return maxBytes;
  }

  /** The next byte; a {@link CorruptRecordException} at the end. */
  byte readByte() {
    if (next >= end) {
      requireNext("a number");
    }
    return window.get(next++);
  }

  /** Skips {@code count} bytes, at least 0. */
  void skip(int count) {
    if (count <= end - next) {
      next += count;
      return;
    }
    if (count > limit - position()) {
      throw pastLimit("a field of " + count + " bytes");
    }
    int left = count;
    while (left > 0) {
      if (next == end) {
        requireNext("a field");
      }
      int step = Math.min(left, end - next);
      next += step;
      left -= step;
    }
  }

  /** Copies the next bytes. */
  void readBytes(byte[] target, int offset, int count) {
    int done = 0;
    while (done < count) {
      if (next == end) {
        requireNext("a field");
      }
      int step = Math.min(count - done, end - next);
      window.get(next, target, offset + done, step);
      next += step;
      done += step;
    }
  }

  /** True if no byte follows. */
  boolean isExhausted() {
    return next == windowEnd && !refill();
  }

  private void requireNext(String what) {
    if (position() >= limit) {
      throw pastLimit(what);
    }
    if (!refill()) {
      throw new CorruptRecordException("records are cut off at position " + position());
    }
  }

  /** Moves the window, which is used up. Returns false at the end of the data. */
  private boolean refill() {
    if (decoder == null || !decoder.next()) {
      return false;
    }
    long position = position();
    int size = decoder.to - decoder.from;
    if (size > maxBytes - position) {
      throw tooLarge(maxBytes);
    }
    window = decoder.block;
    next = decoder.from;
    windowEnd = decoder.to;
    shift = position - next;
    limit(limit);
    return true;
  }

  static InvalidRecordBatchException tooLarge(long maxBytes) {
    return new InvalidRecordBatchException(InvalidRecordBatchException.Reason.MESSAGE_TOO_LARGE,
        "records of the batch decompress to more than " + maxBytes + " bytes");
  }

  int readVarint() {
    byte first = readByte();
    if (first >= 0) {
      return Varint.zigZagDecode(first);
    }
    int value = first & 0x7f;
    for (int shiftBits = 7; shiftBits <= 28; shiftBits += 7) {
      byte b = readByte();
      if (shiftBits == 28 && (b & 0xf0) != 0) {
        break;
      }
      value |= (b & 0x7f) << shiftBits;
      if (b >= 0) {
        return Varint.zigZagDecode(value);
      }
    }
    throw Varint.overflow(32);
  }

  long readVarlong() {
    long value = 0;
    for (int shiftBits = 0; shiftBits <= 63; shiftBits += 7) {
      byte b = readByte();
      if (shiftBits == 63 && (b & 0xfe) != 0) {
        break;
      }
      value |= (long) (b & 0x7f) << shiftBits;
      if (b >= 0) {
        return Varint.zigZagDecode(value);
      }
    }
    throw Varint.overflow(64);
  }

  private CorruptRecordException pastLimit(String what) {
    return new CorruptRecordException("record ends at position " + limit + ", inside " + what + " at position " + position());
  }
}
