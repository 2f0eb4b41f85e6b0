package io.margay.log.internal;

import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordReader;
import io.margay.protocol.record.RecordScratch;
import io.margay.protocol.record.RecordScratchPool;
import io.margay.protocol.record.TimestampType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Compresses batches again with another codec, for topics whose {@code compression.type} is not {@code producer}. The slow path:
 * one record at a time is in memory, and the result is not longer than the limit for decompressed batches.
 */
final class Recompressor {
  private final RecordScratchPool scratches;
  private final CompressionType codec;
  private final int level;
  private final long maxDecompressedBytes;

  /**
   * @param codec the codec of the result; batches that have it already, and control batches, are copied
   * @param level its level; 0 when it has none
   */
  Recompressor(RecordScratchPool scratches, CompressionType codec, int level, long maxDecompressedBytes) {
    this.scratches = scratches;
    this.codec = codec;
    this.level = level;
    this.maxDecompressedBytes = maxDecompressedBytes;
  }

  /**
   * @param records whole, valid batches; not changed
   * @return the batches; the caller releases them
   */
  ByteBuf rebuild(ByteBuf records) {
    BatchCursor cursor = new BatchCursor().wrap(records, records.readerIndex(), records.readableBytes());
    ByteBuf out = null;
    RecordScratch scratch = scratches.take();
    try {
      while (cursor.next()) {
        RecordBatch batch = cursor.batch();
        boolean stays = batch.isControl() || batch.compression() == codec;
        ByteBuf next = stays ? records.retainedSlice(cursor.position(), batch.sizeBytes()) : rebuild(batch, scratch);
        out = append(out, next);
      }
      return out;
    } catch (RuntimeException e) {
      if (out != null) {
        out.release();
      }
      throw e;
    } finally {
      scratches.give(scratch);
    }
  }

  /** Most requests hold one batch, which is not copied. Takes both buffers over. */
  private static ByteBuf append(ByteBuf out, ByteBuf next) {
    if (out == null) {
      return next;
    }
    try {
      return ByteBufAllocator.DEFAULT.buffer(out.readableBytes() + next.readableBytes()).writeBytes(out).writeBytes(next);
    } finally {
      out.release();
      next.release();
    }
  }

  private ByteBuf rebuild(RecordBatch batch, RecordScratch scratch) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(ByteBufAllocator.DEFAULT);
        RecordReader reader = RecordReader.open(batch, maxDecompressedBytes, scratch)) {
      builder.compression(codec, level).baseOffset(batch.baseOffset()).transactional(batch.isTransactional())
          .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
          .partitionLeaderEpoch(batch.partitionLeaderEpoch());
      if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
        builder.logAppendTime(batch.maxTimestamp());
      }
      while (reader.hasNext()) {
        builder.append(reader.next());
      }
      return builder.build();
    }
  }
}
