package io.margay.log.internal;

import io.margay.protocol.record.RecordBatchFormat;
import java.util.Arrays;

/**
 * What a log knows of one producer (KIP-98): epoch, the last batches, the open transaction. Owned by {@link ProducerStates}.
 * Batches are kept in parallel arrays, the oldest first, because a broker may know hundreds of thousands of producers.
 */
final class ProducerEntry {
  /** As many requests as a producer has in flight at the most. */
  static final int MAX_BATCHES = 5;
  static final long NO_TRANSACTION = -1;

  final long producerId;
  short epoch;
  /** Epoch of the transaction coordinator that wrote the last marker, or -1. */
  int coordinatorEpoch = -1;
  /** First offset of the open transaction, or {@link #NO_TRANSACTION}. */
  long transactionStart = NO_TRANSACTION;
  /** Highest timestamp of the last batch, or that of the last marker, in milliseconds since the epoch. */
  long lastTimestamp = RecordBatchFormat.NO_TIMESTAMP;
  /**
   * When the last batch or marker came, by the broker's clock, in milliseconds since the epoch. Kafka takes {@link #lastTimestamp} for
   * it, and so forgets at every start who copies old records.
   */
  long lastSeenMs;

  private int count;
  private int[] lastSequences = new int[1];
  private int[] offsetDeltas = new int[1];
  private long[] lastOffsets = new long[1];
  private long[] timestamps = new long[1];

  ProducerEntry(long producerId, short epoch) {
    this.producerId = producerId;
    this.epoch = epoch;
  }

  int batchCount() {
    return count;
  }

  int lastSequence() {
    return count == 0 ? RecordBatchFormat.NO_SEQUENCE : lastSequences[count - 1];
  }

  int lastSequence(int batch) {
    return lastSequences[batch];
  }

  int offsetDelta(int batch) {
    return offsetDeltas[batch];
  }

  long lastOffset(int batch) {
    return lastOffsets[batch];
  }

  long firstOffset(int batch) {
    return lastOffsets[batch] - offsetDeltas[batch];
  }

  long timestamp(int batch) {
    return timestamps[batch];
  }

  /** Moves to an epoch; the batches of another one count no more. */
  void moveToEpoch(short newEpoch) {
    if (epoch != newEpoch) {
      epoch = newEpoch;
      count = 0;
    }
  }

  void addBatch(int lastSequence, long lastOffset, int offsetDelta, long timestamp) {
    if (count == MAX_BATCHES) {
      dropOldest();
    } else if (count == lastSequences.length) {
      grow();
    }
    lastSequences[count] = lastSequence;
    lastOffsets[count] = lastOffset;
    offsetDeltas[count] = offsetDelta;
    timestamps[count] = timestamp;
    count++;
    lastTimestamp = timestamp;
  }

  /** Index of the batch with exactly these sequences, or -1. */
  int find(short ofEpoch, int baseSequence, int lastSequence) {
    if (ofEpoch != epoch) {
      return -1;
    }
    for (int i = count - 1; i >= 0; i--) {
      int first = (lastSequences[i] - offsetDeltas[i]) & Integer.MAX_VALUE;
      if (lastSequences[i] == lastSequence && first == baseSequence) {
        return i;
      }
    }
    return -1;
  }

  private void dropOldest() {
    count--;
    System.arraycopy(lastSequences, 1, lastSequences, 0, count);
    System.arraycopy(offsetDeltas, 1, offsetDeltas, 0, count);
    System.arraycopy(lastOffsets, 1, lastOffsets, 0, count);
    System.arraycopy(timestamps, 1, timestamps, 0, count);
  }

  private void grow() {
    lastSequences = Arrays.copyOf(lastSequences, MAX_BATCHES);
    offsetDeltas = Arrays.copyOf(offsetDeltas, MAX_BATCHES);
    lastOffsets = Arrays.copyOf(lastOffsets, MAX_BATCHES);
    timestamps = Arrays.copyOf(timestamps, MAX_BATCHES);
  }
}
