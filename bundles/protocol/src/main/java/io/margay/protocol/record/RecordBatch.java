package io.margay.protocol.record;

import static io.margay.protocol.record.RecordBatchFormat.ATTRIBUTES_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.BASE_OFFSET_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.BASE_SEQUENCE_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.BASE_TIMESTAMP_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.COMPRESSION_MASK;
import static io.margay.protocol.record.RecordBatchFormat.CONTROL_MASK;
import static io.margay.protocol.record.RecordBatchFormat.CRC_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.DELETE_HORIZON_MASK;
import static io.margay.protocol.record.RecordBatchFormat.HEADER_SIZE;
import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;
import static io.margay.protocol.record.RecordBatchFormat.MAGIC_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.MAX_TIMESTAMP_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.NO_SEQUENCE;
import static io.margay.protocol.record.RecordBatchFormat.NO_TIMESTAMP;
import static io.margay.protocol.record.RecordBatchFormat.PARTITION_LEADER_EPOCH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.PRODUCER_EPOCH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.PRODUCER_ID_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.RECORD_COUNT_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.TIMESTAMP_TYPE_MASK;
import static io.margay.protocol.record.RecordBatchFormat.TRANSACTIONAL_MASK;

import io.netty.buffer.ByteBuf;

/**
 * View over the header of one batch in a buffer, at an absolute index; see {@link RecordBatchFormat} for the layout. Reusable:
 * {@link #wrap} points it elsewhere. It neither retains the buffer nor moves its indices, checks nothing on its own, and
 * belongs to one thread. {@link BatchValidator} or {@link BatchCursor} vouch for sizes; only {@link #sizeBytes()},
 * {@link #magic()} and the base offset have meaning when the magic is not 2.
 */
public final class RecordBatch {
  private static final TimestampType[] TIMESTAMP_TYPES = TimestampType.values();

  private ByteBuf buf;
  private int index;
  /** Created on the first checksum: most views never compute one. */
  private Crc32c crc32c;

  /**
   * Points this view to the batch at {@code index} of {@code buf}.
   *
   * @param buf must have at least {@link RecordBatchFormat#HEADER_SIZE} bytes at {@code index} for the accessors to work
   * @return this
   */
  public RecordBatch wrap(ByteBuf buf, int index) {
    this.buf = buf;
    this.index = index;
    return this;
  }

  /** Buffer that this view looks at; still owned by the caller of {@link #wrap}. */
  public ByteBuf buffer() {
    return buf;
  }

  /** Absolute index of the first byte of the batch in {@link #buffer()}. */
  public int index() {
    return index;
  }

  public long baseOffset() {
    return buf.getLong(index + BASE_OFFSET_OFFSET);
  }

  /** Bytes of the whole batch, header included: 12 more than the length field. */
  public int sizeBytes() {
    return LOG_OVERHEAD + buf.getInt(index + LENGTH_OFFSET);
  }

  /** Epoch of the leader that appended the batch; not covered by the checksum. */
  public int partitionLeaderEpoch() {
    return buf.getInt(index + PARTITION_LEADER_EPOCH_OFFSET);
  }

  public byte magic() {
    return buf.getByte(index + MAGIC_OFFSET);
  }

  /** Checksum that is stored in the batch, as an unsigned 32 bit number. */
  public long crc() {
    return buf.getUnsignedInt(index + CRC_OFFSET);
  }

  public short attributes() {
    return buf.getShort(index + ATTRIBUTES_OFFSET);
  }

  /**
   * Codec of the records.
   *
   * @throws InvalidRecordBatchException with reason UNSUPPORTED_COMPRESSION_TYPE when the attributes name none
   */
  public CompressionType compression() {
    return CompressionType.forId(attributes() & COMPRESSION_MASK);
  }

  /** True if the attributes name a codec (which may be none). */
  public boolean isCompressionKnown() {
    return CompressionType.isKnown(attributes() & COMPRESSION_MASK);
  }

  public TimestampType timestampType() {
    return TIMESTAMP_TYPES[(attributes() & TIMESTAMP_TYPE_MASK) >>> 3];
  }

  public boolean isTransactional() {
    return (attributes() & TRANSACTIONAL_MASK) != 0;
  }

  public boolean isControl() {
    return (attributes() & CONTROL_MASK) != 0;
  }

  /** True if the base timestamp is the time from which on compaction may drop the tombstones and markers of the batch. */
  public boolean hasDeleteHorizon() {
    return (attributes() & DELETE_HORIZON_MASK) != 0;
  }

  /** The delete horizon in ms since the epoch, or {@link RecordBatchFormat#NO_TIMESTAMP} when there is none. */
  public long deleteHorizonMs() {
    return hasDeleteHorizon() ? baseTimestamp() : NO_TIMESTAMP;
  }

