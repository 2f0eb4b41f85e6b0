package io.margay.spi.log;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.DOUBLE;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of the broker that give the defaults of {@link LogSettings}. */
@DefinesSettings
public final class LogDefaults implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Defaults of topics");
  private static final String WORD = "[a-z0-9][a-z0-9._-]*";

  /** {@code log.cleanup.policy}. */
  public static final Setting<List<String>> LOG_CLEANUP_POLICY = ALL.broker(LIST, "log.cleanup.policy", List.of("delete"))
      .in("compact", "delete").live()
      .doc("What happens to old segments: delete, compact, or both.");
  /** {@code log.retention.ms}. */
  public static final Setting<Long> LOG_RETENTION_MS = ALL.broker(LONG, "log.retention.ms", null).from(-1).live()
      .synonyms("log.retention.minutes", "log.retention.hours")
      .doc("Milliseconds that records are kept; -1 is no limit. When not set, log.retention.minutes counts.");
  /** {@code log.retention.minutes}. */
  public static final Setting<Integer> LOG_RETENTION_MINUTES = ALL.broker(INT, "log.retention.minutes", null).from(-1).live()
      .doc("Minutes that records are kept; -1 is no limit. When not set, log.retention.hours counts.");
  /** {@code log.retention.hours}. */
  public static final Setting<Integer> LOG_RETENTION_HOURS = ALL.broker(INT, "log.retention.hours", 168).from(-1).live()
      .doc("Hours that records are kept; -1 is no limit.");
  /** {@code log.retention.bytes}. */
  public static final Setting<Long> LOG_RETENTION_BYTES = ALL.broker(LONG, "log.retention.bytes", -1L).live()
      .doc("Bytes of each partition that are kept; -1 is no limit.");
  /** {@code log.roll.ms}. */
  public static final Setting<Long> LOG_ROLL_MS = ALL.broker(LONG, "log.roll.ms", null).from(1).live().synonyms("log.roll.hours")
      .doc("Milliseconds after which a new segment is begun. When not set, log.roll.hours counts.");
  /** {@code log.roll.hours}. */
  public static final Setting<Integer> LOG_ROLL_HOURS = ALL.broker(INT, "log.roll.hours", 168).from(1).live()
      .doc("Hours after which a new segment is begun.");
  /** {@code log.roll.jitter.ms}. */
  public static final Setting<Long> LOG_ROLL_JITTER_MS = ALL.broker(LONG, "log.roll.jitter.ms", null).from(0).live()
      .synonyms("log.roll.jitter.hours")
      .doc("Milliseconds by which the time of a roll is shortened at random. When not set, log.roll.jitter.hours counts.");
  /** {@code log.roll.jitter.hours}. */
  public static final Setting<Integer> LOG_ROLL_JITTER_HOURS = ALL.broker(INT, "log.roll.jitter.hours", 0).from(0).live()
      .doc("Hours by which the time of a roll is shortened at random.");
  /** {@code log.segment.bytes}. */
  public static final Setting<Integer> LOG_SEGMENT_BYTES = ALL.broker(INT, "log.segment.bytes", 1_073_741_824).from(1_048_576)
      .live()
      .doc("The size in bytes at which a new segment is begun.");
  /** {@code log.index.interval.bytes}. */
  public static final Setting<Integer> LOG_INDEX_INTERVAL_BYTES = ALL.broker(INT, "log.index.interval.bytes", 4096).from(0).live()
      .doc("Bytes of log between two entries of the offset index.");
  /** {@code log.index.size.max.bytes}. */
  public static final Setting<Integer> LOG_INDEX_SIZE_MAX_BYTES = ALL.broker(INT, "log.index.size.max.bytes", 10_485_760)
      .from(4).live()
      .doc("The largest size in bytes of a segment's index.");
  /** {@code log.flush.interval.messages}. */
  public static final Setting<Long> LOG_FLUSH_INTERVAL_MESSAGES =
      ALL.broker(LONG, "log.flush.interval.messages", Long.MAX_VALUE).from(1).live()
      .doc("Records that may be appended to a partition before it is forced to disk.");
  /** {@code log.flush.interval.ms}. */
  public static final Setting<Long> LOG_FLUSH_INTERVAL_MS = ALL.broker(LONG, "log.flush.interval.ms", null).from(0).live()
      .synonyms("log.flush.scheduler.interval.ms")
      .doc("Milliseconds that a record may wait in memory before its partition is forced to disk.");
  /** {@code log.flush.scheduler.interval.ms}. */
  public static final Setting<Long> LOG_FLUSH_SCHEDULER_INTERVAL_MS =
      ALL.broker(LONG, "log.flush.scheduler.interval.ms", Long.MAX_VALUE)
      .doc("Milliseconds between two checks for partitions to force to disk; when not set, every second.");
  /** {@code log.preallocate}. */
  public static final Setting<Boolean> LOG_PREALLOCATE = ALL.broker(BOOLEAN, "log.preallocate", false).live().inert()
      .doc("Whether a new segment's file gets its full size at once.");
  /** {@code log.message.timestamp.type}. */
  public static final Setting<String> LOG_MESSAGE_TIMESTAMP_TYPE = ALL.broker(STRING, "log.message.timestamp.type", "CreateTime")
      .in("CreateTime", "LogAppendTime").live()
      .doc("Whose time a record has: CreateTime is the producer's, LogAppendTime the broker's.");
  /** {@code log.message.timestamp.before.max.ms}. */
  public static final Setting<Long> LOG_MESSAGE_TIMESTAMP_BEFORE_MAX_MS =
      ALL.broker(LONG, "log.message.timestamp.before.max.ms", Long.MAX_VALUE)
      .from(0).live()
      .doc("Milliseconds that a producer's timestamp may be behind the broker's clock.");
  /** {@code log.message.timestamp.after.max.ms}. */
  public static final Setting<Long> LOG_MESSAGE_TIMESTAMP_AFTER_MAX_MS =
      ALL.broker(LONG, "log.message.timestamp.after.max.ms", 3_600_000L)
      .from(0).live()
      .doc("Milliseconds that a producer's timestamp may be ahead of the broker's clock.");
  /** {@code message.max.bytes}. */
  public static final Setting<Integer> MESSAGE_MAX_BYTES = ALL.broker(INT, "message.max.bytes", 1_048_588).from(0).live()
      .doc("The largest batch in bytes, compressed if it is, that may be appended.");
  /** {@code max.decompressed.message.bytes}. */
  public static final Setting<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES =
      ALL.broker(INT, "max.decompressed.message.bytes", 2_147_483_639)
      .range(1, 2_147_483_639).live()
      .doc("The largest size in bytes that a record of a compressed batch may have after decompression.");
  /** {@code compression.type}. */
  public static final Setting<String> COMPRESSION_TYPE = ALL.broker(STRING, "compression.type", "producer")
      .in("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer").live()
      .doc("How batches are stored: producer keeps what the producer chose; any other value makes the server compress again.");
  /** {@code compression.gzip.level}. */
  public static final Setting<Integer> COMPRESSION_GZIP_LEVEL = ALL.broker(INT, "compression.gzip.level", -1)
      .matching("-1|[1-9]", "a number from 1 to 9, or -1").live()
      .doc("The gzip level when the server compresses with gzip: 1 (fast) to 9 (small), or -1 for gzip's own default.");
  /** {@code compression.lz4.level}. */
  public static final Setting<Integer> COMPRESSION_LZ4_LEVEL = ALL.broker(INT, "compression.lz4.level", 9).range(1, 17).live()
      .doc("The lz4 level when the server compresses with lz4.");
  /** {@code compression.zstd.level}. */
  public static final Setting<Integer> COMPRESSION_ZSTD_LEVEL = ALL.broker(INT, "compression.zstd.level", 3)
      .range(-131_072, 22).live()
      .doc("The zstd level when the server compresses with zstd.");
  /** {@code log.cleaner.delete.retention.ms}. */
  public static final Setting<Long> LOG_CLEANER_DELETE_RETENTION_MS =
      ALL.broker(LONG, "log.cleaner.delete.retention.ms", 86_400_000L).from(0).live()
      .doc("Milliseconds that a tombstone stays in a compacted topic after it was compacted.");
  /** {@code log.cleaner.min.cleanable.ratio}. */
  public static final Setting<Double> LOG_CLEANER_MIN_CLEANABLE_RATIO =
      ALL.broker(DOUBLE, "log.cleaner.min.cleanable.ratio", 0.5).range(0, 1).live()
      .doc("The part of a compacted log (0 to 1) that must be new before it is compacted again.");
  /** {@code log.cleaner.min.compaction.lag.ms}. */
  public static final Setting<Long> LOG_CLEANER_MIN_COMPACTION_LAG_MS =
      ALL.broker(LONG, "log.cleaner.min.compaction.lag.ms", 0L).from(0).live()
      .doc("Milliseconds that a record is safe from compaction.");
  /** {@code log.cleaner.max.compaction.lag.ms}. */
  public static final Setting<Long> LOG_CLEANER_MAX_COMPACTION_LAG_MS =
      ALL.broker(LONG, "log.cleaner.max.compaction.lag.ms", Long.MAX_VALUE)
      .from(1).live()
      .doc("Milliseconds after which a record must have been considered for compaction.");
  /** {@code margay.storage.engine}. */
  public static final Setting<String> MARGAY_STORAGE_ENGINE = ALL.broker(STRING, "margay.storage.engine", "file")
      .matching(WORD, "a name of a-z, 0-9, dot, dash and underscore").live()
      .doc("The name of the storage engine of topics that choose none.");
  /** {@code margay.flush.policy}. */
  public static final Setting<String> MARGAY_FLUSH_POLICY = ALL.broker(STRING, "margay.flush.policy", "os").in("os", "ack").live()
      .doc("When a record counts as stored, for topics that choose none: os is in memory, ack is on disk.");
  /** {@code min.insync.replicas}. */
  public static final Setting<Integer> MIN_INSYNC_REPLICAS = ALL.broker(INT, "min.insync.replicas", 1).from(1).live()
      .doc("In-sync replicas that there must be for a write with acks=all.");
  /** {@code margay.max.decompressed.batch.bytes}. */
  public static final Setting<Integer> MARGAY_MAX_DECOMPRESSED_BATCH_BYTES =
      ALL.broker(INT, "margay.max.decompressed.batch.bytes", -1).from(-1).live()
      .doc("The most bytes to which the records of a batch may decompress, for topics that choose nothing: a larger batch is "
          + "refused with MESSAGE_TOO_LARGE, and compaction leaves it as it is. -1 is 8 times max.message.bytes, and at least "
          + "16 MiB.");
  /** {@code margay.produce.record.errors.max}. */
  public static final Setting<Integer> MARGAY_PRODUCE_RECORD_ERRORS_MAX =
      ALL.broker(INT, "margay.produce.record.errors.max", 1_000).from(1).live()
      .doc("The most records of a refused batch that the answer names as invalid, for topics that choose nothing.");
  /** {@code margay.produce.validation}. */
  public static final Setting<String> MARGAY_PRODUCE_VALIDATION =
      ALL.broker(STRING, "margay.produce.validation", "full").in("full", "header").live()
      .doc("How batches are checked before they are stored, for topics that choose nothing. full: record by record, as in "
          + "Kafka. header: of a compressed batch only the header and the checksum, unless the topic is compacted; it costs "
          + "less, but a faulty producer can then store a batch that no consumer can read and that compaction leaves as it "
          + "is, and look-ups by time and retention rely on the highest timestamp that the producer gave.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
