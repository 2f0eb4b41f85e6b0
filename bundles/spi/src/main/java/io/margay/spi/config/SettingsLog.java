package io.margay.spi.config;

import static io.margay.spi.config.Define.broker;
import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.DOUBLE;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import java.util.List;

/** The log, and the defaults of topics. Reached through {@link ServerSettings}. */
interface SettingsLog {
  /** {@code log.dir}. */
  Setting<List<String>> LOG_DIR = broker(LIST, "log.dir", null)
      .doc("Directories of the logs, when log.dirs is not set.");
  /** {@code log.dirs}. */
  Setting<List<String>> LOG_DIRS = broker(LIST, "log.dirs", null).synonyms("log.dir")
      .doc("Directories of the logs, relative ones below the data directory; logs below the data directory when not set.");
  /** {@code log.cleanup.policy}. */
  Setting<List<String>> LOG_CLEANUP_POLICY = broker(LIST, "log.cleanup.policy", List.of("delete")).in("compact", "delete").live()
      .doc("What happens to old segments: delete, compact, or both.");
  /** {@code log.retention.ms}. */
  Setting<Long> LOG_RETENTION_MS = broker(LONG, "log.retention.ms", null).from(-1).live()
      .synonyms("log.retention.minutes", "log.retention.hours")
      .doc("Milliseconds that records are kept; -1 is no limit. When not set, log.retention.minutes counts.");
  /** {@code log.retention.minutes}. */
  Setting<Integer> LOG_RETENTION_MINUTES = broker(INT, "log.retention.minutes", null).from(-1).live()
      .doc("Minutes that records are kept; -1 is no limit. When not set, log.retention.hours counts.");
  /** {@code log.retention.hours}. */
  Setting<Integer> LOG_RETENTION_HOURS = broker(INT, "log.retention.hours", 168).from(-1).live()
      .doc("Hours that records are kept; -1 is no limit.");
  /** {@code log.retention.bytes}. */
  Setting<Long> LOG_RETENTION_BYTES = broker(LONG, "log.retention.bytes", -1L).live()
      .doc("Bytes of each partition that are kept; -1 is no limit.");
  /** {@code log.retention.check.interval.ms}. */
  Setting<Long> LOG_RETENTION_CHECK_INTERVAL_MS = broker(LONG, "log.retention.check.interval.ms", 300_000L).from(1)
      .doc("Milliseconds between two looks for segments to delete.");
  /** {@code log.roll.ms}. */
  Setting<Long> LOG_ROLL_MS = broker(LONG, "log.roll.ms", null).from(1).live().synonyms("log.roll.hours")
      .doc("Milliseconds after which a new segment is begun. When not set, log.roll.hours counts.");
  /** {@code log.roll.hours}. */
  Setting<Integer> LOG_ROLL_HOURS = broker(INT, "log.roll.hours", 168).from(1).live()
      .doc("Hours after which a new segment is begun.");
  /** {@code log.roll.jitter.ms}. */
  Setting<Long> LOG_ROLL_JITTER_MS = broker(LONG, "log.roll.jitter.ms", null).from(0).live().synonyms("log.roll.jitter.hours")
      .doc("Milliseconds by which the time of a roll is shortened at random. When not set, log.roll.jitter.hours counts.");
  /** {@code log.roll.jitter.hours}. */
  Setting<Integer> LOG_ROLL_JITTER_HOURS = broker(INT, "log.roll.jitter.hours", 0).from(0).live()
      .doc("Hours by which the time of a roll is shortened at random.");
  /** {@code log.segment.bytes}. */
  Setting<Integer> LOG_SEGMENT_BYTES = broker(INT, "log.segment.bytes", 1_073_741_824).from(1_048_576).live()
      .doc("The size in bytes at which a new segment is begun.");
  /** {@code log.segment.delete.delay.ms}. */
  Setting<Long> LOG_SEGMENT_DELETE_DELAY_MS = broker(LONG, "log.segment.delete.delay.ms", 60_000L).from(0).live().inert()
      .doc("Milliseconds between taking a segment out of the log and deleting its files.");
  /** {@code log.index.interval.bytes}. */
  Setting<Integer> LOG_INDEX_INTERVAL_BYTES = broker(INT, "log.index.interval.bytes", 4096).from(0).live()
      .doc("Bytes of log between two entries of the offset index.");
  /** {@code log.index.size.max.bytes}. */
  Setting<Integer> LOG_INDEX_SIZE_MAX_BYTES = broker(INT, "log.index.size.max.bytes", 10_485_760).from(4).live()
      .doc("The largest size in bytes of a segment's index.");
  /** {@code log.flush.interval.messages}. */
  Setting<Long> LOG_FLUSH_INTERVAL_MESSAGES = broker(LONG, "log.flush.interval.messages", Long.MAX_VALUE).from(1).live()
      .doc("Records that may be appended to a partition before it is forced to disk.");
  /** {@code log.flush.interval.ms}. */
  Setting<Long> LOG_FLUSH_INTERVAL_MS = broker(LONG, "log.flush.interval.ms", null).from(0).live()
      .synonyms("log.flush.scheduler.interval.ms")
      .doc("Milliseconds that a record may wait in memory before its partition is forced to disk.");
  /** {@code log.flush.scheduler.interval.ms}. */
  Setting<Long> LOG_FLUSH_SCHEDULER_INTERVAL_MS = broker(LONG, "log.flush.scheduler.interval.ms", Long.MAX_VALUE)
      .doc("Milliseconds between two looks for partitions to force to disk; when not set, every second.");
  /** {@code log.flush.offset.checkpoint.interval.ms}. */
  Setting<Integer> LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS =
      broker(INT, "log.flush.offset.checkpoint.interval.ms", 60_000).from(0)
      .doc("Milliseconds between two notes of how far each log is on disk, from where recovery after a crash starts.");
  /** {@code log.flush.start.offset.checkpoint.interval.ms}. */
  Setting<Integer> LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS =
      broker(INT, "log.flush.start.offset.checkpoint.interval.ms", 60_000).from(0)
      .doc("Milliseconds between two notes of where each log starts.");
  /** {@code log.preallocate}. */
  Setting<Boolean> LOG_PREALLOCATE = broker(BOOLEAN, "log.preallocate", false).live().inert()
      .doc("Whether a new segment's file gets its full size at once.");
  /** {@code log.message.timestamp.type}. */
  Setting<String> LOG_MESSAGE_TIMESTAMP_TYPE = broker(STRING, "log.message.timestamp.type", "CreateTime")
      .in("CreateTime", "LogAppendTime").live()
      .doc("Whose time a record bears: CreateTime is the producer's, LogAppendTime the broker's.");
  /** {@code log.message.timestamp.before.max.ms}. */
  Setting<Long> LOG_MESSAGE_TIMESTAMP_BEFORE_MAX_MS = broker(LONG, "log.message.timestamp.before.max.ms", Long.MAX_VALUE)
      .from(0).live()
      .doc("Milliseconds that a producer's timestamp may be behind the broker's clock.");
  /** {@code log.message.timestamp.after.max.ms}. */
  Setting<Long> LOG_MESSAGE_TIMESTAMP_AFTER_MAX_MS = broker(LONG, "log.message.timestamp.after.max.ms", 3_600_000L)
      .from(0).live()
      .doc("Milliseconds that a producer's timestamp may be ahead of the broker's clock.");
  /** {@code message.max.bytes}. */
  Setting<Integer> MESSAGE_MAX_BYTES = broker(INT, "message.max.bytes", 1_048_588).from(0).live()
      .doc("The largest batch in bytes, compressed if it is, that may be appended.");
  /** {@code max.decompressed.message.bytes}. */
  Setting<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES = broker(INT, "max.decompressed.message.bytes", 2_147_483_639)
      .range(1, 2_147_483_639).live()
      .doc("The largest size in bytes that a record of a compressed batch may have after decompression.");
  /** {@code compression.type}. */
  Setting<String> COMPRESSION_TYPE = broker(STRING, "compression.type", "producer")
      .in("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer").live()
      .doc("How batches are stored: producer keeps what the producer chose; any other value makes the server compress again.");
  /** {@code compression.gzip.level}. */
  Setting<Integer> COMPRESSION_GZIP_LEVEL = broker(INT, "compression.gzip.level", -1).check(SettingChecks::gzipLevel).live()
      .doc("The gzip level when the server compresses with gzip: 1 (fast) to 9 (small), or -1 for gzip's own default.");
  /** {@code compression.lz4.level}. */
  Setting<Integer> COMPRESSION_LZ4_LEVEL = broker(INT, "compression.lz4.level", 9).range(1, 17).live()
      .doc("The lz4 level when the server compresses with lz4.");
  /** {@code compression.zstd.level}. */
  Setting<Integer> COMPRESSION_ZSTD_LEVEL = broker(INT, "compression.zstd.level", 3).range(-131_072, 22).live()
      .doc("The zstd level when the server compresses with zstd.");
  /** {@code num.recovery.threads.per.data.dir}. */
  Setting<Integer> NUM_RECOVERY_THREADS_PER_DATA_DIR = broker(INT, "num.recovery.threads.per.data.dir", 2).from(1).live()
      .doc("Threads for each log directory that recover logs after a crash.");
  /** {@code log.cleaner.enable}. */
  Setting<Boolean> LOG_CLEANER_ENABLE = broker(BOOLEAN, "log.cleaner.enable", true)
      .doc("Whether compacted topics are compacted.");
  /** {@code log.cleaner.threads}. */
  Setting<Integer> LOG_CLEANER_THREADS = broker(INT, "log.cleaner.threads", 1).from(0).live()
      .doc("Threads that compact.");
  /** {@code log.cleaner.backoff.ms}. */
  Setting<Long> LOG_CLEANER_BACKOFF_MS = broker(LONG, "log.cleaner.backoff.ms", 15_000L).from(0).live()
      .doc("Milliseconds to the next look for logs to compact when there was nothing to do.");
  /** {@code log.cleaner.dedupe.buffer.size}. */
  Setting<Long> LOG_CLEANER_DEDUPE_BUFFER_SIZE = broker(LONG, "log.cleaner.dedupe.buffer.size", 134_217_728L).live()
      .doc("Bytes at the most for the table of keys, over all threads that compact.");
  /** {@code log.cleaner.io.max.bytes.per.second}. */
  Setting<Double> LOG_CLEANER_IO_MAX_BYTES_PER_SECOND = broker(DOUBLE, "log.cleaner.io.max.bytes.per.second", Double.MAX_VALUE)
      .live()
      .doc("Bytes a second that compaction may read and write together.");
  /** {@code log.cleaner.delete.retention.ms}. */
  Setting<Long> LOG_CLEANER_DELETE_RETENTION_MS = broker(LONG, "log.cleaner.delete.retention.ms", 86_400_000L).from(0).live()
      .doc("Milliseconds that a tombstone stays in a compacted topic after it was compacted.");
  /** {@code log.cleaner.min.cleanable.ratio}. */
  Setting<Double> LOG_CLEANER_MIN_CLEANABLE_RATIO = broker(DOUBLE, "log.cleaner.min.cleanable.ratio", 0.5).range(0, 1).live()
      .doc("The part of a compacted log (0 to 1) that must be new before it is compacted again.");
  /** {@code log.cleaner.min.compaction.lag.ms}. */
  Setting<Long> LOG_CLEANER_MIN_COMPACTION_LAG_MS = broker(LONG, "log.cleaner.min.compaction.lag.ms", 0L).from(0).live()
      .doc("Milliseconds that a record is safe from compaction.");
  /** {@code log.cleaner.max.compaction.lag.ms}. */
  Setting<Long> LOG_CLEANER_MAX_COMPACTION_LAG_MS = broker(LONG, "log.cleaner.max.compaction.lag.ms", Long.MAX_VALUE)
      .from(1).live()
      .doc("Milliseconds after which a record must have been considered for compaction.");
  /** {@code log.dir.failure.timeout.ms}. */
  Setting<Long> LOG_DIR_FAILURE_TIMEOUT_MS = broker(LONG, "log.dir.failure.timeout.ms", 30_000L).from(1).inert()
      .doc("Milliseconds that the controller may take to learn of a broken log directory before the broker stops.");
  /** {@code producer.id.expiration.ms}. */
  Setting<Integer> PRODUCER_ID_EXPIRATION_MS = broker(INT, "producer.id.expiration.ms", 86_400_000).from(1).live()
      .doc("Milliseconds without a write after which a partition forgets an idempotent producer.");
  /** {@code producer.id.expiration.check.interval.ms}. */
  Setting<Integer> PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS =
      broker(INT, "producer.id.expiration.check.interval.ms", 600_000).from(1)
      .doc("Milliseconds between two looks for idempotent producers to forget.");

