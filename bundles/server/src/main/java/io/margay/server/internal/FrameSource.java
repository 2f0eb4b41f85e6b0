package io.margay.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;

/**
 * Cuts the stream of a connection into frames, one at a time when it is asked for one:
 *
 * <pre>
 *   int32 size | size bytes
 * </pre>
 *
 * A frame that lies whole in what was received is a slice of it, unless it would keep much more memory than it needs: then it is
 * copied. The part at the end that is not whole yet is copied into a buffer that doubles as bytes arrive: what a client announces
 * costs nothing. All that is kept is taken from the part for frames of the {@link RequestMemory}; while that is spent, the
 * connection is not read.
 *
 * <p>Invariant: {@link #keptBytes} is what was taken for {@link #partial} and what it grows by, and for {@link #in} between two calls.
 *
 * <p>One per connection, on its event loop. The receiver owns the frames, and gives {@link #takenBytes} of each back.
 */
final class FrameSource {
  private static final int MIN_REQUEST_BYTES = 8;
  /** What a request takes besides its frame: its objects, and what is decoded of a small one. */
  private static final int REQUEST_BYTES = 1024;
  /** For no more than this does a frame wait at once. */
  private static final long MAX_WISH_BYTES = 4 << 20;
  /** A buffer up to this size may be kept for the sake of a smaller frame. */
  private static final int SMALL_BUFFER_BYTES = 1024;

  private final Channel channel;
  private final ReadGate gate;
  private int minFrameBytes = MIN_REQUEST_BYTES;
  private long maxFrameBytes;
  private final Runnable goOn;
  private LoopCredit credit;
  private ByteBuf in;
  private ByteBuf partial;
  private long partialBytes;
  private long restBytes;
  private long grantedBytes;
  private int takenBytes;
  private boolean waiting;
  /** Whether a whole frame has come before. */
  private boolean proven;
  private boolean closed;
  private long receivedBytes;

  /**
   * @param channel its buffers are used
   * @param gate pauses reading of this connection
   * @param maxFrameBytes largest frame that is taken, in bytes
   * @param goOn called when {@link #next} may find a frame that had to wait for memory
   */
  FrameSource(Channel channel, ReadGate gate, long maxFrameBytes, Runnable goOn) {
    this.channel = channel;
    this.gate = gate;
    this.maxFrameBytes = maxFrameBytes;
    this.goOn = goOn;
  }

  /**
   * Sets how large a frame may be from now on.
   *
   * @param mayBeEmpty whether what comes are not requests
   * @param most in bytes
   */
  void limits(boolean mayBeEmpty, long most) {
    minFrameBytes = mayBeEmpty ? 0 : MIN_REQUEST_BYTES;
    maxFrameBytes = most;
  }

  /** Sets where memory is taken; before anything is received. */
  void credit(LoopCredit loop) {
    credit = loop;
  }

  /** @param buffer what was received; taken over */
  void received(ByteBuf buffer) {
    if (closed) {
      buffer.release();
      return;
    }
    receivedBytes += buffer.readableBytes();
    if (in == null) {
      in = buffer;
      return;
    }
    // Only when reading was paused in the middle of a turn.
    ByteBuf both = channel.alloc().directBuffer(in.readableBytes() + buffer.readableBytes());
    both.writeBytes(in).writeBytes(buffer);
    in.release();
    buffer.release();
    in = both;
  }

  /**
   * The next frame.
   *
   * @return the frame without its size, or null when more must arrive or there is no memory for it yet
   * @throws BadFrameException when what arrived is no frame, or none that can be taken
   */
  ByteBuf next() {
    if (waiting || closed) {
      return null;
    }
    if (partial == null) {
      if (in == null) {
        return null;
      }
      int readable = in.readableBytes();
      if (readable >= 4) {
        int size = checkedSize(in, readable);
        if (readable - 4 >= size) {
          return cut(size);
        }
      }
      if (readable == 0) {
        dropIn();
        return null;
      }
      if (!begin(readable)) {
        return null;
      }
    }
    return fill();
  }

