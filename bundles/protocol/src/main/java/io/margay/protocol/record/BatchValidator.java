package io.margay.protocol.record;

import static io.margay.protocol.record.InvalidRecordBatchException.NO_RECORD;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.INVALID_RECORD;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.INVALID_TIMESTAMP;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.UNSUPPORTED_COMPRESSION_TYPE;
import static io.margay.protocol.record.InvalidRecordBatchException.Reason.UNSUPPORTED_FOR_MESSAGE_FORMAT;

import io.margay.protocol.record.BatchRules.Limits;
import io.margay.protocol.record.BatchRules.Origin;
import io.margay.protocol.record.InvalidRecordBatchException.Fault;
import io.margay.protocol.record.InvalidRecordBatchException.Reason;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks a batch before it is appended, in one pass. Records that are not compressed are always walked; compressed ones when the
 * rules ask for it, through scratch memory that is taken from a pool for the time of the call. Nothing is allocated for a
 * batch that is accepted. Reusable, one thread at a time.
 *
 * <p>A batch whose size or checksum is wrong is a {@link CorruptRecordException}; when these are right, every fault of the
 * records is an INVALID_RECORD, because the producer meant what it sent.
 *
 * <p>Compression types are known by id only. The caller checks whether the version of the request allows one (zstd needs Produce
 * 7).
 */
public final class BatchValidator {
  private final RecordScratchPool scratches;
  private final RecordBatch batch = new RecordBatch();
  private final RecordWalker walker = new RecordWalker();
  private final RecordSource source = new RecordSource();
  private final Result result = new Result();
  private BatchRules rules;
  private long minTimestamp;
  private long maxTimestamp;
  private int maxRecordBytes;
  /** Index of the record that is being checked. */
  private int recordIndex;
  /** Records that break a rule; null while there is none. */
  private List<Fault> faults;
  private Reason faultReason;

  /** A validator that takes its scratch memory from the pool. */
  public BatchValidator(RecordScratchPool scratches) {
    this.scratches = scratches;
  }

  /** What the last successful validation found. The same object each time. */
  public final class Result {
    private long foundMaxTimestamp;

    private Result() {
    }

    /** View of the batch, valid until the next validation. */
    public RecordBatch batch() {
      return batch;
    }

    /**
     * Largest timestamp of the records in ms, or the header's value when they were not walked. When the header has another value
     * the caller corrects it with {@link RecordBatch#setMaxTimestamp}, because a wrong one is no reason to refuse a batch.
     */
    public long maxTimestamp() {
      return foundMaxTimestamp;
    }
  }

  /**
   * Checks the batch that fills {@code [index, index + length)}.
   *
   * @param buf not retained; indices stay as they are
   * @param nowMs time against which create times are compared, ms since the epoch
   * @return the reusable result
   * @throws CorruptRecordException if size or checksum are broken
   * @throws InvalidRecordBatchException if the batch is not acceptable; see its reason, and which records are at fault
   */
  public Result validate(ByteBuf buf, int index, int length, BatchRules batchRules, long nowMs) {
    rules = batchRules;
    // Times before 1970 are negative. The upper bound saturates: a limit of Long.MAX_VALUE means none.
    minTimestamp = nowMs - rules.timestampBeforeMaxMs();
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
    boolean walked = !compressed || rules.deep() || rules.requireKeys();
    boolean searched = walked && batch.timestampType() == TimestampType.CREATE_TIME;
    result.foundMaxTimestamp = searched ? RecordBatchFormat.NO_TIMESTAMP : batch.maxTimestamp();
    if (!walked) {
      // The header bounds what the records may say, so that their limits hold roughly without a walk too.
      checkHeaderTimestamp(batch.baseTimestamp());
      checkHeaderTimestamp(batch.maxTimestamp());
    } else if (!compressed) {
      maxRecordBytes = Integer.MAX_VALUE;
      walkRecords(source.wrap(RecordSource.view(buf, batch.recordsIndex(), batch.recordsSizeBytes(), false)));
      source.close();
    } else if (batch.recordCount() > 0 || batch.recordsSizeBytes() > 0) {
      walkCompressed(buf);
    }
    return result;
  }