  // ours

  /** {@code margay.storage.move.max.bytes.per.second}. */
  Setting<Long> MARGAY_STORAGE_MOVE_MAX_BYTES_PER_SECOND = broker(LONG, "margay.storage.move.max.bytes.per.second", 67_108_864L)
      .from(1).live()
      .doc("Bytes a second at the most that are copied when topics are moved to another storage engine.");
  /** {@code margay.index.cache.bytes}. */
  Setting<Long> MARGAY_INDEX_CACHE_BYTES = broker(LONG, "margay.index.cache.bytes", 4_194_304L).from(65_536)
      .doc("Bytes of memory in which parts of the indexes of all segments on this node are kept.");
  /** {@code margay.segment.files.open.max}. */
  Setting<Integer> MARGAY_SEGMENT_FILES_OPEN_MAX = broker(INT, "margay.segment.files.open.max", 0).from(0)
      .doc("Segment files that are kept open; 0 is half of the files that the process may open, at most 4096.");
  /** {@code margay.storage.engine}. */
  Setting<String> MARGAY_STORAGE_ENGINE = broker(STRING, "margay.storage.engine", "file").check(SettingChecks::word).live()
      .doc("The name of the storage engine of topics that choose none.");
  /** {@code margay.flush.policy}. */
  Setting<String> MARGAY_FLUSH_POLICY = broker(STRING, "margay.flush.policy", "os").in("os", "ack").live()
      .doc("When a record counts as stored, for topics that choose none: os is in memory, ack is on disk.");
  /** {@code margay.max.decompressed.batch.bytes}. */
  Setting<Integer> MARGAY_MAX_DECOMPRESSED_BATCH_BYTES = broker(INT, "margay.max.decompressed.batch.bytes", -1).from(-1).live()
      .doc("The most bytes to which the records of a batch may decompress, for topics that choose nothing: a larger batch is "
          + "refused with MESSAGE_TOO_LARGE, and compaction leaves it as it is. -1 is 8 times max.message.bytes, and at least "
          + "16 MiB.");
  /** {@code margay.produce.record.errors.max}. */
  Setting<Integer> MARGAY_PRODUCE_RECORD_ERRORS_MAX = broker(INT, "margay.produce.record.errors.max", 1_000).from(1).live()
      .doc("The most records of a refused batch that the answer names as invalid, for topics that choose nothing.");
  /** {@code margay.produce.validation}. */
  Setting<String> MARGAY_PRODUCE_VALIDATION = broker(STRING, "margay.produce.validation", "full").in("full", "header").live()
      .doc("How batches are checked before they are stored, for topics that choose nothing. full: record by record, as in "
          + "Kafka. header: of a compressed batch only the header and the checksum, unless the topic is compacted; it costs "
          + "less, but a faulty producer can then store a batch that no consumer can read and that compaction leaves as it "
          + "is, and look-ups by time and retention rely on the highest timestamp that the producer gave.");
  /** {@code margay.producer.ids.max}. */
  Setting<Integer> MARGAY_PRODUCER_IDS_MAX = broker(INT, "margay.producer.ids.max", -1).from(-1).live()
      .doc("The most producer ids that all partitions of the node remember, one per idempotent producer and partition; beyond it "
          + "those that were silent for longest are forgotten. -1 is one for each KiB of the largest heap.");
  /** {@code margay.producer.ids.per.partition.max}. */
  Setting<Integer> MARGAY_PRODUCER_IDS_PER_PARTITION_MAX = broker(INT, "margay.producer.ids.per.partition.max", 10_000)
      .from(1).live()
      .doc("The most producer ids that a partition remembers; beyond it those that were silent for longest are forgotten.");
  /** {@code margay.partitioner}. */
  Setting<String> MARGAY_PARTITIONER = broker(STRING, "margay.partitioner", "murmur2").check(SettingChecks::strategy).live()
      .doc("How this server chooses the partition of a record that it produces itself, for topics that choose none.");
  /** {@code margay.placement}. */
  Setting<String> MARGAY_PLACEMENT = broker(STRING, "margay.placement", "spread").check(SettingChecks::word).live()
      .doc("How the brokers of new partitions are chosen: spread, modulo, rack-aware, or the name of an installed strategy.");
}