  /** @return how many bytes the last frame took from the budget */
  int takenBytes() {
    return takenBytes;
  }

  private ByteBuf cut(int size) {
    boolean copy = in.capacity() > SMALL_BUFFER_BYTES && size < in.capacity() / 4;
    int taken = REQUEST_BYTES + (copy ? size : Math.max(size, in.capacity() / 2));
    if (!obtain(taken, taken, size <= MemoryPool.SMALL_BYTES)) {
      return null;
    }
    in.skipBytes(4);
    ByteBuf frame = copy ? channel.alloc().directBuffer(size).writeBytes(in, size) : in.readRetainedSlice(size);
    takenBytes = taken;
    proven = true;
    if (!in.isReadable()) {
      dropIn();
    }
    return frame;
  }

  private int checkedSize(ByteBuf from, int readable) {
    int size = from.getInt(from.readerIndex());
    if (size < minFrameBytes || size > maxFrameBytes) {
      String what = ForeignProtocol.describe(from, from.readerIndex(), readable);
      String kind = what.startsWith(ForeignProtocol.UNKNOWN) ? ForeignProtocol.UNKNOWN : what;
      throw new BadFrameException(kind, size > maxFrameBytes ? what + "; the limit is " + maxFrameBytes
          + " bytes, from socket.request.max.bytes and margay.request.memory.bytes" : what);
    }
    return size;
  }

  private boolean begin(int readable) {
    int want = readable < 4 ? 64 : 4 + in.getInt(in.readerIndex());
    int capacity = Math.min(want, Math.max(readable, 256));
    if (!obtain(capacity, Math.min(want, MAX_WISH_BYTES), want <= MemoryPool.SMALL_BYTES)) {
      return false;
    }
    partial = channel.alloc().directBuffer(capacity, Integer.MAX_VALUE);
    partialBytes = capacity;
    return true;
  }

  /** Moves bytes to the partial frame, as many as belong to it. @return the frame when it is whole */
  private ByteBuf fill() {
    if (in == null) {
      return null;
    }
    if (partial.readableBytes() < 4) {
      partial.writeBytes(in, Math.min(in.readableBytes(), 4 - partial.readableBytes()));
      if (partial.readableBytes() < 4) {
        dropIn();
        return null;
      }
    }
    int total = 4 + checkedSize(partial, partial.readableBytes());
    int count = Math.min(in.readableBytes(), total - partial.readableBytes());
    if (!grow(partial.readableBytes() + count, total)) {
      return null;
    }
    partial.writeBytes(in, count);
    if (!in.isReadable()) {
      dropIn();
    }
    if (partial.readableBytes() < total) {
      return null;
    }
    ByteBuf frame = partial.skipBytes(4).slice();
    takenBytes = (int) partialBytes;
    proven = true;
    partial = null;
    partialBytes = 0;
    if (takenBytes > MemoryPool.SMALL_BYTES) {
      credit.pool().forget(this);
    }
    returnGrant();
    return frame;
  }

  private boolean grow(int needed, int total) {
    if (needed <= partial.capacity()) {
      return true;
    }
    int capacity = (int) Math.min(total, Math.max(needed, 2L * partial.capacity()));
    int more = capacity - partial.capacity();
    if (!obtain(more, Math.min(total - partial.capacity(), MAX_WISH_BYTES), total <= MemoryPool.SMALL_BYTES)) {
      return false;
    }
    ByteBuf bigger = channel.alloc().directBuffer(capacity);
    bigger.writeBytes(partial);
    partial.release();
    partial = bigger;
    partialBytes += more;
    return true;
  }

