package io.margay.mirror.internal;

import io.margay.protocol.Records;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * What identifies a batch in both clusters: its place, its size and its checksum, which covers all of it but place and leader epoch.
 *
 * @param baseOffset offset of its first record
 * @param nextOffset offset after its last record
 * @param sizeBytes its size
 * @param crc its checksum
 */
record LastBatch(long baseOffset, long nextOffset, int sizeBytes, long crc) {
  /** Reads the header of the first batch of a buffer; null when there is none. */
  static LastBatch of(ByteBuf records) {
    if (records == null || records.readableBytes() < RecordBatchFormat.HEADER_SIZE
        || records.getByte(records.readerIndex() + RecordBatchFormat.MAGIC_OFFSET) != RecordBatchFormat.MAGIC_V2) {
      return null;
    }
    RecordBatch batch = new RecordBatch().wrap(records, records.readerIndex());
    return new LastBatch(batch.baseOffset(), batch.nextOffset(), batch.sizeBytes(), batch.crc());
  }

  /** Reads the last batch of a log that is not empty. */
  static LastBatch of(LeaderPartition leader) throws IOException {
    return at(leader, leader.logEndOffset() - 1);
  }

  /** Reads the batch with an offset, or the next one; null when there is none. */
  static LastBatch at(LeaderPartition leader, long offset) throws IOException {
    LogSlice slice = leader.read(offset, 1, leader.logEndOffset(), true);
    Records records = slice.records();
    try {
      ByteBuf buffer = records.bufferOrNull();
      return of(buffer != null ? buffer : header(records));
    } finally {
      records.release();
    }
  }

  private static ByteBuf header(Records records) throws IOException {
    ByteBuf header = Unpooled.buffer(RecordBatchFormat.HEADER_SIZE);
    int wanted = Math.min(RecordBatchFormat.HEADER_SIZE, records.sizeBytes());
    WritableByteChannel into = new WritableByteChannel() {
      @Override
      public int write(ByteBuffer bytes) {
        int length = bytes.remaining();
        header.writeBytes(bytes);
        return length;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {
        // there is nothing to close
      }
    };
    while (header.readableBytes() < wanted) {
      if (records.transferTo(into, header.readableBytes(), wanted - header.readableBytes()) <= 0) {
        throw new IOException("a batch ends after " + header.readableBytes() + " bytes");
      }
    }
    return header;
  }

  /** The difference from the batch of the source at the same place in words; null when there is none. */
  String difference(LastBatch source) {
    return equals(source) ? null : "the last batch here has offsets " + baseOffset + " to " + (nextOffset - 1) + " and checksum "
        + Long.toHexString(crc) + ", the source's there has offsets " + source.baseOffset + " to " + (source.nextOffset - 1)
        + " and checksum " + Long.toHexString(source.crc);
  }
}
