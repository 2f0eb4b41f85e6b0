package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Builds one batch. Settings come first, then records, then {@link #build()} once, which hands the buffer to the caller. An
 * abandoned builder is closed instead. One thread at a time.
 *
 * <pre>
 *   try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
 *     builder.compression(CompressionType.ZSTD).baseOffset(42).append(timestampMs, key, value, List.of());
 *     ByteBuf batch = builder.build();
 *   }
 * </pre>
 */
public final class RecordBatchBuilder implements AutoCloseable {
  private static final int INITIAL_CAPACITY = 512;
  /** Compressed batches hand records to the codec in portions of about this size. */
  private static final int STAGING_SIZE = 16 * 1024;

  private final ByteBufAllocator allocator;
  private CompressionType compression = CompressionType.NONE;
  private int level = CompressionType.NONE.defaultLevel();
  private long baseOffset;
  private TimestampType timestampType = TimestampType.CREATE_TIME;
  private long logAppendTime = RecordBatchFormat.NO_TIMESTAMP;
  private long producerId = RecordBatchFormat.NO_PRODUCER_ID;
  private short producerEpoch = RecordBatchFormat.NO_PRODUCER_EPOCH;
  private int baseSequence = RecordBatchFormat.NO_SEQUENCE;
  private boolean transactional;
  private boolean control;
  private long deleteHorizonMs = RecordBatchFormat.NO_TIMESTAMP;
  private int partitionLeaderEpoch = RecordBatchFormat.NO_PARTITION_LEADER_EPOCH;

  private long baseTimestamp = RecordBatchFormat.NO_TIMESTAMP;
  private long maxTimestamp = RecordBatchFormat.NO_TIMESTAMP;
  private long lastOffset;
  private boolean lastOffsetOverridden;
  private int count;
  private boolean finished;

  /** The batch, header space first. Null before the first record and after the end. */
  private ByteBuf out;
  /** Where records are encoded: {@link #out} itself, or a buffer in front of the codec. */
  private ByteBuf staging;
  /** Null unless the batch is compressed. */
  private OutputStream codec;

