package io.margay.simulation;

import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordBatches;
import io.margay.protocol.record.RecordReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Records as texts. */
final class Values {
  private Values() { }

  /** A batch of an idempotent producer, on the heap. */
  static byte[] batch(long producerId, int sequence, long timestampMs, List<String> values) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT).producer(producerId, (short) 0, sequence)) {
      values.forEach(value -> builder.append(timestampMs, null, value.getBytes(StandardCharsets.UTF_8), List.of()));
      ByteBuf built = builder.build();
      byte[] bytes = ByteBufUtil.getBytes(built);
      built.release();
      return bytes;
    }
  }

  /** A batch of a transaction, on the heap. */
  static byte[] transactional(long producerId, short epoch, int sequence, long timestampMs, List<String> values) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT).producer(producerId, epoch, sequence)
        .transactional(true)) {
      values.forEach(value -> builder.append(timestampMs, null, value.getBytes(StandardCharsets.UTF_8), List.of()));
      ByteBuf built = builder.build();
      byte[] bytes = ByteBufUtil.getBytes(built);
      built.release();
      return bytes;
    }
  }

  static ByteBuf buffer(byte[] batch) {
    return Unpooled.copiedBuffer(batch);
  }

  /** The records with offsets in {@code [from, to)}. */
  static List<String> of(ByteBuf batches, long from, long to) {
    List<String> values = new ArrayList<>();
    if (batches == null) {
      return values;
    }
    BatchCursor cursor = RecordBatches.cursor(batches);
    while (cursor.next()) {
      try (RecordReader reader = RecordReader.open(cursor.batch(), 1 << 20)) {
        while (reader.hasNext()) {
          Record record = reader.next();
          if (record.offset() >= from && record.offset() < to) {
            values.add(record.hasValue() ? new String(record.valueBytes(), StandardCharsets.UTF_8) : "");
          }
        }
      }
    }
    return values;
  }
}
