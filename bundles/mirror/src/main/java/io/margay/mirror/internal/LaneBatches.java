package io.margay.mirror.internal;

import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordBatchFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds the transactional batches of one step of a {@link Lane}, for each partition of the target in the order in which records come.
 * They are on the heap, and left to the collector: a connection that is closed may still hold them. Used by one thread.
 */
final class LaneBatches implements AutoCloseable {
  private static final ByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);

  private final long producerId;
  private final short producerEpoch;
  /** The next sequence of each partition. */
  private final Map<Integer, Integer> sequences;
  private final int batchBytesMax;
  private final Map<Integer, Open> open = new HashMap<>();
  private final TreeMap<Integer, ArrayDeque<ByteBuf>> built = new TreeMap<>();
  private long sizeBytes;
  private int records;
  private long maxTimestampMs = -1;

  /** A batch that still grows. */
  private static final class Open {
    private final RecordBatchBuilder builder;
    private final CompressionType compression;
    private int sizeBytes;

    Open(RecordBatchBuilder builder, CompressionType compression) {
      this.builder = builder;
      this.compression = compression;
    }
  }

  /**
   * @param session whose batches they are; its sequences are advanced
   * @param batchBytesMax size of the uncompressed records of a batch, unless one record alone is larger
   */
  LaneBatches(LaneTarget.Session session, int batchBytesMax) {
    this.producerId = session.producerId();
    this.producerEpoch = session.producerEpoch();
    this.sequences = session.sequences();
    this.batchBytesMax = batchBytesMax;
  }

  void add(int partition, Record record, CompressionType compression) {
    int size = RecordBatchBuilder.maxRecordSizeBytes(record.keySizeBytes(), record.valueSizeBytes(), record.headers());
    Open batch = open.get(partition);
    if (batch != null && (batch.compression != compression || batch.sizeBytes + size > batchBytesMax)) {
      finish(partition, open.remove(partition));
      batch = null;
    }
    if (batch == null) {
      batch = new Open(new RecordBatchBuilder(HEAP).compression(compression).transactional(true)
          .producer(producerId, producerEpoch, sequences.getOrDefault(partition, 0)), compression);
      open.put(partition, batch);
    }
    batch.builder.append(record.timestamp(), record.keyBytes(), record.valueBytes(), record.headers());
    batch.sizeBytes += size;
    sizeBytes += size;
    records++;
    maxTimestampMs = Math.max(maxTimestampMs, record.timestamp());
  }

  private void finish(int partition, Open batch) {
    sequences.put(partition, RecordBatchFormat.incrementSequence(sequences.getOrDefault(partition, 0), batch.builder.recordCount()));
    try (RecordBatchBuilder builder = batch.builder) {
      built.computeIfAbsent(partition, p -> new ArrayDeque<>()).add(builder.build());
    }
  }

  /** Size of the records so far, not compressed. */
  long sizeBytes() {
    return sizeBytes;
  }

  int records() {
    return records;
  }

  /** The latest timestamp of the records; -1 when there is none. */
  long maxTimestampMs() {
    return maxTimestampMs;
  }

  /** The batches by partition, in order. */
  TreeMap<Integer, ArrayDeque<ByteBuf>> build() {
    open.forEach(this::finish);
    open.clear();
    return built;
  }

  /** Gives up what was not built. */
  @Override
  public void close() {
    open.values().forEach(batch -> batch.builder.close());
    open.clear();
  }
}
