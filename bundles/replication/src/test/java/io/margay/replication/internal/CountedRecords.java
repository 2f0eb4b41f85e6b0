package io.margay.replication.internal;

import io.margay.protocol.Records;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Records of a {@link FakeLog}, whose release is counted. */
record CountedRecords(Records records) implements Records {
  @Override
  public int sizeBytes() {
    return records.sizeBytes();
  }

  @Override
  public ByteBuf bufferOrNull() {
    return records.bufferOrNull();
  }

  @Override
  public long transferTo(WritableByteChannel target, long position, long length) throws IOException {
    return records.transferTo(target, position, length);
  }

  @Override
  public void release() {
    FakeLog.UNRELEASED.decrementAndGet();
    records.release();
  }
}