  /** A builder for an uncompressed batch at offset 0 without producer; its buffers come from the allocator. */
  public RecordBatchBuilder(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** Compresses with the codec's default level. */
  public RecordBatchBuilder compression(CompressionType type) {
    return compression(type, type.defaultLevel());
  }

  /**
   * Compresses with the given level.
   *
   * @throws IllegalArgumentException if the codec does not allow the level
   */
  public RecordBatchBuilder compression(CompressionType type, int compressionLevel) {
    requireUnstarted();
    if (!type.isLevelValid(compressionLevel)) {
      throw new IllegalArgumentException("level " + compressionLevel + " of " + type.configName() + " is not in ["
          + type.minLevel() + ", " + type.maxLevel() + "] nor the default " + type.defaultLevel());
    }
    this.compression = type;
    this.level = compressionLevel;
    return this;
  }

  /** Offset of the first record; 0 unless set. */
  public RecordBatchBuilder baseOffset(long offset) {
    requireUnstarted();
    this.baseOffset = offset;
    return this;
  }

  /** Marks the batch LOG_APPEND_TIME: all its records have this time, in ms, whatever they are appended with. */
  public RecordBatchBuilder logAppendTime(long timestampMs) {
    requireUnstarted();
    this.timestampType = TimestampType.LOG_APPEND_TIME;
    this.logAppendTime = timestampMs;
    return this;
  }

  /** Producer id, its epoch, and the sequence of the first record. */
  public RecordBatchBuilder producer(long id, short epoch, int firstSequence) {
    requireUnstarted();
    this.producerId = id;
    this.producerEpoch = epoch;
    this.baseSequence = firstSequence;
    return this;
  }

  public RecordBatchBuilder transactional(boolean isTransactional) {
    requireUnstarted();
    this.transactional = isTransactional;
    return this;
  }

  public RecordBatchBuilder control(boolean isControl) {
    requireUnstarted();
    this.control = isControl;
    return this;
  }

  public RecordBatchBuilder partitionLeaderEpoch(int epoch) {
    requireUnstarted();
    this.partitionLeaderEpoch = epoch;
    return this;
  }

  /** Time in ms from which on compaction may drop tombstones of this batch; it takes the place of the base timestamp. */
  public RecordBatchBuilder deleteHorizonMs(long timestampMs) {
    requireUnstarted();
    this.deleteHorizonMs = timestampMs;
    return this;
  }

  /** Appends at the offset after the last record, or at the base offset. Arguments as below. */
  public RecordBatchBuilder append(long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {
    return appendAt(nextOffset(), timestampMs, key, value, headers);
  }

  /** Appends at the offset after the last record, or at the base offset. Arguments as below. */
  public RecordBatchBuilder append(long timestampMs, ByteBuf key, ByteBuf value, List<RecordHeader> headers) {
    return appendAt(nextOffset(), timestampMs, key, value, headers);
  }

  /** As {@link #appendAt(long, long, ByteBuf, ByteBuf, List)} with arrays, which are copied. */
  public RecordBatchBuilder appendAt(long offset, long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {
    return appendAt(offset, timestampMs, key == null ? null : Unpooled.wrappedBuffer(key),
        value == null ? null : Unpooled.wrappedBuffer(value), headers);
  }

  /**
   * Appends a record at an offset of its own, which may leave gaps, as compaction does.
   *
   * @param offset above the last one, at least the base offset and less than 2^31 above it
   * @param timestampMs ms since the epoch, negative before 1970; {@link RecordBatchFormat#NO_TIMESTAMP} is none
   * @param key readable bytes are copied, indices stay; may be null
   * @param value as the key; null is a tombstone
   * @throws IllegalArgumentException if the offset is out of range
   */
  public RecordBatchBuilder appendAt(long offset, long timestampMs, ByteBuf key, ByteBuf value, List<RecordHeader> headers) {
    begin(offset, timestampMs);
    writeFields(offset, timestampMs, key, value, headersSize(headers));
    writeHeaders(headers);
    return end(offset, timestampMs);
  }

  /** Appends what was read from another batch at its own offset; otherwise as above. Headers are copied as they are. */
  public RecordBatchBuilder append(Record record) {
    begin(record.offset(), record.timestamp());
    ByteBuf headers = record.headerBytes();
    writeFields(record.offset(), record.timestamp(), record.key(), record.value(),
        Varint.sizeOfVarint(record.headerCount()) + headers.readableBytes());
    Varint.writeVarint(staging, record.headerCount());
    staging.writeBytes(headers);
    return end(record.offset(), record.timestamp());
  }

  /**
   * Makes the batch cover offsets up to and including this one although its last record comes before it, or although it has no
   * record at all. Compaction needs it: offset range and sequences of a batch survive its records.
   */
  public RecordBatchBuilder overrideLastOffset(long offset) {
    if (finished || offset < nextOffset() - 1 || offset < baseOffset || offset - baseOffset > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("last offset " + offset + " does not fit a batch from " + baseOffset + " to "
          + (nextOffset() - 1));
    }
    lastOffset = offset;
    lastOffsetOverridden = true;
    return this;
  }

  /** Number of records so far. */
  public int recordCount() {
    return count;
  }

  /** The offset that {@link #append} uses next. */
  public long nextOffset() {
    return count == 0 && !lastOffsetOverridden ? baseOffset : lastOffset + 1;
  }

  /** The most bytes that a record takes before compression; sizes of -1 stand for null. */
  public static int maxRecordSizeBytes(int keySizeBytes, int valueSizeBytes, List<RecordHeader> headers) {
    int fixed = 1 + Varint.MAX_VARLONG_SIZE + 2 * Varint.MAX_VARINT_SIZE;
    return fixed + bodySize(keySizeBytes, valueSizeBytes, headersSize(headers));
  }

  /**
   * Completes the batch with its header and checksum.
   *
   * @return the batch from reader index to writer index; the caller owns and releases it
   * @throws IllegalStateException if there is neither a record nor an {@linkplain #overrideLastOffset overridden} last offset
   */
  public ByteBuf build() {
    if (count == 0 && !lastOffsetOverridden) {
      throw new IllegalStateException("a batch without records needs a last offset");
    }
    if (count == 0) {
      // What is empty is not compressed either: there is no frame to read.
      compression = CompressionType.NONE;
      level = compression.defaultLevel();
      baseTimestamp = deleteHorizonMs;
    }
    start();
    if (codec != null) {
      drainStaging();
      closeCodec();
    }
    ByteBuf batch = out;
    writeHeader(batch);
    out = null;
    close();
    return batch;
  }

  /** Releases what the builder holds. Without effect after {@link #build()}. */
  @Override
  public void close() {
    finished = true;
    if (codec != null) {
      closeCodec();
    }
    if (staging != null && staging != out && compression != CompressionType.NONE) {
      staging.release();
    }
    staging = null;
    if (out != null) {
      out.release();
      out = null;
    }
  }

  private void start() {
    if (finished) {
      throw new IllegalStateException("the builder is finished");
    }
    if (out != null) {
      return;
    }
    out = allocator.buffer(INITIAL_CAPACITY);
    out.writeZero(RecordBatchFormat.HEADER_SIZE);
    if (compression == CompressionType.NONE) {
      staging = out;
      return;
    }
    staging = allocator.heapBuffer(STAGING_SIZE);
    try {
      codec = Compressor.open(compression, level, new ByteBufOutputStream(out));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void begin(long offset, long timestampMs) {
    if (offset < nextOffset() || offset - baseOffset > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("offset " + offset + " is not in [" + nextOffset() + ", "
          + (baseOffset + Integer.MAX_VALUE) + "]");
    }
    start();
    if (count == 0) {
      baseTimestamp = deleteHorizonMs >= 0 ? deleteHorizonMs : timestampMs;
    }
  }

  private RecordBatchBuilder end(long offset, long timestampMs) {
    maxTimestamp = Math.max(maxTimestamp, timestampMs);
    lastOffset = offset;
    count++;
    if (codec != null && staging.readableBytes() >= STAGING_SIZE) {
      drainStaging();
    }
    return this;
  }

  /** Writes the record up to its headers, which take so many bytes together with their count. */
  private void writeFields(long offset, long timestampMs, ByteBuf key, ByteBuf value, int headersSize) {
    int offsetDelta = (int) (offset - baseOffset);
    long timestampDelta = timestampMs - baseTimestamp;
    int keySize = key == null ? -1 : key.readableBytes();
    int valueSize = value == null ? -1 : value.readableBytes();
    int size = 1 + Varint.sizeOfVarlong(timestampDelta) + Varint.sizeOfVarint(offsetDelta)
        + bodySize(keySize, valueSize, headersSize);
    staging.ensureWritable(size + Varint.MAX_VARINT_SIZE);
    Varint.writeVarint(staging, size);
    staging.writeByte(0);
    Varint.writeVarlong(staging, timestampDelta);
    Varint.writeVarint(staging, offsetDelta);
    writeNullable(key, keySize);
    writeNullable(value, valueSize);
  }

  private void writeHeaders(List<RecordHeader> headers) {
    Varint.writeVarint(staging, headers.size());
    for (RecordHeader header : headers) {
      byte[] headerKey = header.key().getBytes(StandardCharsets.UTF_8);
      Varint.writeVarint(staging, headerKey.length);
      staging.writeBytes(headerKey);
      byte[] headerValue = header.value();
      Varint.writeVarint(staging, headerValue == null ? -1 : headerValue.length);
      if (headerValue != null) {
        staging.writeBytes(headerValue);
      }
    }
  }

  private void writeNullable(ByteBuf bytes, int size) {
    Varint.writeVarint(staging, size);
    if (bytes != null) {
      staging.writeBytes(bytes, bytes.readerIndex(), size);
    }
  }

  private static int bodySize(int keySize, int valueSize, int headersSize) {
    return Math.addExact(Math.addExact(nullableSize(keySize), nullableSize(valueSize)), headersSize);
  }

  private static int headersSize(List<RecordHeader> headers) {
    int size = Varint.sizeOfVarint(headers.size());
    for (RecordHeader header : headers) {
      // The size of what is written: an unpaired surrogate becomes one byte there.
      size = Math.addExact(size, nullableSize(header.key().getBytes(StandardCharsets.UTF_8).length));
      size = Math.addExact(size, nullableSize(header.value() == null ? -1 : header.value().length));
    }
    return size;
  }

  private static int nullableSize(int size) {
    return Math.addExact(Varint.sizeOfVarint(size), Math.max(0, size));
  }

  private void drainStaging() {
    try {
      staging.readBytes(codec, staging.readableBytes());
      staging.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeCodec() {
    OutputStream closing = codec;
    codec = null;
    try {
      closing.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeHeader(ByteBuf batch) {
    batch.setLong(RecordBatchFormat.BASE_OFFSET_OFFSET, baseOffset);
    batch.setInt(RecordBatchFormat.LENGTH_OFFSET, batch.readableBytes() - RecordBatchFormat.LOG_OVERHEAD);
    batch.setInt(RecordBatchFormat.PARTITION_LEADER_EPOCH_OFFSET, partitionLeaderEpoch);
    batch.setByte(RecordBatchFormat.MAGIC_OFFSET, RecordBatchFormat.MAGIC_V2);
    batch.setShort(RecordBatchFormat.ATTRIBUTES_OFFSET, attributes());
    batch.setInt(RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET, (int) (lastOffset - baseOffset));
    batch.setLong(RecordBatchFormat.BASE_TIMESTAMP_OFFSET, baseTimestamp);
    batch.setLong(RecordBatchFormat.MAX_TIMESTAMP_OFFSET,
        timestampType == TimestampType.LOG_APPEND_TIME ? logAppendTime : maxTimestamp);
    batch.setLong(RecordBatchFormat.PRODUCER_ID_OFFSET, producerId);
    batch.setShort(RecordBatchFormat.PRODUCER_EPOCH_OFFSET, producerEpoch);
    batch.setInt(RecordBatchFormat.BASE_SEQUENCE_OFFSET, baseSequence);
    batch.setInt(RecordBatchFormat.RECORD_COUNT_OFFSET, count);
    batch.setInt(RecordBatchFormat.CRC_OFFSET, (int) new RecordBatch().wrap(batch, 0).computeCrc());
  }

  private int attributes() {
    int attributes = compression.id();
    attributes |= timestampType == TimestampType.LOG_APPEND_TIME ? RecordBatchFormat.TIMESTAMP_TYPE_MASK : 0;
    attributes |= transactional ? RecordBatchFormat.TRANSACTIONAL_MASK : 0;
    attributes |= control ? RecordBatchFormat.CONTROL_MASK : 0;
    attributes |= deleteHorizonMs >= 0 ? RecordBatchFormat.DELETE_HORIZON_MASK : 0;
    return attributes;
  }

  private void requireUnstarted() {
    if (out != null || finished) {
      throw new IllegalStateException("settings come before the first record");
    }
  }
}
