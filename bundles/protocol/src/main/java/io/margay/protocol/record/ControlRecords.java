package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Control records: markers in the log that consumers never see.
 *
 * <pre>
 *   key:                    version int16 | type int16
 *   value of ABORT, COMMIT: version int16 | coordinator epoch int32
 * </pre>
 *
 * Later versions only add fields at the end, so a reader takes what it knows.
 */
public final class ControlRecords {
  private static final int KEY_SIZE = 4;
  private static final int END_TRANSACTION_VALUE_SIZE = 6;
  private static final short KEY_VERSION = 0;
  private static final short END_TRANSACTION_VERSION = 0;

  private ControlRecords() {
  }

  /**
   * End of a transaction.
   *
   * @param type ABORT or COMMIT
   * @param coordinatorEpoch epoch of the transaction coordinator that wrote the marker
   */
  public record EndTransactionMarker(ControlRecordType type, int coordinatorEpoch) {
    public EndTransactionMarker {
      if (type != ControlRecordType.ABORT && type != ControlRecordType.COMMIT) {
        throw new IllegalArgumentException(type + " does not end a transaction");
      }
    }
  }

  /**
   * A transactional control batch with one marker at {@code baseOffset}.
   *
   * @param timestampMs ms since the epoch
   * @return the batch; the caller owns it
   */
  public static ByteBuf buildEndTransaction(ByteBufAllocator allocator, long baseOffset, long timestampMs,
      int partitionLeaderEpoch, long producerId, short producerEpoch, EndTransactionMarker marker) {
    byte[] key = ByteBuffer.allocate(KEY_SIZE).putShort(KEY_VERSION).putShort(marker.type().id()).array();
    byte[] value = ByteBuffer.allocate(END_TRANSACTION_VALUE_SIZE).putShort(END_TRANSACTION_VERSION)
        .putInt(marker.coordinatorEpoch()).array();
    try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
      return builder.baseOffset(baseOffset).partitionLeaderEpoch(partitionLeaderEpoch)
          .producer(producerId, producerEpoch, RecordBatchFormat.NO_SEQUENCE).transactional(true).control(true)
          .append(timestampMs, key, value, List.of()).build();
    }
  }

  /**
   * Type of a record of a control batch.
   *
   * @throws CorruptRecordException if the key is not that of a control record
   */
  public static ControlRecordType typeOf(Record record) {
    ByteBuf key = record.key();
    if (key == null || key.readableBytes() < KEY_SIZE) {
      throw new CorruptRecordException("key of the control record at offset " + record.offset() + " has "
          + record.keySizeBytes() + " bytes, expected " + KEY_SIZE);
    }
    short version = key.getShort(0);
    if (version < 0) {
      throw new CorruptRecordException("key of the control record at offset " + record.offset() + " has version " + version);
    }
    return ControlRecordType.forId(key.getShort(Short.BYTES));
  }

  /**
   * The marker in an ABORT or COMMIT record.
   *
   * @throws CorruptRecordException if key or value are malformed
   * @throws IllegalArgumentException if the record is of another type
   */
  public static EndTransactionMarker parseEndTransaction(Record record) {
    ControlRecordType type = typeOf(record);
    if (type != ControlRecordType.ABORT && type != ControlRecordType.COMMIT) {
      throw new IllegalArgumentException("control record at offset " + record.offset() + " is " + type);
    }
    ByteBuf value = record.value();
    if (value == null || value.readableBytes() < END_TRANSACTION_VALUE_SIZE || value.getShort(0) < 0) {
      throw new CorruptRecordException("value of the " + type + " marker at offset " + record.offset() + " has "
          + record.valueSizeBytes() + " bytes, expected version and epoch in " + END_TRANSACTION_VALUE_SIZE);
    }
    return new EndTransactionMarker(type, value.getInt(Short.BYTES));
  }
}