  /**
   * Takes memory, or waits for it with reading paused.
   *
   * @param bytes bytes that are needed now
   * @param wish bytes that will be needed soon; a frame that must wait waits once for all of them
   * @param small whether the whole frame is small
   */
  private boolean obtain(long bytes, long wish, boolean small) {
    if (bytes <= grantedBytes) {
      grantedBytes -= bytes;
      return true;
    }
    long more = bytes - grantedBytes;
    if (credit.tryTake(more, small)) {
      grantedBytes = 0;
      return true;
    }
    credit.giveAll();
    long asked = Math.max(bytes, wish) - grantedBytes;
    if (credit.pool().takeOrWait(this, asked, small, proven, () -> grantedElsewhere(asked))) {
      grantedBytes += asked - bytes;
      return true;
    }
    waiting = true;
    gate.pause(ReadGate.Reason.MEMORY);
    return false;
  }

  private void returnGrant() {
    if (grantedBytes > 0) {
      credit.give(grantedBytes);
      grantedBytes = 0;
    }
  }

  private void grantedElsewhere(long bytes) {
    try {
      channel.eventLoop().execute(() -> granted(bytes));
    } catch (RejectedExecutionException e) {
      // the event loops have ended
      credit.pool().give(bytes);
    }
  }

  private void granted(long bytes) {
    waiting = false;
    if (closed) {
      credit.pool().give(bytes);
      return;
    }
    grantedBytes += bytes;
    gate.resume(ReadGate.Reason.MEMORY);
    goOn.run();
  }

  /** Counts what is left of the received bytes, after frames were taken from them as far as they are wanted now. */
  void settle() {
    if (in == null || !in.isReadable()) {
      dropIn();
    } else if (restBytes == 0) {
      if (in.capacity() > SMALL_BUFFER_BYTES && in.readableBytes() < in.capacity() / 2) {
        ByteBuf rest = channel.alloc().directBuffer(in.readableBytes()).writeBytes(in);
        in.release();
        in = rest;
      }
      restBytes = in.capacity();
      credit.force(restBytes);
    }
  }

  private void dropIn() {
    if (in != null) {
      in.release();
      in = null;
    }
    if (restBytes > 0) {
      credit.give(restBytes);
      restBytes = 0;
    }
  }

  /** @return whether bytes are here that no frame was made of yet */
  boolean hasRest() {
    return in != null;
  }

  /** @return whether the rest of a frame that has begun to arrive is up to the client */
  boolean waitsForClient() {
    return partial != null && !waiting;
  }

  /** @return whether it waits for memory */
  boolean waitsForMemory() {
    return waiting;
  }

  /** @return bytes that it keeps */
  long keptBytes() {
    return partialBytes + restBytes + grantedBytes;
  }

  /** @return how many bytes have come in all */
  long receivedBytes() {
    return receivedBytes;
  }

  /** @return whether a whole frame has come */
  boolean proven() {
    return proven;
  }

  /** Goes on with what has arrived at the version of this bundle before. */
  void resume(boolean hasProven, ByteBuf rest) {
    proven = hasProven;
    if (rest != null) {
      received(rest);
    }
  }

  /**
   * Gives the memory back, and what no frame was made of to the caller; nothing more is taken.
   *
   * @param unused a frame that was taken, and is to come first again; or null
   * @return the bytes from the first size on, or null for none
   */
  ByteBuf detach(ByteBuf unused) {
    ByteBuf begun = unused == null ? partial : channel.alloc().directBuffer(4 + unused.writerIndex()).writeInt(unused.writerIndex())
        .writeBytes(unused, 0, unused.writerIndex());
    ByteBuf rest = begun;
    if (begun == partial && begun != null) {
      begun.retain();
    }
    if (in != null && in.isReadable()) {
      rest = begun == null ? in.retain()
          : channel.alloc().directBuffer(begun.readableBytes() + in.readableBytes()).writeBytes(begun).writeBytes(in);
      if (begun != null) {
        begun.release();
      }
    }
    close();
    return rest;
  }

  /** Gives everything back; nothing more is taken. */
  void close() {
    closed = true;
    // A wish that is no longer in the queue was granted: granted() gives it back when it runs.
    credit.pool().forget(this);
    dropIn();
    if (partial != null) {
      partial.release();
      partial = null;
      credit.give(partialBytes);
      partialBytes = 0;
    }
    returnGrant();
  }
}
