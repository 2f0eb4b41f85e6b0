package io.margay.protocol.record;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Records behind a decompressing stream, read through a window of fixed size. The number of decompressed bytes is limited:
 * the first byte above the allowance is an error. Owns the stream.
 */
final class StreamSource extends RecordSource implements AutoCloseable {
  private static final int WINDOW_SIZE = 8 * 1024;

  private final InputStream in;
  private final long maxBytes;
  private final byte[] window = new byte[WINDOW_SIZE];
  /** Bytes that came out of the stream so far. */
  private long received;
  private int next;
  private int filled;

  StreamSource(InputStream in, long maxBytes) {
    this.in = in;
    // One more than the allowance must not overflow.
    this.maxBytes = Math.min(maxBytes, Long.MAX_VALUE - 1);
  }

  @Override
  long remaining() {
    return maxBytes - position;
  }

  @Override
  byte readByte() {
    if (position >= limit) {
      throw pastLimit("a number");
    }
    if (next == filled && !fill()) {
      throw cutOff();
    }
    position++;
    return window[next++];
  }

  @Override
  void skip(int count) {
    if (count > limit - position) {
      throw pastLimit("a field of " + count + " bytes");
    }
    int left = count;
    while (left > 0) {
      if (next == filled && !fill()) {
        throw cutOff();
      }
      int step = Math.min(left, filled - next);
      next += step;
      position += step;
      left -= step;
    }
  }

  @Override
  boolean isExhausted() {
    return next == filled && !fill();
  }

  /**
   * The next {@code count} bytes as a new array. It grows with what has arrived, so an announced size alone costs nothing.
   */
  byte[] readBytes(int count) {
    byte[] bytes = new byte[Math.min(count, WINDOW_SIZE)];
    int done = 0;
    while (done < count) {
      if (done == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(count, bytes.length * 4L));
      }
      if (next == filled && !fill()) {
        throw cutOff();
      }
      int step = Math.min(bytes.length - done, filled - next);
      System.arraycopy(window, next, bytes, done, step);
      next += step;
      position += step;
      done += step;
    }
    return bytes;
  }

  private boolean fill() {
    // One byte more than allowed is asked for, so that data which ends exactly at the allowance passes.
    int want = (int) Math.min(WINDOW_SIZE, maxBytes - received + 1);
    int count;
    try {
      count = in.read(window, 0, want);
    } catch (IOException | RuntimeException e) {
      if (e instanceof CorruptRecordException corrupt) {
        throw corrupt;
      }
      throw new CorruptRecordException("records cannot be decompressed: " + e.getMessage(), e);
    }
    if (count <= 0) {
      return false;
    }
    received += count;
    if (received > maxBytes) {
      throw new CorruptRecordException("records decompress to more than the " + maxBytes + " bytes allowed");
    }
    next = 0;
    filled = count;
    return true;
  }

  /** Frees what the codec holds. */
  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new IllegalStateException("decompressor of an in-memory buffer failed to close", e);
    }
  }
}
