package io.margay.spi.log;

import io.margay.protocol.record.BatchRules;
import io.margay.protocol.record.TimestampType;
import io.margay.spi.config.SettingValues;
import io.margay.spi.storage.StoreConfig;

/**
 * The settings that the logs of one topic use, in groups that are used together. Immutable. Times are in milliseconds, sizes in
 * bytes; -1 is no limit.
 *
 * @param retention when old segments are deleted
 * @param compaction when superseded records are removed
 * @param segments how the log is divided
 * @param batches what producers may append, and how it is stored
 * @param flushing when the log is forced to stable storage
 * @param engine {@code margay.storage.engine}
 * @param minInsyncReplicas {@code min.insync.replicas}
 */
public record LogConfig(Retention retention, Compaction compaction, Segments segments, Batches batches, Flushing flushing,
    String engine, int minInsyncReplicas) {

  /**
   * A batch may decompress to this multiple of its largest size, and at least to the bytes below, unless its topic says otherwise.
   */
  private static final long DECOMPRESSION_FACTOR = 8;
  private static final long MIN_DECOMPRESSED_BYTES = 16L << 20;

  /**
   * When old segments are deleted.
   *
   * @param delete whether {@code cleanup.policy} contains delete
   * @param ms {@code retention.ms}
   * @param bytes {@code retention.bytes}
   */
  public record Retention(boolean delete, long ms, long bytes) {
    private static Retention of(SettingValues values) {
      return new Retention(values.get(LogSettings.CLEANUP_POLICY).contains("delete"), values.get(LogSettings.RETENTION_MS),
          values.get(LogSettings.RETENTION_BYTES));
    }
  }

  /**
   * When superseded records are removed.
   *
   * @param compact whether {@code cleanup.policy} contains compact
   * @param minDirtyRatio {@code min.cleanable.dirty.ratio}
   * @param minLagMs {@code min.compaction.lag.ms}
   * @param maxLagMs {@code max.compaction.lag.ms}
   * @param deleteRetentionMs {@code delete.retention.ms}
   */
  public record Compaction(boolean compact, double minDirtyRatio, long minLagMs, long maxLagMs, long deleteRetentionMs) {
    private static Compaction of(SettingValues values) {
      return new Compaction(values.get(LogSettings.CLEANUP_POLICY).contains("compact"),
          values.get(LogSettings.MIN_CLEANABLE_DIRTY_RATIO), values.get(LogSettings.MIN_COMPACTION_LAG_MS),
          values.get(LogSettings.MAX_COMPACTION_LAG_MS), values.get(LogSettings.DELETE_RETENTION_MS));
    }
  }

  /**
   * How the log is divided.
   *
   * @param ms {@code segment.ms}
   * @param jitterMs {@code segment.jitter.ms}
   * @param store how the engine divides and indexes it
   */
  public record Segments(long ms, long jitterMs, StoreConfig store) {
    private static Segments of(SettingValues values) {
      Integer small = values.get(LogSettings.INTERNAL_SEGMENT_BYTES);
      return new Segments(values.get(LogSettings.SEGMENT_MS), values.get(LogSettings.SEGMENT_JITTER_MS),
          new StoreConfig(small != null ? small : values.get(LogSettings.SEGMENT_BYTES),
              values.get(LogSettings.INDEX_INTERVAL_BYTES), values.get(LogSettings.SEGMENT_INDEX_BYTES),
              values.get(LogSettings.PREALLOCATE)));
    }
  }

  /**
   * What producers may append, and how it is stored.
   *
   * @param maxBytes {@code max.message.bytes}
   * @param checks how batches of producers are checked
   * @param timestamps which timestamps records have
   * @param compression {@code compression.type}: producer, uncompressed, or a codec
   * @param compressionLevel the level of that codec, {@code compression.*.level}; 0 when it has none
   * @param mirrorSource {@code margay.mirror.source}; null when the topic is not a mirror, so that producers may append
   */
  public record Batches(int maxBytes, RecordChecks checks, Timestamps timestamps, String compression, int compressionLevel,
      String mirrorSource) {
    private static Batches of(SettingValues values) {
      return new Batches(values.get(LogSettings.MAX_MESSAGE_BYTES), checksOf(values), Timestamps.of(values),
          values.get(LogSettings.COMPRESSION_TYPE), levelOf(values), values.get(LogSettings.MARGAY_MIRROR_SOURCE));
    }
  }

  /**
   * Which timestamps records have.
   *
   * @param type {@code message.timestamp.type}
   * @param beforeMaxMs {@code message.timestamp.before.max.ms}
   * @param afterMaxMs {@code message.timestamp.after.max.ms}
   */
  public record Timestamps(TimestampType type, long beforeMaxMs, long afterMaxMs) {
    private static Timestamps of(SettingValues values) {
      return new Timestamps("LogAppendTime".equals(values.get(LogSettings.MESSAGE_TIMESTAMP_TYPE)) ? TimestampType.LOG_APPEND_TIME
          : TimestampType.CREATE_TIME, values.get(LogSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
          values.get(LogSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS));
    }
  }

  /**
   * How the records of producers are checked.
   *
   * @param full whether compressed records are checked, {@code margay.produce.validation}
   * @param limits {@code margay.max.decompressed.batch.bytes}, {@code max.decompressed.message.bytes} and
   *     {@code margay.produce.record.errors.max}
   */
  public record RecordChecks(boolean full, BatchRules.Limits limits) { }

  /**
   * When the log is forced to stable storage.
   *
   * @param messages {@code flush.messages}
   * @param ms {@code flush.ms}
   * @param onAck whether {@code margay.flush.policy} is ack
   */
  public record Flushing(long messages, long ms, boolean onAck) {
    private static Flushing of(SettingValues values) {
      return new Flushing(values.get(LogSettings.FLUSH_MESSAGES), values.get(LogSettings.FLUSH_MS),
          "ack".equals(values.get(LogSettings.MARGAY_FLUSH_POLICY)));
    }
  }

  /**
   * @param values the values of a topic
   * @return the configuration made of them
   */
  public static LogConfig of(SettingValues values) {
    return new LogConfig(Retention.of(values), Compaction.of(values), Segments.of(values), Batches.of(values),
        Flushing.of(values), values.get(LogSettings.MARGAY_STORAGE_ENGINE), values.get(LogSettings.MIN_INSYNC_REPLICAS));
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
