package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordReader;
import io.margay.protocol.record.RecordScratchPool;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.log.PartitionLog.Origin;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;

/** A log over a {@link FakeStore}, a clock that stands still, and short words for what tests do to it. */
final class TestLog {
  static final UnpooledByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);
  /** An epoch that no log refuses. */
  static final LeaderEpoch NEWEST = new LeaderEpoch(Integer.MAX_VALUE);
  static final TopicIdPartition ID = new TopicIdPartition(new UUID(1, 2), new TopicPartition("topic", 0));
  private static final Map<Setting<?>, Object> BASE = Map.of(LogSettings.RETENTION_MS, -1L, LogSettings.MAX_MESSAGE_BYTES, 1 << 20,
      LogSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS, Long.MAX_VALUE, LogSettings.MARGAY_STORAGE_ENGINE, "fake",
      LogSettings.SEGMENT_BYTES, 1 << 20, LogSettings.SEGMENT_INDEX_BYTES, 1 << 20);
  static final LogConfig CONFIG = config(Map.of());

  /** A clock that only moves when the test moves it. */
  static final class StoppedClock implements Clock {
    long now = 1_000_000;

    @Override
    public long millis() {
      return now;
    }

    @Override
    public long nanos() {
      return now * 1_000_000;
    }
  }

  /** What a reader sees of a record. */
  record Seen(long offset, long timestamp, String key, String value) { }

  final StoppedClock clock = new StoppedClock();
  final List<String> faults = new ArrayList<>();
  final List<SegmentedPartitionLog> flushRequests = new ArrayList<>();
  long producerExpirationMs = 86_400_000L;
  /** Runs what appends leave to be done. */
  Executor background = Runnable::run;
  int producersPerLog = 10_000;
  int producersPerNode = 100_000;
  final ProducerLimits producerLimits = new ProducerLimits(() -> producersPerLog, () -> producersPerNode);
  final LogEnvironment environment = new LogEnvironment(clock, (what, cause) -> faults.add(what), flushRequests::add,
      () -> producerExpirationMs, task -> background.execute(task), new RecordScratchPool(HEAP), producerLimits);
  final List<SegmentedPartitionLog> wentOffline = new ArrayList<>();
  /** The checkpoint of the start offset, as an owner keeps it. */
  long startCheckpoint = -1;
  final LogOwner owner = new LogOwner() {
    @Override
    public String name() {
      return CONFIG.engine();
    }

    @Override
    public void configured(SegmentedPartitionLog log) { }

    @Override
    public void startMoved(SegmentedPartitionLog moved) {
      startCheckpoint = moved.logStartOffset();
    }

    @Override
    public void wentOffline(SegmentedPartitionLog gone) {
      wentOffline.add(gone);
    }

    @Override
    public void closed(SegmentedPartitionLog closed) { }
  };
  final FakeStore store;
  SegmentedPartitionLog log;
  int epoch = 1;

  TestLog() {
    this(CONFIG);
  }

  TestLog(LogConfig config) {
    store = new FakeStore(config.segments().store());
    try {
      log = SegmentedPartitionLog.open(ID, config, store, environment, owner, -1, -1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The base configuration with other values for some settings, which may be smaller than the settings allow. */
  static LogConfig config(Map<Setting<?>, Object> changed) {
    return LogConfig.of(new SettingValues() {
      @Override
      @SuppressWarnings("unchecked") // the maps of this test hold values of the right types
      public <T> T get(Setting<T> setting) {
        return (T) changed.getOrDefault(setting, BASE.getOrDefault(setting, setting.defaultValue()));
      }
    });
  }

  static LogConfig segments(int bytes) {
    return config(Map.of(LogSettings.SEGMENT_BYTES, bytes));
  }

  /** @param maxDecompressedBytes of a batch */
  static LogConfig records(boolean compact, String compression, String validation, int maxDecompressedBytes) {
    return config(Map.of(LogSettings.CLEANUP_POLICY, List.of(compact ? "compact" : "delete"),
        LogSettings.COMPRESSION_TYPE, compression, LogSettings.MARGAY_PRODUCE_VALIDATION, validation,
        LogSettings.MARGAY_MAX_DECOMPRESSED_BATCH_BYTES, maxDecompressedBytes));
  }

  /** Closes cleanly and opens again. */
  void restart() throws IOException {
    long high = log.highWatermark();
    log.close();
    log = SegmentedPartitionLog.open(ID, log.config(), store.reopen(), environment, owner, startCheckpoint, high);
  }

  /** Opens again without a close. */
  void crash() throws IOException {
    log = SegmentedPartitionLog.open(ID, log.config(), store.reopen(), environment, owner, startCheckpoint, log.highWatermark());
  }

  Appended append(ByteBuf batch) {
    return append(batch, Origin.CLIENT);
  }

  /** As the leader of a partition does: the transaction of a client is verified first. */
  Appended append(ByteBuf batch, Origin origin) {
    RecordBatch header = new RecordBatch().wrap(batch, batch.readerIndex());
    if (origin == Origin.CLIENT && header.isTransactional()) {
      log.endVerification(header.producerId(), log.beginVerification(header.producerId(), header.producerEpoch()));
    }
    return appendUnverified(batch, origin);
  }

  Appended appendUnverified(ByteBuf batch, Origin origin) {
    try {
      return log.appendAsLeader(batch, new LeaderEpoch(epoch), origin);
    } finally {
      batch.release();
    }
  }

  /** Appends as a client; it must go well. Returns the base offset. */
  long put(ByteBuf batch) {
    Appended appended = append(batch);
    assertThat(appended.error()).as(appended.message()).isEqualTo(Errors.NONE);
    return appended.baseOffset();
  }

  long put(String... keyValues) {
    return put(batch(clock.now, keyValues));
  }

  void commitAll() {
    log.setHighWatermark(log.logEndOffset());
  }

  Appended mark(long producerId, int producerEpoch, ControlRecordType type, int coordinatorEpoch) {
    return append(ControlRecords.buildEndTransaction(HEAP, 0, clock.now, 0, producerId, (short) producerEpoch,
        new ControlRecords.EndTransactionMarker(type, coordinatorEpoch)), Origin.COORDINATOR);
  }

  /** A batch of {@code key=value} records; {@code key=} is a tombstone and {@code =value} has no key. */
  static ByteBuf batch(long timestamp, String... keyValues) {
    return batch(CompressionType.NONE, -1, -1, -1, false, timestamp, keyValues);
  }

  static ByteBuf produced(long producerId, int epoch, int sequence, String... keyValues) {
    return batch(CompressionType.NONE, producerId, epoch, sequence, false, 1_000_000, keyValues);
  }

  static ByteBuf transactional(long producerId, int epoch, int sequence, String... keyValues) {
    return batch(CompressionType.NONE, producerId, epoch, sequence, true, 1_000_000, keyValues);
  }

  static ByteBuf batch(CompressionType codec, long producerId, int epoch, int sequence, boolean transactional, long timestamp,
      String... keyValues) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(HEAP)) {
      builder.compression(codec).producer(producerId, (short) epoch, sequence).transactional(transactional);
      for (String keyValue : keyValues) {
        int at = keyValue.indexOf('=');
        byte[] key = at <= 0 ? null : keyValue.substring(0, at).getBytes(StandardCharsets.UTF_8);
        byte[] value = at == keyValue.length() - 1 ? null : keyValue.substring(at + 1).getBytes(StandardCharsets.UTF_8);
        builder.append(timestamp, key, value, List.of());
      }
      return builder.build();
    }
  }

  /** A batch whose records have these timestamps. */
  static ByteBuf timed(CompressionType codec, long... timestamps) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(HEAP)) {
      builder.compression(codec);
      for (long timestamp : timestamps) {
        builder.append(timestamp, new byte[] {1}, new byte[] {2}, List.of());
      }
      return builder.build();
    }
  }

  /** All records from the start to the end, control records left out. */
  List<Seen> contents() throws IOException {
    return contents(log.logStartOffset());
  }

  List<Seen> contents(long from) throws IOException {
    List<Seen> seen = new ArrayList<>();
    long offset = from;
    while (offset < log.logEndOffset()) {
      LogSlice slice = log.read(offset, 100, Long.MAX_VALUE, true);
      ByteBuf bytes = SliceBytes.take(slice);
      if (!bytes.isReadable()) {
        bytes.release();
        break;
      }
      BatchCursor cursor = new BatchCursor().wrap(bytes, 0, bytes.readableBytes());
      while (cursor.next()) {
        assertThat(cursor.batch().isCrcValid()).isTrue();
        if (!cursor.batch().isControl()) {
          collect(cursor, from, seen);
        }
        offset = cursor.batch().nextOffset();
      }
      bytes.release();
    }
    return seen;
  }

  private static void collect(BatchCursor cursor, long from, List<Seen> seen) {
    try (RecordReader reader = RecordReader.open(cursor.batch(), 1 << 20)) {
      while (reader.hasNext()) {
        Record r = reader.next();
        if (r.offset() >= from) {
          seen.add(new Seen(r.offset(), r.timestamp(), r.hasKey() ? new String(r.keyBytes(), StandardCharsets.UTF_8) : null,
              r.hasValue() ? new String(r.valueBytes(), StandardCharsets.UTF_8) : null));
        }
      }
    }
  }

  List<String> values() throws IOException {
    return contents().stream().map(Seen::value).toList();
  }
}
