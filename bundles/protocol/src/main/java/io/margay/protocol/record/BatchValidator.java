package io.margay.protocol.record;

import static io.margay.protocol.record.InvalidRecordBatchException.NO_RECORD;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.INVALID_RECORD;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.INVALID_TIMESTAMP;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.UNSUPPORTED_COMPRESSION_TYPE;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.UNSUPPORTED_FOR_MESSAGE_FORMAT;

import io.margay.protocol.record.BatchRules.Origin;
import io.margay.protocol.record.InvalidRecordBatchException.Reason;
import io.netty.buffer.ByteBuf;

/**
 * Checks a batch before it is appended, in one pass. Records that are not compressed are always walked, which allocates nothing;
 * compressed ones when the rules ask for it. Reusable, one thread at a time: each event loop keeps one.
 *
 * <p>Compression types are known by id only; whether the version of the request allows one (zstd needs Produce 7) is for the
 * caller to say.
 */
public final class BatchValidator {
  private final RecordBatch batch = new RecordBatch();
  private final RecordWalker walker = new RecordWalker();
  private final BufferSource buffer = new BufferSource();
  private final Result result = new Result();
  private BatchRules rules;
  private long minTimestamp;
  private long maxTimestamp;

  /** What the last successful validation found. The same object each time. */
  public final class Result {
    private boolean walked;
    private long foundMaxTimestamp;
    private int offsetDelta;

    private Result() {
    }

    /** View of the batch, valid until the next validation. */
    public RecordBatch batch() {
      return batch;
    }

    /** True if each record was looked at. */
    public boolean isWalked() {
      return walked;
    }

    /**
     * Largest timestamp of the records in ms, or what the header says when they were not walked. When the header says
     * otherwise the caller corrects it with {@link RecordBatch#setMaxTimestamp}, as a wrong one is no reason to refuse a batch.
     */
    public long maxTimestamp() {
      return foundMaxTimestamp;
    }

    /** Offset delta of the first record with that timestamp, or of the last record when they were not walked. */
    public int offsetDeltaOfMaxTimestamp() {
      return offsetDelta;
    }
  }

  /**
   * Checks the batch that fills {@code [index, index + length)}.
   *
   * @param buf not retained; indices stay as they are
   * @param nowMs time against which create times are compared, ms since the epoch
   * @return the reusable result
   * @throws CorruptRecordException if sizes, checksum, records or compressed data are broken
   * @throws InvalidRecordBatchException if the batch is not acceptable; see its reason
   */
  public Result validate(ByteBuf buf, int index, int length, BatchRules batchRules, long nowMs) {
    rules = batchRules;
    // The bounds saturate: limits of Long.MAX_VALUE mean none.
    minTimestamp = rules.timestampBeforeMaxMs() > nowMs ? 0 : nowMs - rules.timestampBeforeMaxMs();
    maxTimestamp = rules.timestampAfterMaxMs() > Long.MAX_VALUE - nowMs ? Long.MAX_VALUE : nowMs + rules.timestampAfterMaxMs();
    batch.wrap(buf, index);
    checkSizeAndMagic(buf, index, length);
    if (!batch.isCrcValid()) {
      throw new CorruptRecordException("batch checksum is " + batch.computeCrc() + ", expected the stored " + batch.crc());
    }
    checkAttributes();
    checkOffsets();
    checkProducer();
    boolean compressed = batch.compression() != CompressionType.NONE;
    result.walked = !compressed || rules.deep() || rules.requireKeys();
    if (!result.walked) {
      // The header bounds what the records may say, so that their limits hold roughly without a walk too.
      checkTimestamp(batch.baseTimestamp(), NO_RECORD);
      checkTimestamp(batch.maxTimestamp(), NO_RECORD);
    }
    boolean searched = result.walked && batch.timestampType() == TimestampType.CREATE_TIME;
    result.foundMaxTimestamp = searched ? RecordBatchFormat.NO_TIMESTAMP : batch.maxTimestamp();
    result.offsetDelta = batch.lastOffsetDelta();
    if (!compressed) {
      walkRecords(buffer.wrap(buf, batch.recordsIndex(), batch.recordsSizeBytes()));
    } else if (result.walked && !(batch.recordCount() == 0 && batch.recordsSizeBytes() == 0)) {
      try (StreamSource stream = new StreamSource(Decompressor.open(batch.compression(), buf, batch.recordsIndex(),
          batch.recordsSizeBytes(), rules.maxDecompressedBytes()), rules.maxDecompressedBytes())) {
        walkRecords(stream);
      }
    }
    return result;
  }

  private void checkSizeAndMagic(ByteBuf buf, int index, int length) {
    if (index < 0 || length < 0 || length > buf.capacity() - index) {
      throw new IndexOutOfBoundsException("range of " + length + " bytes at " + index + " in a buffer of " + buf.capacity());
    }
    if (length <= RecordBatchFormat.MAGIC_OFFSET) {
      throw new CorruptRecordException("batch has " + length + " bytes, expected at least " + RecordBatchFormat.HEADER_SIZE);
    }
    byte magic = batch.magic();
    if (magic == 0 || magic == 1) {
      throw new InvalidRecordBatchException(UNSUPPORTED_FOR_MESSAGE_FORMAT, "batch magic is " + magic + ", expected 2");
    }
    if (magic != RecordBatchFormat.MAGIC_V2) {
      throw new CorruptRecordException("batch magic is " + magic + ", expected 2");
    }
    long size = (long) buf.getInt(index + RecordBatchFormat.LENGTH_OFFSET) + RecordBatchFormat.LOG_OVERHEAD;
    if (size < RecordBatchFormat.HEADER_SIZE || size > length) {
      throw new CorruptRecordException("batch announces " + size + " bytes, expected " + RecordBatchFormat.HEADER_SIZE + " to "
          + length);
    }
    if (size < length) {
      throw invalid("batch of " + size + " bytes is followed by " + (length - size) + " bytes, expected exactly one batch");
    }
  }

