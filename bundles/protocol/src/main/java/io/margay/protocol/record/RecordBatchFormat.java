package io.margay.protocol.record;

/**
 * Layout of a record batch with magic 2. All fields are big endian; positions are relative to the start of the batch.
 *
 * <pre>
 *   0 +--------------------------------+
 *     | base offset              int64 |
 *   8 +----------------+---------------+
 *     | length  int32  | (bytes after this field)
 *  12 +----------------+
 *     | leader epoch   | int32
 *  16 +----+-----------+
 *     | mg | int8, 2
 *  17 +----+-----------+
 *     | crc     uint32 | CRC-32C of everything from the attributes on
 *  21 +--------+-------+
 *     | attrs  | int16: bits 0-2 compression, 3 log append time, 4 transactional, 5 control, 6 delete horizon
 *  23 +--------+-------+
 *     | last   int32   | last offset delta
 *  27 +----------------+---------------+
 *     | base timestamp (or horizon) ms |
 *  35 +--------------------------------+
 *     | max timestamp        int64, ms |
 *  43 +--------------------------------+
 *     | producer id              int64 |
 *  51 +--------+-----------------------+
 *     | epoch  | int16
 *  53 +--------+-------+
 *     | base sequence  | int32
 *  57 +----------------+
 *     | record count   | int32
 *  61 +----------------+
 *     | records ...
 * </pre>
 *
 * <p>A record, all numbers zigzag varints unless said otherwise:
 *
 * <pre>
 *   size | attributes int8 | timestamp delta (64 bit) | offset delta | key length, key | value length, value
 *        | header count { key length, key | value length, value }
 * </pre>
 */
public final class RecordBatchFormat {
  public static final int BASE_OFFSET_OFFSET = 0;
  public static final int LENGTH_OFFSET = 8;
  public static final int PARTITION_LEADER_EPOCH_OFFSET = 12;
  public static final int MAGIC_OFFSET = 16;
  public static final int CRC_OFFSET = 17;
  public static final int ATTRIBUTES_OFFSET = 21;
  public static final int LAST_OFFSET_DELTA_OFFSET = 23;
  public static final int BASE_TIMESTAMP_OFFSET = 27;
  public static final int MAX_TIMESTAMP_OFFSET = 35;
  public static final int PRODUCER_ID_OFFSET = 43;
  public static final int PRODUCER_EPOCH_OFFSET = 51;
  public static final int BASE_SEQUENCE_OFFSET = 53;
  public static final int RECORD_COUNT_OFFSET = 57;

  /** Bytes of the header, where the records begin. */
  public static final int HEADER_SIZE = 61;

  /** Bytes of base offset and length, which the length field does not count. */
  public static final int LOG_OVERHEAD = 12;

  /** Smallest length value of any message format (that of magic 0: crc, magic, attributes, key and value lengths). */
  public static final int MIN_LENGTH_ANY_MAGIC = 14;

  /** The only magic that is served. */
  public static final byte MAGIC_V2 = 2;

  public static final int COMPRESSION_MASK = 0x07;
  public static final int TIMESTAMP_TYPE_MASK = 0x08;
  public static final int TRANSACTIONAL_MASK = 0x10;
  public static final int CONTROL_MASK = 0x20;
  public static final int DELETE_HORIZON_MASK = 0x40;

  public static final long NO_TIMESTAMP = -1L;
  public static final long NO_PRODUCER_ID = -1L;
  public static final short NO_PRODUCER_EPOCH = -1;
  public static final int NO_SEQUENCE = -1;
  public static final int NO_PARTITION_LEADER_EPOCH = -1;

  private RecordBatchFormat() {
  }

  /**
   * Sequence that is {@code increment} after {@code sequence}; sequences wrap from {@link Integer#MAX_VALUE} to 0.
   *
   * @param sequence at least 0
   * @param increment at least 0
   */
  public static int incrementSequence(int sequence, int increment) {
    return (sequence + increment) & Integer.MAX_VALUE;
  }
}
