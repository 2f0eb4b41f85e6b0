package io.margay.spi.storage;

import io.margay.protocol.Records;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Collects what records write to a channel. */
final class ByteBufChannel implements WritableByteChannel {
  private final ByteBuf target;

  private ByteBufChannel(ByteBuf target) {
    this.target = target;
  }

  /** Appends all bytes of records to a buffer. */
  static void transfer(Records records, ByteBuf target) throws IOException {
    ByteBufChannel channel = new ByteBufChannel(target);
    long at = 0;
    while (at < records.sizeBytes()) {
      at += records.transferTo(channel, at, records.sizeBytes() - at);
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

  @Override
  public void close() {
    // Nothing to close.
  }
}
