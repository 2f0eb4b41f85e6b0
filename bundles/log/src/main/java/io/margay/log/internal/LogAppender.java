package io.margay.log.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.BatchRules;
import io.margay.protocol.record.BatchValidator;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.protocol.record.TimestampType;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.log.PartitionLog.Origin;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * The append path of one log. Everything runs under the lock of the log, on the caller's thread, which may be an event loop:
 * nothing is allocated but the result, nothing is logged, and records are decompressed through scratch memory that all logs
 * share. How long that takes is bounded by what a batch may decompress to.
 *
 * <p>The order is: validate, check the producer, assign offsets and epoch in place, append to the store, update the state. Until
 * the store has accepted the bytes nothing in the log has changed, so a refusal needs no undo.
 */
final class LogAppender {
  /** Bytes after which a snapshot is written although no segment was rolled, to bound what a crash has to replay. */
  private static final long SNAPSHOT_INTERVAL_BYTES = 64L << 20;
  private static final long UNKNOWN = -1;
  /** An odd number with its bits well mixed: 2 to the power of 64 divided by the golden ratio. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final SegmentedPartitionLog log;
  private final LogState state;
  private final BatchCursor cursor = new BatchCursor();
  /** Created with the first append, as most logs of a large broker are idle. */
  private BatchValidator validator;
  private LogConfig rulesFor;
  private BatchRules clientRules;
  private BatchRules coordinatorRules;

  /**
   * Bytes and first timestamp of the active segment; approximate, because the store may roll on its own. {@link #UNKNOWN} until the
   * first append, because asking the store costs a read, and most logs that are opened stay idle.
   */
  private long activeBytes = UNKNOWN;
  private long activeFirstTimestamp = RecordBatchFormat.NO_TIMESTAMP;
  private long bytesSinceSnapshot;
  private long messagesSinceFlush;

  // What the pass over the batches that are being appended found, and the time of the append.
  private long nowMs;
  private int batchCount;
  private int totalBytes;
  private boolean producerIds;
  /** Whether a marker with the epoch of an open transaction is refused. */
  private boolean lateMarkers;
  private boolean recompress;
  private long maxTimestamp;
  private long appendTimeMs;
  /** Range of the batches that have offsets already: the first one, and the one after the last. */
  private long givenBase;
  private long givenNext;
  private Appended refusal;

  LogAppender(SegmentedPartitionLog log, LogState state) {
    this.log = log;
    this.state = state;
  }

  /** Another segment is active now. */
  void forgetActiveSegment() {
    activeBytes = UNKNOWN;
  }

  private void findActiveSegment() {
    SegmentInfo active = log.store().lastSegment();
    activeBytes = active.sizeBytes();
    activeFirstTimestamp = active.firstTimestamp();
  }

  Appended asLeader(ByteBuf records, int leaderEpoch, Origin origin) throws IOException {
    if (log.config().batches().mirrorSource() != null) {
      return readOnly();
    }
    nowMs = log.environment().clock().millis();
    boolean client = origin == Origin.CLIENT;
    lateMarkers = origin == Origin.COORDINATOR_V2;
    if (!examine(records, client)) {
      return takeRefusal();
    }
    if (!recompress) {
      return assignAndAppend(records, leaderEpoch);
    }
    LogConfig config = log.config();
    ByteBuf rebuilt;
    try {
      rebuilt = new Recompressor(log.environment().scratches(), codec(config), config.batches().compressionLevel(),
          config.batches().checks().limits().maxDecompressedBytes()).rebuild(records);
    } catch (InvalidRecordBatchException e) {
      return refusalOf(e);
    }
    try {
      if (rebuilt.readableBytes() > config.batches().maxBytes() && batchCount == 1) {
        return tooLarge(rebuilt.readableBytes(), config);
      }
      totalBytes = rebuilt.readableBytes();
      return assignAndAppend(rebuilt, leaderEpoch);
    } finally {
      rebuilt.release();
    }
  }

  /** The pass before the append. Returns false when the batches are refused. */
  private boolean examine(ByteBuf records, boolean client) {
    LogConfig config = log.config();
    BatchRules rules = rules(config, client);
    boolean appendTime = config.batches().timestamps().type() == TimestampType.LOG_APPEND_TIME;
    CompressionType codec = codec(config);
    batchCount = 0;
    totalBytes = 0;
    producerIds = false;
    recompress = false;
    maxTimestamp = RecordBatchFormat.NO_TIMESTAMP;
    appendTimeMs = appendTime ? nowMs : RecordBatchFormat.NO_TIMESTAMP;
    refusal = null;
    cursor.wrap(records, records.readerIndex(), records.readableBytes());
    try {
      while (cursor.next()) {
        int size = cursor.nextPosition() - cursor.position();
        if (size > config.batches().maxBytes()) {
          return refuse(tooLarge(size, config));
        }
        BatchValidator.Result result = validator().validate(records, cursor.position(), size, rules, nowMs);
        RecordBatch batch = cursor.batch();
        batchCount++;
        totalBytes += size;
        if (batch.hasProducerId() && !admitsProducer(batch, client)) {
          return false;
        }
        stamp(batch, result, appendTime, nowMs);
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
        recompress |= codec != null && !batch.isControl() && batch.compression() != codec;
      }
    } catch (InvalidRecordBatchException e) {
      return refuse(refusalOf(e));
    }
    return isWhole(client);
  }

