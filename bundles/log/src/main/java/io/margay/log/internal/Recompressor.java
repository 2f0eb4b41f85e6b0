package io.margay.log.internal;

import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordReader;
import io.margay.protocol.record.TimestampType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Builds batches anew with another codec, for topics whose {@code compression.type} is not {@code producer}. The slow path. */
final class Recompressor {
  private Recompressor() { }

  /**
   * @param records whole, valid batches; not changed
   * @param codec the codec of the result; batches that have it already, and control batches, are copied
   * @param level its level; 0 when it has none
   * @return the batches; the caller releases them
   */
  static ByteBuf rebuild(ByteBuf records, CompressionType codec, int level, long maxDecompressedBytes) {
    ByteBuf out = ByteBufAllocator.DEFAULT.buffer(records.readableBytes());
    try {
      BatchCursor cursor = new BatchCursor().wrap(records, records.readerIndex(), records.readableBytes());
      while (cursor.next()) {
        RecordBatch batch = cursor.batch();
        if (batch.isControl() || batch.compression() == codec) {
          out.writeBytes(records, cursor.position(), batch.sizeBytes());
          continue;
        }
        ByteBuf rebuilt = rebuild(batch, codec, level, maxDecompressedBytes);
        out.writeBytes(rebuilt);
        rebuilt.release();
      }
      return out;
    } catch (RuntimeException e) {
      out.release();
      throw e;
    }
  }

  private static ByteBuf rebuild(RecordBatch batch, CompressionType codec, int level, long maxDecompressedBytes) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(ByteBufAllocator.DEFAULT);
        RecordReader reader = RecordReader.open(batch, maxDecompressedBytes)) {
      builder.compression(codec, level).baseOffset(batch.baseOffset()).transactional(batch.isTransactional())
          .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
          .partitionLeaderEpoch(batch.partitionLeaderEpoch());
      if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
        builder.logAppendTime(batch.maxTimestamp());
      }
      while (reader.hasNext()) {
        Record record = reader.next();
        builder.appendAt(record.offset(), record.timestamp(), record.key(), record.value(), record.headers());
      }
      return builder.build();
    }
  }
}