  private void checkAttributes() {
    if (!batch.isCompressionKnown()) {
      throw new InvalidRecordBatchException(UNSUPPORTED_COMPRESSION_TYPE, "compression type in attributes "
          + batch.attributes() + " is unknown");
    }
    if (rules.origin() != Origin.CLIENT) {
      return;
    }
    if (batch.isControl()) {
      throw invalid("clients may not write control records");
    }
    if (batch.hasDeleteHorizon()) {
      throw invalid("clients may not set a delete horizon");
    }
    if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
      throw new InvalidRecordBatchException(INVALID_TIMESTAMP, "timestamp type is LOG_APPEND_TIME, expected CREATE_TIME");
    }
  }

  private void checkOffsets() {
    int count = batch.recordCount();
    int lastDelta = batch.lastOffsetDelta();
    if (rules.origin() == Origin.CLIENT && batch.baseOffset() != 0) {
      throw invalid("base offset is " + batch.baseOffset() + ", expected 0");
    }
    if (batch.baseOffset() < 0 || batch.baseOffset() > Long.MAX_VALUE - Integer.MAX_VALUE - 1L) {
      throw invalid("base offset is " + batch.baseOffset() + ", expected at least 0 and room for the records");
    }
    if (rules.origin() == Origin.REPLICATION) {
      if (count < 0 || lastDelta < 0 || count > lastDelta + 1L) {
        throw invalid("batch has " + count + " records up to offset delta " + lastDelta);
      }
    } else if (count <= 0) {
      throw invalid("record count is " + count + ", expected at least 1");
    } else if (lastDelta != count - 1) {
      throw invalid("last offset delta is " + lastDelta + ", expected " + (count - 1) + " for " + count + " records");
    }
  }

  private void checkProducer() {
    if (rules.origin() != Origin.CLIENT) {
      return;
    }
    if (!batch.hasProducerId()) {
      // Epoch and sequence are not looked at: several clients leave them 0 when they are not idempotent.
      if (batch.isTransactional()) {
        throw invalid("transactional batch has no producer id");
      }
      return;
    }
    if (batch.producerEpoch() < 0) {
      throw invalid("producer epoch is " + batch.producerEpoch() + " with producer id " + batch.producerId()
          + ", expected at least 0");
    }
    if (batch.baseSequence() < 0) {
      throw invalid("base sequence is " + batch.baseSequence() + " with producer id " + batch.producerId()
          + ", expected at least 0");
    }
  }

  private void walkRecords(RecordSource in) {
    int count = batch.recordCount();
    long baseTimestamp = batch.baseTimestamp();
    boolean createTime = batch.timestampType() == TimestampType.CREATE_TIME;
    int previousDelta = -1;
    for (int i = 0; i < count; i++) {
      walker.walk(in);
      checkOffsetDelta(previousDelta, i);
      previousDelta = walker.offsetDelta;
      if (rules.requireKeys() && walker.keyLength < 0) {
        throw new InvalidRecordBatchException(INVALID_RECORD, "record " + i + " has no key, expected one for a compacted topic",
            i, null);
      }
      if (createTime) {
        long timestamp = baseTimestamp + walker.timestampDelta;
        checkTimestamp(timestamp, i);
        if (timestamp > result.foundMaxTimestamp) {
          result.foundMaxTimestamp = timestamp;
          result.offsetDelta = walker.offsetDelta;
        }
      }
    }
    if (!in.isExhausted()) {
      throw new CorruptRecordException("bytes follow the last of " + count + " records");
    }
  }

  private void checkOffsetDelta(int previousDelta, int recordIndex) {
    int delta = walker.offsetDelta;
    boolean gapsAllowed = rules.origin() == Origin.REPLICATION;
    boolean valid = gapsAllowed ? delta > previousDelta && delta <= batch.lastOffsetDelta() : delta == recordIndex;
    if (!valid) {
      throw new InvalidRecordBatchException(INVALID_RECORD, "offset delta of record " + recordIndex + " is " + delta
          + ", expected " + (gapsAllowed ? "above " + previousDelta + " up to " + batch.lastOffsetDelta() : recordIndex),
          recordIndex, null);
    }
  }

  private void checkTimestamp(long timestamp, int recordIndex) {
    if (rules.origin() != Origin.CLIENT || timestamp == RecordBatchFormat.NO_TIMESTAMP) {
      return;
    }
    if (timestamp < minTimestamp || timestamp > maxTimestamp) {
      String what = recordIndex == NO_RECORD ? "the batch header" : "record " + recordIndex;
      throw new InvalidRecordBatchException(INVALID_TIMESTAMP, "timestamp of " + what + " is " + timestamp + ", expected "
          + minTimestamp + " to " + maxTimestamp, recordIndex, null);
    }
  }

  private static InvalidRecordBatchException invalid(String message) {
    return new InvalidRecordBatchException(Reason.INVALID_RECORD, message);
  }
}
