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

/**
 * Settings of topics that {@link LogConfig} consists of. Most have a setting of the broker that gives their default, see {@link
 * LogDefaults}.
 */
@DefinesSettings
public final class LogSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Topics");
  private static final String WORD = "[a-z0-9][a-z0-9._-]*";

  /** {@code cleanup.policy}. */
  public static final Setting<List<String>> CLEANUP_POLICY = ALL.topic(LIST, "cleanup.policy", List.of("delete"))
      .in("compact", "delete").synonyms("log.cleanup.policy")
      .doc("What happens to old segments: delete removes them by age or size, compact keeps the newest record of each key. Both "
          + "may be given; an empty list keeps everything.");
  /** {@code compression.gzip.level}. */
  public static final Setting<Integer> COMPRESSION_GZIP_LEVEL = ALL.topic(INT, "compression.gzip.level", -1)
      .matching("-1|[1-9]", "a number from 1 to 9, or -1").synonyms("compression.gzip.level")
      .doc("The gzip level when the server compresses with gzip: 1 (fast) to 9 (small), or -1 for gzip's own default.");
  /** {@code compression.lz4.level}. */
  public static final Setting<Integer> COMPRESSION_LZ4_LEVEL = ALL.topic(INT, "compression.lz4.level", 9)
      .range(1, 17).synonyms("compression.lz4.level")
      .doc("The lz4 level when the server compresses with lz4.");
  /** {@code compression.type}. */
  public static final Setting<String> COMPRESSION_TYPE = ALL.topic(STRING, "compression.type", "producer")
      .in("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer").synonyms("compression.type")
      .doc("How batches are stored: producer keeps what the producer chose; any other value makes the server compress again.");
  /** {@code compression.zstd.level}. */
  public static final Setting<Integer> COMPRESSION_ZSTD_LEVEL = ALL.topic(INT, "compression.zstd.level", 3)
      .range(-131_072, 22).synonyms("compression.zstd.level")
      .doc("The zstd level when the server compresses with zstd.");
  /** {@code delete.retention.ms}. */
  public static final Setting<Long> DELETE_RETENTION_MS = ALL.topic(LONG, "delete.retention.ms", 86_400_000L)
      .from(0).synonyms("log.cleaner.delete.retention.ms")
      .doc("Milliseconds that a tombstone stays in a compacted topic after compaction first processed it, so that consumers see "
          + "it.");
  /** {@code flush.messages}. */
  public static final Setting<Long> FLUSH_MESSAGES = ALL.topic(LONG, "flush.messages", Long.MAX_VALUE)
      .from(1).synonyms("log.flush.interval.messages")
      .doc("Records that may be appended to a partition before it is flushed to disk.");
  /** {@code flush.ms}. */
  public static final Setting<Long> FLUSH_MS = ALL.topic(LONG, "flush.ms", Long.MAX_VALUE)
      .from(0).synonyms("log.flush.interval.ms", "log.flush.scheduler.interval.ms")
      .doc("Milliseconds that a record may stay in memory before its partition is flushed to disk.");
  /** {@code index.interval.bytes}. */
  public static final Setting<Integer> INDEX_INTERVAL_BYTES = ALL.topic(INT, "index.interval.bytes", 4096)
      .from(0).synonyms("log.index.interval.bytes")
      .doc("Bytes of log between two entries of the offset index. A smaller value speeds up lookups and makes the index larger.");
  /** {@code internal.segment.bytes}. */
  public static final Setting<Integer> INTERNAL_SEGMENT_BYTES = ALL.topic(INT, "internal.segment.bytes", null)
      .from(1024)
      .doc("Replaces segment.bytes when set, and may be smaller; for tests.");
  /** {@code margay.flush.policy}. */
  public static final Setting<String> MARGAY_FLUSH_POLICY = ALL.topic(STRING, "margay.flush.policy", "os")
      .in("os", "ack").synonyms("margay.flush.policy")
      .doc("When a record is acknowledged. os: when the in-sync replicas have it in the page cache, as in Kafka. ack: when they "
          + "have it on disk.");
  /** {@code margay.mirror.source}. */
  public static final Setting<String> MARGAY_MIRROR_SOURCE = ALL.topic(STRING, "margay.mirror.source", null)
      .matching("[A-Za-z0-9._-]{1,64}:[A-Za-z0-9_-]{22}:[A-Za-z0-9._-]{1,249}", "LINK:TOPIC_ID:TOPIC")
      .doc("Where a mirror comes from, as LINK:TOPIC_ID:TOPIC of the source cluster. A mirroring link sets it on the topics that it "
          + "fills. As long as it is set, only the link writes to the topic. mirror:promote removes it.");
  /** {@code margay.storage.engine}. */
  public static final Setting<String> MARGAY_STORAGE_ENGINE = ALL.topic(STRING, "margay.storage.engine", "file")
      .matching(WORD, "a name of a-z, 0-9, dot, dash and underscore").synonyms("margay.storage.engine")
      .doc("Name of the storage engine that holds the topic, such as file, memory or mapdb.");
  /** {@code max.compaction.lag.ms}. */
  public static final Setting<Long> MAX_COMPACTION_LAG_MS = ALL.topic(LONG, "max.compaction.lag.ms", Long.MAX_VALUE)
      .from(1).synonyms("log.cleaner.max.compaction.lag.ms")
      .doc("Milliseconds after which a record of a compacted topic must be considered for compaction.");
  /** {@code max.decompressed.message.bytes}. */
  public static final Setting<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES =
      ALL.topic(INT, "max.decompressed.message.bytes", 2_147_483_639).range(1, 2_147_483_639)
      .synonyms("max.decompressed.message.bytes")
      .doc("Largest size in bytes of one record of a compressed batch after decompression. "
          + "margay.max.decompressed.batch.bytes limits all records of a batch together.");
  /** {@code max.message.bytes}. */
  public static final Setting<Integer> MAX_MESSAGE_BYTES = ALL.topic(INT, "max.message.bytes", 1_048_588)
      .from(0).synonyms("message.max.bytes")
      .doc("Largest record batch in bytes that may be appended, after compression.");
  /** {@code message.timestamp.after.max.ms}. */
  public static final Setting<Long> MESSAGE_TIMESTAMP_AFTER_MAX_MS = ALL.topic(LONG, "message.timestamp.after.max.ms", 3_600_000L)
      .from(0).synonyms("log.message.timestamp.after.max.ms")
      .doc("Milliseconds that a producer's timestamp may be ahead of the broker's clock.");
  /** {@code message.timestamp.before.max.ms}. */
  public static final Setting<Long> MESSAGE_TIMESTAMP_BEFORE_MAX_MS =
      ALL.topic(LONG, "message.timestamp.before.max.ms", Long.MAX_VALUE).from(0).synonyms("log.message.timestamp.before.max.ms")
      .doc("Milliseconds that a producer's timestamp may be behind the broker's clock.");
  /** {@code message.timestamp.type}. */
  public static final Setting<String> MESSAGE_TIMESTAMP_TYPE = ALL.topic(STRING, "message.timestamp.type", "CreateTime")
      .in("CreateTime", "LogAppendTime").synonyms("log.message.timestamp.type")
      .doc("The timestamp that a record carries: CreateTime is the producer's, LogAppendTime is the broker's.");
  /** {@code min.cleanable.dirty.ratio}. */
  public static final Setting<Double> MIN_CLEANABLE_DIRTY_RATIO = ALL.topic(DOUBLE, "min.cleanable.dirty.ratio", 0.5)
      .range(0, 1).synonyms("log.cleaner.min.cleanable.ratio")
      .doc("Fraction of a compacted log (0 to 1) that must be new before the log is compacted again.");
  /** {@code min.compaction.lag.ms}. */
  public static final Setting<Long> MIN_COMPACTION_LAG_MS = ALL.topic(LONG, "min.compaction.lag.ms", 0L)
      .from(0).synonyms("log.cleaner.min.compaction.lag.ms")
      .doc("Milliseconds for which a new record of a compacted topic is not compacted.");
  /** {@code min.insync.replicas}. */
  public static final Setting<Integer> MIN_INSYNC_REPLICAS = ALL.topic(INT, "min.insync.replicas", 1)
      .from(1).synonyms("min.insync.replicas")
      .doc("In-sync replicas that a write with acks=all needs; with fewer, the write is refused.");
  /** {@code preallocate}. */
  public static final Setting<Boolean> PREALLOCATE = ALL.topic(BOOLEAN, "preallocate", false)
      .synonyms("log.preallocate").inert()
      .doc("Whether the file of a new segment is allocated at its full size.");
  /** {@code retention.bytes}. */
  public static final Setting<Long> RETENTION_BYTES = ALL.topic(LONG, "retention.bytes", -1L)
      .synonyms("log.retention.bytes")
      .doc("Bytes of each partition that are kept before old segments are deleted; -1 means no limit.");
  /** {@code retention.ms}. */
  public static final Setting<Long> RETENTION_MS = ALL.topic(LONG, "retention.ms", 604_800_000L)
      .from(-1).synonyms("log.retention.ms", "log.retention.minutes", "log.retention.hours")
      .doc("Milliseconds that records are kept before old segments are deleted; -1 means no limit.");
  /** {@code segment.bytes}. */
  public static final Setting<Integer> SEGMENT_BYTES = ALL.topic(INT, "segment.bytes", 1_073_741_824)
      .from(1_048_576).synonyms("log.segment.bytes")
      .doc("Size in bytes at which a new segment starts. Retention and compaction work on whole segments.");
  /** {@code segment.index.bytes}. */
  public static final Setting<Integer> SEGMENT_INDEX_BYTES = ALL.topic(INT, "segment.index.bytes", 10_485_760)
      .from(4).synonyms("log.index.size.max.bytes")
      .doc("Largest size in bytes of a segment's index; a full index starts a new segment.");
  /** {@code segment.jitter.ms}. */
  public static final Setting<Long> SEGMENT_JITTER_MS = ALL.topic(LONG, "segment.jitter.ms", 0L)
      .from(0).synonyms("log.roll.jitter.ms", "log.roll.jitter.hours")
      .doc("Largest number of milliseconds by which segment.ms is shortened at random, so that not all partitions roll at once.");
  /** {@code segment.ms}. */
  public static final Setting<Long> SEGMENT_MS = ALL.topic(LONG, "segment.ms", 604_800_000L)
      .from(1).synonyms("log.roll.ms", "log.roll.hours")
      .doc("Milliseconds after which a new segment starts even if the old one is not full.");
  /** {@code margay.max.decompressed.batch.bytes}. */
  public static final Setting<Integer> MARGAY_MAX_DECOMPRESSED_BATCH_BYTES =
      ALL.topic(INT, "margay.max.decompressed.batch.bytes", -1).from(-1).synonyms("margay.max.decompressed.batch.bytes")
      .doc("Largest size in bytes of all records of a batch after decompression. A larger batch is refused with MESSAGE_TOO_LARGE, "
          + "and compaction skips it. -1 means 8 times max.message.bytes, but at least 16 MiB.");
  /** {@code margay.produce.record.errors.max}. */
  public static final Setting<Integer> MARGAY_PRODUCE_RECORD_ERRORS_MAX =
      ALL.topic(INT, "margay.produce.record.errors.max", 1_000).from(1).synonyms("margay.produce.record.errors.max")
      .doc("Invalid records of a refused batch that the response lists, each with its reason.");
  /** {@code margay.produce.validation}. */
  public static final Setting<String> MARGAY_PRODUCE_VALIDATION = ALL.topic(STRING, "margay.produce.validation", "full")
      .in("full", "header").synonyms("margay.produce.validation")
      .doc("How batches are checked before they are stored. full checks every record, as Kafka does. header checks only the "
          + "header and the checksum of a compressed batch, unless the topic is compacted. That costs less, but a faulty "
          + "producer can then store a batch that no consumer can read and that compaction skips, and lookups by time and "
          + "retention rely on the highest timestamp that the producer sent.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