  public int lastOffsetDelta() {
    return buf.getInt(index + LAST_OFFSET_DELTA_OFFSET);
  }

  /** Offset of the last record that the batch had when it was produced; compaction keeps it. */
  public long lastOffset() {
    return baseOffset() + lastOffsetDelta();
  }

  /** The first offset after the batch. */
  public long nextOffset() {
    return lastOffset() + 1;
  }

  /** Timestamp in ms to which the records' deltas are relative; the delete horizon when {@link #hasDeleteHorizon()}. */
  public long baseTimestamp() {
    return buf.getLong(index + BASE_TIMESTAMP_OFFSET);
  }

  /** Largest timestamp of the records in ms, or the time of append; {@link RecordBatchFormat#NO_TIMESTAMP} if none. */
  public long maxTimestamp() {
    return buf.getLong(index + MAX_TIMESTAMP_OFFSET);
  }

  /** Producer id, or {@link RecordBatchFormat#NO_PRODUCER_ID}. */
  public long producerId() {
    return buf.getLong(index + PRODUCER_ID_OFFSET);
  }

  public boolean hasProducerId() {
    return producerId() > RecordBatchFormat.NO_PRODUCER_ID;
  }

  public short producerEpoch() {
    return buf.getShort(index + PRODUCER_EPOCH_OFFSET);
  }

  /** Sequence of the first record, or {@link RecordBatchFormat#NO_SEQUENCE}. */
  public int baseSequence() {
    return buf.getInt(index + BASE_SEQUENCE_OFFSET);
  }

  /** Sequence of the last record, with wrap at 2^31, or {@link RecordBatchFormat#NO_SEQUENCE}. */
  public int lastSequence() {
    int base = baseSequence();
    return base == NO_SEQUENCE ? NO_SEQUENCE : RecordBatchFormat.incrementSequence(base, lastOffsetDelta());
  }

  /** Number of records; less than {@code lastOffsetDelta() + 1} after compaction, possibly 0. */
  public int recordCount() {
    return buf.getInt(index + RECORD_COUNT_OFFSET);
  }

  /** Absolute index of the first byte after the header. */
  public int recordsIndex() {
    return index + HEADER_SIZE;
  }

  /** Bytes after the header: the records, as stored. */
  public int recordsSizeBytes() {
    return sizeBytes() - HEADER_SIZE;
  }

  /**
   * True if the stored checksum is that of the bytes. The size must have been checked before. Uses the buffer's internal NIO
   * view, so no other thread may do the same on this buffer meanwhile.
   */
  public boolean isCrcValid() {
    return computeCrc() == crc();
  }

  /** Checksum of the bytes from the attributes to the end, as an unsigned 32 bit number; as {@link #isCrcValid()}. */
  public long computeCrc() {
    if (crc32c == null) {
      crc32c = new Crc32c();
    }
    return crc32c.compute(buf, index + ATTRIBUTES_OFFSET, sizeBytes() - ATTRIBUTES_OFFSET);
  }

  /** Sets the base offset in place; the checksum does not cover it. The buffer must be writable. */
  public void setBaseOffset(long baseOffset) {
    buf.setLong(index + BASE_OFFSET_OFFSET, baseOffset);
  }

  /** Sets the leader epoch in place; the checksum does not cover it. The buffer must be writable. */
  public void setPartitionLeaderEpoch(int partitionLeaderEpoch) {
    buf.setInt(index + PARTITION_LEADER_EPOCH_OFFSET, partitionLeaderEpoch);
  }

  /**
   * Sets timestamp type and max timestamp in place and recomputes the checksum, unless both are unchanged. The buffer must be
   * writable.
   *
   * @param maxTimestampMs ms since the epoch, or {@link RecordBatchFormat#NO_TIMESTAMP}
   */
  public void setMaxTimestamp(TimestampType type, long maxTimestampMs) {
    if (timestampType() == type && maxTimestamp() == maxTimestampMs) {
      return;
    }
    int attributes = attributes() & ~TIMESTAMP_TYPE_MASK;
    if (type == TimestampType.LOG_APPEND_TIME) {
      attributes |= TIMESTAMP_TYPE_MASK;
    }
    buf.setShort(index + ATTRIBUTES_OFFSET, attributes);
    buf.setLong(index + MAX_TIMESTAMP_OFFSET, maxTimestampMs);
    buf.setInt(index + CRC_OFFSET, (int) computeCrc());
  }

  @Override
  public String toString() {
    return buf == null ? "RecordBatch[]" : "RecordBatch[baseOffset=" + baseOffset() + ", sizeBytes=" + sizeBytes() + "]";
  }
}
