package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/** A channel that appends to a buffer, which stays the caller's: for records that write themselves to a channel. One thread. */
public final class ByteBufChannel implements WritableByteChannel {
  private final ByteBuf target;

  /** A channel that writes at the writer index of the buffer. */
  public ByteBufChannel(ByteBuf target) {
    this.target = Objects.requireNonNull(target, "target");
  }

  /**
   * Appends all bytes of records to a buffer.
   *
   * @throws EOFException if there are fewer than the records said
   */
  public static void transfer(Records records, ByteBuf target) throws IOException {
    ByteBufChannel channel = new ByteBufChannel(target);
    long size = records.sizeBytes();
    long done = 0;
    while (done < size) {
      long moved = records.transferTo(channel, done, size - done);
      if (moved <= 0) {
        throw new EOFException("records end after " + done + " of " + size + " bytes");
      }
      done += moved;
    }
  }

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

  /** Does nothing: the buffer is the caller's. */
  @Override
  public void close() { }
}
