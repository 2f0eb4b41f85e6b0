package io.margay.log.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a producer snapshot, in Kafka's format with an additional tail that Kafka's reader ignores:
 *
 * <pre>
 *   version int16 (1) | crc uint32 of all that follows | count int32
 *   count x { producer id int64 | epoch int16 | last sequence int32 | last offset int64 | offset delta int32
 *             | timestamp int64 | coordinator epoch int32 | first offset of the open transaction int64 }
 *   tail:  tag int32 | count x { last seen int64 | batches int8
 *             | batches x { last sequence int32 | last offset int64 | delta int32 | timestamp int64 } }
 * </pre>
 *
 * <p>Kafka keeps one batch per producer across a restart. We keep all of them, oldest first, the last one in both places, because a
 * log is also reopened when its storage engine is replaced while producers have requests in flight.
 */
final class ProducerSnapshot {
  private static final short VERSION = 1;
  private static final int TAIL_TAG = 0x4d415232;
  private static final int HEADER_SIZE = Short.BYTES + Integer.BYTES;
  private static final int ENTRY_SIZE = 3 * Integer.BYTES + 4 * Long.BYTES + Short.BYTES;
  private static final int TAIL_SIZE = Long.BYTES + Byte.BYTES;
  private static final int BATCH_SIZE = 2 * Integer.BYTES + 2 * Long.BYTES;

  private ProducerSnapshot() { }

  static byte[] encode(ProducerStates states) {
    int count = states.size();
    int batches = 0;
    for (ProducerEntry entry : states.all()) {
      batches += entry.batchCount();
    }
    ByteBuffer out = ByteBuffer.allocate(HEADER_SIZE + 2 * Integer.BYTES + count * (ENTRY_SIZE + TAIL_SIZE)
        + batches * BATCH_SIZE);
    out.putShort(VERSION).putInt(0).putInt(count);
    for (ProducerEntry entry : states.all()) {
      int last = entry.batchCount() - 1;
      out.putLong(entry.producerId).putShort(entry.epoch).putInt(entry.lastSequence())
          .putLong(last < 0 ? -1 : entry.lastOffset(last)).putInt(last < 0 ? 0 : entry.offsetDelta(last))
          .putLong(entry.lastTimestamp).putInt(entry.coordinatorEpoch).putLong(entry.transactionStart);
    }
    out.putInt(TAIL_TAG);
    for (ProducerEntry entry : states.all()) {
      out.putLong(entry.lastSeenMs).put((byte) entry.batchCount());
      for (int i = 0; i < entry.batchCount(); i++) {
        out.putInt(entry.lastSequence(i)).putLong(entry.lastOffset(i)).putInt(entry.offsetDelta(i)).putLong(entry.timestamp(i));
      }
    }
    out.putInt(Short.BYTES, checksum(out.array()));
    return out.array();
  }

  /**
   * The producers in a snapshot; null when it is damaged or of another version.
   *
   * @param most the maximum number, those that were seen last, besides those with an open transaction
   */
  static List<ProducerEntry> decode(byte[] bytes, int most) {
    if (bytes == null || bytes.length < HEADER_SIZE + Integer.BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.getShort() != VERSION || in.getInt() != checksum(bytes)) {
      return null;
    }
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / ENTRY_SIZE) {
      return null;
    }
    List<ProducerEntry> entries = new ArrayList<>(Math.min(count, most));
    int tailAt = in.position() + count * ENTRY_SIZE;
    ByteBuffer tail = in.duplicate();
    tail.position(tailAt);
    boolean hasTail = tail.remaining() >= Integer.BYTES && tail.getInt() == TAIL_TAG;
    long oldest = count <= most ? Long.MIN_VALUE : oldestOf(most, count, in.duplicate(), hasTail ? tail.duplicate() : null);
    for (int i = 0; i < count; i++) {
      ProducerEntry entry = decodeEntry(in, hasTail ? tail : null);
      if (entry.lastSeenMs >= oldest || entry.transactionStart != ProducerEntry.NO_TRANSACTION) {
        entries.add(entry);
      }
    }
    return entries;
  }

  /** When the oldest of the {@code most} producers that were seen last was seen. */
  private static long oldestOf(int most, int count, ByteBuffer in, ByteBuffer tail) {
    long[] seen = new long[count];
    for (int i = 0; i < count; i++) {
      seen[i] = decodeEntry(in, tail).lastSeenMs;
    }
    Arrays.sort(seen);
    return seen[count - most];
  }

  private static ProducerEntry decodeEntry(ByteBuffer in, ByteBuffer tail) {
    ProducerEntry entry = new ProducerEntry(in.getLong(), in.getShort());
    int lastSequence = in.getInt();
    long lastOffset = in.getLong();
    int delta = in.getInt();
    long timestamp = in.getLong();
    if (tail == null) {
      entry.lastSeenMs = timestamp;
      if (lastOffset >= 0) {
        entry.addBatch(lastSequence, lastOffset, delta, timestamp);
      }
    } else {
      entry.lastSeenMs = tail.getLong();
      for (int left = tail.get(); left > 0; left--) {
        entry.addBatch(tail.getInt(), tail.getLong(), tail.getInt(), tail.getLong());
      }
    }
    entry.lastTimestamp = timestamp;
    entry.coordinatorEpoch = in.getInt();
    entry.transactionStart = in.getLong();
    return entry;
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER_SIZE, bytes.length - HEADER_SIZE);
    return (int) crc.getValue();
  }
}
