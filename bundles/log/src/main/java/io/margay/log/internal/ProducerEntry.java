package io.margay.log.internal;

import io.margay.protocol.record.RecordBatchFormat;
import java.util.Arrays;

/**
 * What a log knows about one producer (KIP-98): epoch, the last batches, the open transaction. Owned by {@link ProducerStates}. The
 * last batch is in fields, those before it in an array, because a broker may know hundreds of thousands of producers, most of which
 * sent a single batch. Such a producer takes 88 bytes, one with ten batches 320.
 *
 * <pre>
 *   earlier: count x { last sequence int32 | offset delta int32 | last offset int64 | timestamp int64 }, the oldest first
 * </pre>
 */
final class ProducerEntry {
  /**
   * Twice as many as a producer has requests in flight on a connection: when the leader changes, it may send new ones to the new leader
   * while those to the former one have no answer, and then send those again. They get the offsets that they have; what is older is
   * recognised by {@link #isOlder}, without an offset.
   */
  static final int MAX_BATCHES = 10;
  private static final int LONGS = 3;
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
   * When the last batch or marker came, by the broker's clock, in milliseconds since the epoch. Kafka uses {@link #lastTimestamp}
   * instead, and so forgets at every start the producers that copy old records.
   */
  long lastSeenMs;

  private int count;
  private int lastSequence;
  private int lastOffsetDelta;
  private long lastOffset;
  private long lastBatchTimestamp;
  /** All sequences of this epoch from this one to the last one are in the log, as far as this entry knows. */
  private int startSequence;
  /** The batches before the last one; null while there is none. */
  private long[] earlier;

  ProducerEntry(long producerId, short epoch) {
    this.producerId = producerId;
    this.epoch = epoch;
  }

  int batchCount() {
    return count;
  }

  int lastSequence() {
    return count == 0 ? RecordBatchFormat.NO_SEQUENCE : lastSequence;
  }

  int lastSequence(int batch) {
    return isLast(batch) ? lastSequence : (int) (earlier[batch * LONGS] >> Integer.SIZE);
  }

  int offsetDelta(int batch) {
    return isLast(batch) ? lastOffsetDelta : (int) earlier[batch * LONGS];
  }

  long lastOffset(int batch) {
    return isLast(batch) ? lastOffset : earlier[batch * LONGS + 1];
  }

  long firstOffset(int batch) {
    return lastOffset(batch) - offsetDelta(batch);
  }

  long timestamp(int batch) {
    return isLast(batch) ? lastBatchTimestamp : earlier[batch * LONGS + 2];
  }

  private boolean isLast(int batch) {
    return batch == count - 1;
  }

  /** Moves to an epoch; batches of another epoch no longer count. */
  void moveToEpoch(short newEpoch) {
    if (epoch != newEpoch) {
      epoch = newEpoch;
      count = 0;
    }
  }

  void addBatch(int sequence, long offset, int offsetDelta, long timestamp) {
    int first = sequence - offsetDelta & Integer.MAX_VALUE;
    if (count == 0 || first != RecordBatchFormat.incrementSequence(lastSequence, 1)) {
      startSequence = first;
    }
    if (count > 0) {
      keepLast();
    }
    lastSequence = sequence;
    lastOffset = offset;
    lastOffsetDelta = offsetDelta;
    lastBatchTimestamp = timestamp;
    lastTimestamp = timestamp;
    count++;
    if (distance(startSequence, sequence) > Integer.MAX_VALUE / 2) {
      startSequence = firstSequence(0); // before sequences begin again at zero
    }
  }

  private int firstSequence(int batch) {
    return lastSequence(batch) - offsetDelta(batch) & Integer.MAX_VALUE;
  }

  private static int distance(int from, int to) {
    return to - from & Integer.MAX_VALUE;
  }

  /** Whether these sequences are in the log, before the batches that are kept here. */
  boolean isOlder(short ofEpoch, int baseSequence, int sequence) {
    return ofEpoch == epoch && count > 0 && distance(startSequence, baseSequence) <= distance(startSequence, sequence)
        && distance(startSequence, sequence) < distance(startSequence, firstSequence(0));
  }

  /** Index of the batch with exactly these sequences, or -1. */
  int find(short ofEpoch, int baseSequence, int sequence) {
    if (ofEpoch != epoch) {
      return -1;
    }
    for (int i = count - 1; i >= 0; i--) {
      if (lastSequence(i) == sequence && firstSequence(i) == baseSequence) {
        return i;
      }
    }
    return -1;
  }

  /** Moves the last batch to the earlier ones, and removes the oldest when there are enough. */
  private void keepLast() {
    if (count == MAX_BATCHES) {
      count--;
      System.arraycopy(earlier, LONGS, earlier, 0, (count - 1) * LONGS);
    } else if (earlier == null) {
      earlier = new long[LONGS];
    } else if (count * LONGS > earlier.length) {
      earlier = Arrays.copyOf(earlier, (MAX_BATCHES - 1) * LONGS);
    }
    int at = (count - 1) * LONGS;
    earlier[at] = (long) lastSequence << Integer.SIZE | lastOffsetDelta & 0xffffffffL;
    earlier[at + 1] = lastOffset;
    earlier[at + 2] = lastBatchTimestamp;
  }
}
