package io.margay.spi.log;

import io.margay.protocol.record.BatchRules;
import io.margay.protocol.record.TimestampType;
import io.margay.spi.config.SettingValues;
import io.margay.spi.storage.StoreConfig;
import java.util.List;

/**
 * The settings that the logs of one topic use. Immutable. Times are in milliseconds, sizes in bytes; -1 is no limit.
 *
 * @param delete whether {@code cleanup.policy} contains delete
 * @param compact whether {@code cleanup.policy} contains compact
 * @param retentionMs {@code retention.ms}
 * @param retentionBytes {@code retention.bytes}
 * @param segmentMs {@code segment.ms}
 * @param segmentJitterMs {@code segment.jitter.ms}
 * @param maxMessageBytes {@code max.message.bytes}
 * @param checks how batches of producers are checked
 * @param timestampType {@code message.timestamp.type}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}
 * @param minCleanableDirtyRatio {@code min.cleanable.dirty.ratio}
 * @param minCompactionLagMs {@code min.compaction.lag.ms}
 * @param maxCompactionLagMs {@code max.compaction.lag.ms}
 * @param deleteRetentionMs {@code delete.retention.ms}
 * @param flushMessages {@code flush.messages}
 * @param flushMs {@code flush.ms}
 * @param flushOnAck whether {@code margay.flush.policy} is ack
 * @param compression {@code compression.type}: producer, uncompressed, or a codec
 * @param compressionLevel the level of that codec, {@code compression.*.level}; 0 when it has none
 * @param engine {@code margay.storage.engine}
 * @param minInsyncReplicas {@code min.insync.replicas}
 * @param store how the engine divides the log into segments and indexes it
 */
public record LogConfig(boolean delete, boolean compact, long retentionMs, long retentionBytes, long segmentMs,
    long segmentJitterMs, int maxMessageBytes, RecordChecks checks, TimestampType timestampType, long timestampBeforeMaxMs,
    long timestampAfterMaxMs, double minCleanableDirtyRatio, long minCompactionLagMs, long maxCompactionLagMs,
    long deleteRetentionMs, long flushMessages, long flushMs, boolean flushOnAck, String compression, int compressionLevel,
    String engine, int minInsyncReplicas, StoreConfig store) {

  /**
   * A batch may decompress to this multiple of its largest size, and at least to the bytes below, unless its topic says otherwise.
   */
  private static final long DECOMPRESSION_FACTOR = 8;
  private static final long MIN_DECOMPRESSED_BYTES = 16L << 20;

  /**
   * How the records of producers are checked.
   *
   * @param full whether compressed records are checked, {@code margay.produce.validation}
   * @param limits {@code margay.max.decompressed.batch.bytes}, {@code max.decompressed.message.bytes} and
   *     {@code margay.produce.record.errors.max}
   */
  public record RecordChecks(boolean full, BatchRules.Limits limits) { }

  /**
   * @param values the values of a topic
   * @return the configuration made of them
   */
  public static LogConfig of(SettingValues values) {
    List<String> policy = values.get(LogSettings.CLEANUP_POLICY);
    Integer smallSegment = values.get(LogSettings.INTERNAL_SEGMENT_BYTES);
    return new LogConfig(policy.contains("delete"), policy.contains("compact"), values.get(LogSettings.RETENTION_MS),
        values.get(LogSettings.RETENTION_BYTES), values.get(LogSettings.SEGMENT_MS),
        values.get(LogSettings.SEGMENT_JITTER_MS), values.get(LogSettings.MAX_MESSAGE_BYTES),
        checksOf(values),
        "LogAppendTime".equals(values.get(LogSettings.MESSAGE_TIMESTAMP_TYPE)) ? TimestampType.LOG_APPEND_TIME
            : TimestampType.CREATE_TIME,
        values.get(LogSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS), values.get(LogSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
        values.get(LogSettings.MIN_CLEANABLE_DIRTY_RATIO), values.get(LogSettings.MIN_COMPACTION_LAG_MS),
        values.get(LogSettings.MAX_COMPACTION_LAG_MS), values.get(LogSettings.DELETE_RETENTION_MS),
        values.get(LogSettings.FLUSH_MESSAGES), values.get(LogSettings.FLUSH_MS),
        "ack".equals(values.get(LogSettings.MARGAY_FLUSH_POLICY)), values.get(LogSettings.COMPRESSION_TYPE),
        levelOf(values), values.get(LogSettings.MARGAY_STORAGE_ENGINE), values.get(LogSettings.MIN_INSYNC_REPLICAS),
        new StoreConfig(smallSegment != null ? smallSegment : values.get(LogSettings.SEGMENT_BYTES),
            values.get(LogSettings.INDEX_INTERVAL_BYTES), values.get(LogSettings.SEGMENT_INDEX_BYTES),
            values.get(LogSettings.PREALLOCATE)));
  }

  private static RecordChecks checksOf(SettingValues values) {
    long wanted = values.get(LogSettings.MARGAY_MAX_DECOMPRESSED_BATCH_BYTES);
    long maxBytes = wanted > 0 ? wanted
        : Math.max(MIN_DECOMPRESSED_BYTES, DECOMPRESSION_FACTOR * values.get(LogSettings.MAX_MESSAGE_BYTES));
    return new RecordChecks("full".equals(values.get(LogSettings.MARGAY_PRODUCE_VALIDATION)),
        new BatchRules.Limits(maxBytes, values.get(LogSettings.MAX_DECOMPRESSED_MESSAGE_BYTES),
            values.get(LogSettings.MARGAY_PRODUCE_RECORD_ERRORS_MAX)));
  }

  private static int levelOf(SettingValues values) {
    return switch (values.get(LogSettings.COMPRESSION_TYPE)) {
      case "gzip" -> values.get(LogSettings.COMPRESSION_GZIP_LEVEL);
      case "lz4" -> values.get(LogSettings.COMPRESSION_LZ4_LEVEL);
      case "zstd" -> values.get(LogSettings.COMPRESSION_ZSTD_LEVEL);
      default -> 0;
    };
  }
}
