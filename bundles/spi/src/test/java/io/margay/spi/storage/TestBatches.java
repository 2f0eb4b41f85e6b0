package io.margay.spi.storage;

import io.margay.protocol.record.Crc32c;
import io.margay.protocol.record.RecordBatchFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;

/** Makes record batches whose header and checksum are right and whose records are noise: an engine does not look at them. */
public final class TestBatches {
  private TestBatches() {
  }

  /**
   * @param baseOffset its first offset
   * @param records how many offsets it has
   * @param maxTimestamp its highest timestamp
   * @param payloadBytes bytes after the header
   * @return a heap buffer that holds the batch; the same arguments give the same bytes
   */
  public static ByteBuf batch(long baseOffset, int records, long maxTimestamp, int payloadBytes) {
    byte[] payload = new byte[payloadBytes];
    new Random(baseOffset * 31 + payloadBytes).nextBytes(payload);
    ByteBuf buf = Unpooled.buffer(RecordBatchFormat.HEADER_SIZE + payloadBytes);
    buf.writeLong(baseOffset).writeInt(RecordBatchFormat.HEADER_SIZE - RecordBatchFormat.LOG_OVERHEAD + payloadBytes).writeInt(0)
        .writeByte(RecordBatchFormat.MAGIC_V2).writeInt(0).writeShort(0).writeInt(records - 1).writeLong(maxTimestamp)
        .writeLong(maxTimestamp).writeLong(-1).writeShort(-1).writeInt(-1).writeInt(records).writeBytes(payload);
    long crc = new Crc32c().compute(buf, RecordBatchFormat.ATTRIBUTES_OFFSET,
        buf.readableBytes() - RecordBatchFormat.ATTRIBUTES_OFFSET);
    buf.setInt(RecordBatchFormat.CRC_OFFSET, (int) crc);
    return buf;
  }
}