  private boolean isWhole(boolean client) {
    if (batchCount == 0 && !cursor.hasTrailingPartial()) {
      return refuse(Appended.failed(Errors.INVALID_RECORD, "no record batch was given, expected one"));
    }
    if (cursor.hasTrailingPartial()) {
      return refuse(Appended.failed(Errors.CORRUPT_MESSAGE,
          cursor.trailingBytes() + " bytes are no whole record batch"));
    }
    if (client && producerIds && batchCount > 1) {
      return refuse(Appended.failed(Errors.INVALID_RECORD, batchCount
          + " record batches were given, expected exactly one from an idempotent producer"));
    }
    return true;
  }

  private static void stamp(RecordBatch batch, BatchValidator.Result result, boolean appendTime, long now) {
    if (batch.isControl()) {
      return;
    }
    if (appendTime) {
      batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, now);
    } else if (result.maxTimestamp() != batch.maxTimestamp()) {
      batch.setMaxTimestamp(batch.timestampType(), result.maxTimestamp());
    }
  }

  private boolean admitsProducer(RecordBatch batch, boolean client) {
    producerIds = true;
    ProducerStates producers = state.producers;
    int duplicate = client ? producers.findDuplicate(batch) : -1;
    if (duplicate >= 0) {
      ProducerEntry entry = producers.get(batch.producerId());
      return refuse(Appended.at(entry.firstOffset(duplicate), entry.lastOffset(duplicate) + 1,
          appendTimeMs < 0 ? -1 : entry.timestamp(duplicate), true));
    }
    Errors error = lateMarkers && batch.isControl() && producers.isOpen(batch.producerId(), batch.producerEpoch())
        ? Errors.INVALID_PRODUCER_EPOCH : producers.check(batch, client);
    if (error == Errors.NONE) {
      // A marker that is sent again would end the verification of the next transaction.
      return !lateMarkers || !batch.isControl() || !producers.hasEnded(batch.producerId(), batch.producerEpoch())
          || refuse(Appended.at(-1, log.logEndOffset(), -1, true));
    }
    long end = error == Errors.OUT_OF_ORDER_SEQUENCE_NUMBER ? producers.endOfOlder(batch) : -1;
    return refuse(end >= 0 ? Appended.at(-1, end, -1, true) : Appended.failed(error, producers.explain(batch, error)));
  }

  private Appended assignAndAppend(ByteBuf records, int leaderEpoch) throws IOException {
    if (totalBytes > log.config().segments().store().segmentBytes()) {
      return Appended.failed(Errors.RECORD_LIST_TOO_LARGE, "record batches of " + totalBytes
          + " bytes do not fit in a segment of " + log.config().segments().store().segmentBytes());
    }
    long base = log.logEndOffset();
    long next = base;
    cursor.wrap(records, records.readerIndex(), records.readableBytes());
    while (cursor.next()) {
      RecordBatch batch = cursor.batch();
      batch.setBaseOffset(next);
      batch.setPartitionLeaderEpoch(leaderEpoch);
      next = batch.nextOffset();
    }
    maybeRoll(totalBytes);
    if (leaderEpoch != state.epochs.latestEpoch() && state.epochs.assign(leaderEpoch, base)) {
      state.saveEpochs();
    }
    store(records, base, next);
    return Appended.at(base, next, appendTimeMs, false);
  }

  private Appended readOnly() {
    String[] source = log.config().batches().mirrorSource().split(":", 3);
    return Appended.failed(Errors.POLICY_VIOLATION, "Topic " + log.id().topic() + " is a mirror of " + source[2] + " over the link "
        + source[0] + " and therefore read only: produce to the source cluster, or promote the topic with mirror:promote");
  }

  /** Appends batches from a leader unchanged. */
  Appended asFollower(ByteBuf records, long fetchOffset) throws IOException {
    Appended refused = examineGiven(records, fetchOffset);
    if (refused != null) {
      return refused;
    }
    ByteBuf whole = records.slice(records.readerIndex(), totalBytes);
    noteEpochs(whole);
    return storeGiven(whole);
  }

  /** Appends batches from another cluster; only their epochs are of this one. */
  Appended asMirror(ByteBuf records, int leaderEpoch, long fetchOffset, String source) throws IOException {
    if (!source.equals(log.config().batches().mirrorSource())) {
      return Appended.failed(Errors.POLICY_VIOLATION, "the topic is no mirror of " + source);
    }
    Appended refused = examineGiven(records, fetchOffset);
    if (refused != null) {
      return refused;
    }
    ByteBuf whole = records.slice(records.readerIndex(), totalBytes);
    cursor.wrap(whole, 0, totalBytes);
    while (cursor.next()) {
      cursor.batch().setPartitionLeaderEpoch(leaderEpoch);
    }
    if (leaderEpoch != state.epochs.latestEpoch() && state.epochs.assign(leaderEpoch, givenBase)) {
      state.saveEpochs();
    }
    return storeGiven(whole);
  }

  /** The pass over batches that have offsets. Returns what to answer when there is nothing to append, else null. */
  private Appended examineGiven(ByteBuf records, long fetchOffset) {
    nowMs = log.environment().clock().millis();
    long end = log.logEndOffset();
    if (fetchOffset != end) {
      return Appended.failed(Errors.OFFSET_OUT_OF_RANGE, "record batches were fetched from offset " + fetchOffset
          + ", but the log ends at " + end);
    }
    givenBase = -1;
    givenNext = end;
    batchCount = 0;
    totalBytes = 0;
    producerIds = false;
    maxTimestamp = RecordBatchFormat.NO_TIMESTAMP;
    cursor.wrap(records, records.readerIndex(), records.readableBytes());
    try {
      while (cursor.next()) {
        RecordBatch batch = cursor.batch();
        if (batch.magic() != RecordBatchFormat.MAGIC_V2) {
          return Appended.failed(Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT, "magic is " + batch.magic() + ", expected 2");
        }
        if (!batch.isCrcValid() || batch.lastOffsetDelta() < 0 || batch.recordCount() < 0 || batch.nextOffset() < 0) {
          return Appended.failed(Errors.CORRUPT_MESSAGE, "record batch at offset " + batch.baseOffset() + " is damaged");
        }
        if (batch.baseOffset() < givenNext) {
          return Appended.failed(Errors.OFFSET_OUT_OF_RANGE, "record batch begins at offset " + batch.baseOffset()
              + ", expected " + givenNext + " or more");
        }
        if (batch.isControl()) {
          ProducerStates.readMarker(batch);
        }
        givenBase = batchCount == 0 ? batch.baseOffset() : givenBase;
        givenNext = batch.nextOffset();
        batchCount++;
        totalBytes += batch.sizeBytes();
        producerIds |= batch.hasProducerId();
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
      }
    } catch (InvalidRecordBatchException e) {
      return refusalOf(e);
    }
    return batchCount == 0 ? Appended.at(end, end, -1, false) : null;
  }

  private Appended storeGiven(ByteBuf whole) throws IOException {
    long base = givenBase;
    long next = givenNext;
    if (totalBytes <= log.config().segments().store().segmentBytes()) {
      maybeRoll(totalBytes);
      store(whole, base, next);
    } else {
      storeOneByOne(whole);
    }
    return Appended.at(base, next, -1, false);
  }

  private void noteEpochs(ByteBuf records) {
    boolean changed = false;
    cursor.wrap(records, records.readerIndex(), records.readableBytes());
    while (cursor.next()) {
      RecordBatch batch = cursor.batch();
      changed |= state.epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
    }
    if (changed) {
      state.saveEpochs();
    }
  }

  /** Fetched batches that together are longer than a segment of this replica. */
  private void storeOneByOne(ByteBuf records) throws IOException {
    BatchCursor each = new BatchCursor().wrap(records, records.readerIndex(), records.readableBytes());
    while (each.next()) {
      RecordBatch batch = each.batch();
      totalBytes = batch.sizeBytes();
      maxTimestamp = batch.maxTimestamp();
      producerIds = batch.hasProducerId();
      maybeRoll(totalBytes);
      store(records.slice(each.position(), totalBytes), batch.baseOffset(), batch.nextOffset());
    }
  }

  private void store(ByteBuf records, long base, long next) throws IOException {
    LogStore store = log.store();
    store.append(records, base, next, maxTimestamp);
    if (activeBytes == 0) {
      activeFirstTimestamp = firstTimestamp(records);
    }
    activeBytes += totalBytes;
    if (producerIds) {
      cursor.wrap(records, records.readerIndex(), records.readableBytes());
      while (cursor.next()) {
        state.producers.apply(cursor.batch(), nowMs);
      }
    }
    log.endMoved(next);
    bytesSinceSnapshot += totalBytes;
    if (bytesSinceSnapshot >= SNAPSHOT_INTERVAL_BYTES) {
      bytesSinceSnapshot = 0;
      state.saveAtRoll(next);
    }
    messagesSinceFlush += next - base;
    if (messagesSinceFlush >= log.config().flushing().messages()) {
      messagesSinceFlush = 0;
      log.environment().flusher().request(log);
    }
  }

  private long firstTimestamp(ByteBuf records) {
    cursor.wrap(records, records.readerIndex(), records.readableBytes());
    return cursor.next() ? cursor.batch().maxTimestamp() : RecordBatchFormat.NO_TIMESTAMP;
  }

  private void maybeRoll(int bytes) throws IOException {
    if (activeBytes == UNKNOWN) {
      findActiveSegment();
    }
    if (activeBytes == 0) {
      return;
    }
    LogConfig config = log.config();
    long segmentMs = config.segments().ms() - jitterMs(config);
    long rollMs = config.compaction().compact() ? Math.min(segmentMs, config.compaction().maxLagMs()) : segmentMs;
    // The record's time counts and not the clock's, so replicas roll alike, and so do replays of old data.
    boolean old = activeFirstTimestamp >= 0 && maxTimestamp - activeFirstTimestamp > rollMs;
    if (old || activeBytes + bytes > config.segments().store().segmentBytes()) {
      roll();
    }
  }

  /** Differs between partitions, but not between the replicas of one, so that these roll alike. */
  private long jitterMs(LogConfig config) {
    long most = Math.min(config.segments().jitterMs(), config.segments().ms());
    if (most == 0) {
      return 0;
    }
    long mixed = (log.id().topicId().hashCode() * 31L + log.id().partition() + 1) * SPREAD;
    return Long.remainderUnsigned(mixed ^ (mixed >>> 32), most);
  }

  /** Begins a new segment unless the current one is empty. */
  void roll() throws IOException {
    LogStore store = log.store();
    state.saveAtRoll(log.logEndOffset());
    store.roll();
    bytesSinceSnapshot = 0;
    activeBytes = 0;
    activeFirstTimestamp = RecordBatchFormat.NO_TIMESTAMP;
  }

  private boolean refuse(Appended answer) {
    refusal = answer;
    return false;
  }

  private Appended takeRefusal() {
    Appended answer = refusal;
    refusal = null;
    return answer;
  }

  private static Appended tooLarge(int size, LogConfig config) {
    return Appended.failed(Errors.MESSAGE_TOO_LARGE, "record batch of " + size + " bytes is longer than max.message.bytes="
        + config.batches().maxBytes());
  }

  private static Appended refusalOf(InvalidRecordBatchException e) {
    return Appended.failed(errorOf(e), e.getMessage(), e.faults());
  }

  private static Errors errorOf(InvalidRecordBatchException e) {
    return switch (e.reason()) {
      case CORRUPT_MESSAGE -> Errors.CORRUPT_MESSAGE;
      case INVALID_RECORD -> Errors.INVALID_RECORD;
      case MESSAGE_TOO_LARGE -> Errors.MESSAGE_TOO_LARGE;
      case UNSUPPORTED_FOR_MESSAGE_FORMAT -> Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT;
      case UNSUPPORTED_COMPRESSION_TYPE -> Errors.UNSUPPORTED_COMPRESSION_TYPE;
      case INVALID_TIMESTAMP -> Errors.INVALID_TIMESTAMP;
    };
  }

  private BatchValidator validator() {
    if (validator == null) {
      validator = new BatchValidator(log.environment().scratches());
    }
    return validator;
  }

  private BatchRules rules(LogConfig config, boolean client) {
    if (config != rulesFor) {
      boolean appendTime = config.batches().timestamps().type() == TimestampType.LOG_APPEND_TIME;
      BatchRules.Limits limits = config.batches().checks().limits();
      // A batch that is compressed again is decompressed in any case, and a fault would only be found later.
      BatchRules keyed = BatchRules.of(BatchRules.Origin.CLIENT, limits).withRequireKeys(config.compaction().compact())
          .withDeep(config.batches().checks().full() || codec(config) != null);
      clientRules = appendTime ? keyed
          : keyed.withTimestampLimits(config.batches().timestamps().beforeMaxMs(), config.batches().timestamps().afterMaxMs());
      coordinatorRules = BatchRules.of(BatchRules.Origin.COORDINATOR, limits);
      rulesFor = config;
    }
    return client ? clientRules : coordinatorRules;
  }

  /** The codec that the topic demands, or null when the producer's choice stays. */
  private static CompressionType codec(LogConfig config) {
    String name = config.batches().compression();
    if (name.equals("producer")) {
      return null;
    }
    return name.equals("uncompressed") ? CompressionType.NONE : CompressionType.forName(name);
  }
}
