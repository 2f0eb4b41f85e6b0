package io.margay.producer.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.producer.ProduceException;
import io.margay.spi.producer.Producer.Sent;
import java.util.concurrent.CompletableFuture;

/** A record that is being sent. */
final class PendingRecord {
  /** The objects that carry a record, its result and its place in queues. */
  private static final int OBJECT_BYTES = 256;

  private final PartitionerRecord record;
  private final long timestampMs = System.currentTimeMillis();
  private final long startNanos = System.nanoTime();
  private final CompletableFuture<Sent> result = new CompletableFuture<>();

  PendingRecord(PartitionerRecord record) {
    this.record = record;
  }

  PartitionerRecord record() {
    return record;
  }

  long timestampMs() {
    return timestampMs;
  }

  long ageMs() {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  CompletableFuture<Sent> result() {
    return result;
  }

  /** Approximate bytes of heap that it takes while it is being sent. */
  int heapBytes() {
    return sizeBytes() + OBJECT_BYTES;
  }

  /** The most bytes that it takes in a batch. */
  int sizeBytes() {
    byte[] key = record.key();
    byte[] value = record.value();
    return RecordBatchBuilder.maxRecordSizeBytes(key == null ? 0 : key.length, value == null ? 0 : value.length,
        record.headers());
  }

  void fail(Errors error, String message) {
    result.completeExceptionally(new ProduceException(error, message));
  }
}
