package io.margay.console.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/**
 * A bounded queue of bytes between two threads. Unlike a channel it survives the interruption of a thread that writes to it, and
 * unlike {@code java.io.Piped*Stream} it does not care which threads use it and whether they live.
 *
 * <p>Any number of writers, one reader. It ends in one of two ways: {@link #end()}, after which the reader takes what is left,
 * or {@link #abandon()}, after which writers fail and the reader sees the end.
 */
final class ByteQueue {
  private final byte[] ring;
  /** Index of the first byte that was not read; {@code 0 <= first < ring.length}. */
  private int first;
  /** Bytes in the queue; {@code 0 <= count <= ring.length}. */
  private int count;
  private boolean ended;
  private boolean abandoned;

  /** @param capacity how many bytes wait before writers do */
  ByteQueue(int capacity) {
    ring = new byte[capacity];
  }

  /** Adds bytes, waiting for room; they are dropped without a word after {@link #end()}. */
  synchronized void put(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int rest = length;
    while (rest > 0 && !ended) {
      if (abandoned) {
        throw new IOException("the reader is gone");
      }
      if (count == ring.length) {
        await();
        continue;
      }
      int from = (first + count) % ring.length;
      int part = Math.min(rest, Math.min(ring.length - count, ring.length - from));
      System.arraycopy(bytes, at, ring, from, part);
      count += part;
      at += part;
      rest -= part;
      notifyAll();
    }
  }

  /** Takes at least one byte, waiting for it; -1 at the end. */
  synchronized int take(byte[] into, int offset, int length) throws IOException {
    while (count == 0) {
      if (ended || abandoned) {
        return -1;
      }
      await();
    }
    int part = Math.min(length, Math.min(count, ring.length - first));
    System.arraycopy(ring, first, into, offset, part);
    first = (first + part) % ring.length;
    count -= part;
    notifyAll();
    return part;
  }

  synchronized int available() {
    return count;
  }

  /** Nothing more is added; the reader gets what there is. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** The reader is gone. */
  synchronized void abandon() {
    abandoned = true;
    count = 0;
    notifyAll();
  }

  private void await() throws InterruptedIOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /** The writers' end; closing it does nothing. */
  OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        put(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        put(bytes, offset, length);
      }
    };
  }

  /** The reader's end; closing it does nothing. */
  InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return take(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        return length == 0 ? 0 : take(into, offset, length);
      }

      @Override
      public int available() {
        return ByteQueue.this.available();
      }
    };
  }
}