  private void walkCompressed(ByteBuf buf) {
    Limits limits = rules.limits();
    maxRecordBytes = limits.maxRecordBytes();
    RecordScratch scratch = scratches.take();
    try {
      ByteBuffer compressed = RecordSource.view(buf, batch.recordsIndex(), batch.recordsSizeBytes(), false);
      walkRecords(source.decode(open(scratch, compressed), limits.maxDecompressedBytes()));
    } finally {
      source.close();
      scratches.give(scratch);
    }
  }

  private BlockDecoder open(RecordScratch scratch, ByteBuffer compressed) {
    try {
      return scratch.open(batch.compression(), compressed, rules.limits().maxDecompressedBytes());
    } catch (CorruptRecordException e) {
      throw new InvalidRecordBatchException(INVALID_RECORD, e.getMessage(), NO_RECORD, e);
    }
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
    faults = null;
    try {
      walkEach(in);
    } catch (CorruptRecordException e) {
      // The checksum is right, so this is what was sent.
      // It names no record at fault, because the batch fails as a whole: what follows cannot be told apart any more.
      throw new InvalidRecordBatchException(INVALID_RECORD, "record " + recordIndex + " of " + batch.recordCount()
          + " cannot be read: " + e.getMessage(), NO_RECORD, e);
    }
    if (faults != null) {
      List<Fault> found = faults;
      faults = null;
      throw new InvalidRecordBatchException(faultReason, found.get(0).message(), found);
    }
  }

  private void walkEach(RecordSource in) {
    int count = batch.recordCount();
    long baseTimestamp = batch.baseTimestamp();
    boolean createTime = batch.timestampType() == TimestampType.CREATE_TIME;
    boolean keyed = rules.requireKeys();
    boolean timed = createTime && rules.origin() == Origin.CLIENT;
    long max = result.foundMaxTimestamp;
    int previousDelta = -1;
    for (recordIndex = 0; recordIndex < count; recordIndex++) {
      walker.walk(in, maxRecordBytes);
      checkOffsetDelta(previousDelta, recordIndex);
      previousDelta = walker.offsetDelta;
      if (keyed && walker.keyLength < 0) {
        addFault(INVALID_RECORD, "the record has no key, expected one for a compacted topic");
      }
      long timestamp = baseTimestamp + walker.timestampDelta;
      if (timed && isOutOfRange(timestamp)) {
        addFault(INVALID_TIMESTAMP, outOfRange("the record", timestamp));
      }
      if (createTime && timestamp > max) {
        max = timestamp;
      }
    }
    result.foundMaxTimestamp = max;
    if (!in.isExhausted()) {
      throw new CorruptRecordException("bytes follow the last of " + count + " records");
    }
  }

  /** A wrong timestamp outweighs a missing key, as in Kafka. */
  private void addFault(Reason reason, String message) {
    if (faults == null) {
      faults = new ArrayList<>();
      faultReason = reason;
    }
    if (reason == INVALID_TIMESTAMP) {
      faultReason = reason;
    }
    if (faults.size() < rules.limits().maxFaults()) {
      faults.add(new Fault(recordIndex, message));
    }
  }

  private void checkOffsetDelta(int previousDelta, int index) {
    int delta = walker.offsetDelta;
    boolean gapsAllowed = rules.origin() == Origin.REPLICATION;
    boolean valid = gapsAllowed ? delta > previousDelta && delta <= batch.lastOffsetDelta() : delta == index;
    if (!valid) {
      throw new InvalidRecordBatchException(INVALID_RECORD, "offset delta of the record is " + delta + ", expected "
          + (gapsAllowed ? "above " + previousDelta + " up to " + batch.lastOffsetDelta() : index), index, null);
    }
  }

  private void checkHeaderTimestamp(long timestamp) {
    if (rules.origin() == Origin.CLIENT && isOutOfRange(timestamp)) {
      throw new InvalidRecordBatchException(INVALID_TIMESTAMP, outOfRange("the batch header", timestamp));
    }
  }

  private boolean isOutOfRange(long timestamp) {
    return (timestamp < minTimestamp || timestamp > maxTimestamp) && timestamp != RecordBatchFormat.NO_TIMESTAMP;
  }

  private String outOfRange(String what, long timestamp) {
    return "timestamp of " + what + " is " + timestamp + ", expected " + minTimestamp + " to " + maxTimestamp;
  }

  private static InvalidRecordBatchException invalid(String message) {
    return new InvalidRecordBatchException(Reason.INVALID_RECORD, message);
  }
}
