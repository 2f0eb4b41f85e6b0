package io.margay.log.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.DOUBLE;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of how this part keeps logs. */
@DefinesSettings
public final class LogManagerSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Logs");

  /** {@code log.retention.check.interval.ms}. */
  public static final Setting<Long> LOG_RETENTION_CHECK_INTERVAL_MS =
      ALL.broker(LONG, "log.retention.check.interval.ms", 300_000L).from(1)
      .doc("Milliseconds between two checks for segments that retention may delete.");
  /** {@code log.flush.start.offset.checkpoint.interval.ms}. */
  public static final Setting<Integer> LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS =
      ALL.broker(INT, "log.flush.start.offset.checkpoint.interval.ms", 60_000).from(0)
      .doc("Milliseconds between two checkpoints of the start offsets of all logs.");
  /** {@code log.cleaner.enable}. */
  public static final Setting<Boolean> LOG_CLEANER_ENABLE = ALL.broker(BOOLEAN, "log.cleaner.enable", true)
      .doc("Whether topics with cleanup.policy=compact are compacted.");
  /** {@code log.cleaner.threads}. */
  public static final Setting<Integer> LOG_CLEANER_THREADS = ALL.broker(INT, "log.cleaner.threads", 1).from(0).live()
      .doc("Threads that compact logs.");
  /** {@code log.cleaner.backoff.ms}. */
  public static final Setting<Long> LOG_CLEANER_BACKOFF_MS = ALL.broker(LONG, "log.cleaner.backoff.ms", 15_000L).from(0).live()
      .doc("Milliseconds until the next check for logs to compact, after a check that found none.");
  /** {@code log.cleaner.dedupe.buffer.size}. */
  public static final Setting<Long> LOG_CLEANER_DEDUPE_BUFFER_SIZE =
      ALL.broker(LONG, "log.cleaner.dedupe.buffer.size", 134_217_728L).live()
      .doc("Largest size in bytes of the key table of compaction, for all threads together. At most an eighth of the heap is "
          + "used.");
  /** {@code log.cleaner.io.max.bytes.per.second}. */
  public static final Setting<Double> LOG_CLEANER_IO_MAX_BYTES_PER_SECOND =
      ALL.broker(DOUBLE, "log.cleaner.io.max.bytes.per.second", Double.MAX_VALUE)
      .live()
      .doc("Bytes per second that compaction may read, for all threads together.");
  /** {@code producer.id.expiration.ms}. */
  public static final Setting<Integer> PRODUCER_ID_EXPIRATION_MS = ALL.broker(INT, "producer.id.expiration.ms", 86_400_000)
      .from(1).live()
      .doc("Milliseconds without a write after which a partition forgets an idempotent producer.");
  /** {@code producer.id.expiration.check.interval.ms}. */
  public static final Setting<Integer> PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS =
      ALL.broker(INT, "producer.id.expiration.check.interval.ms", 600_000).from(1)
      .doc("Milliseconds between two checks for idempotent producers that have expired.");
  /** {@code margay.storage.move.max.bytes.per.second}. */
  public static final Setting<Long> MARGAY_STORAGE_MOVE_MAX_BYTES_PER_SECOND =
      ALL.broker(LONG, "margay.storage.move.max.bytes.per.second", 67_108_864L)
      .from(1).live()
      .doc("Bytes per second that may be copied when topics move to another storage engine.");
  /** {@code replica.alter.log.dirs.io.max.bytes.per.second}. */
  public static final Setting<Long> REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND =
      ALL.broker(LONG, "replica.alter.log.dirs.io.max.bytes.per.second", Long.MAX_VALUE)
      .from(1).live()
      .doc("Bytes per second that may be copied when logs move to another log directory. margay.storage.move.max.bytes.per.second "
          + "limits these moves, too.");
  /** {@code replica.high.watermark.checkpoint.interval.ms}. */
  public static final Setting<Long> REPLICA_HIGH_WATERMARK_CHECKPOINT_INTERVAL_MS =
      ALL.broker(LONG, "replica.high.watermark.checkpoint.interval.ms", 5000L)
      .doc("Milliseconds between two checkpoints of the high watermarks.");
  /** {@code margay.producer.ids.max}. */
  public static final Setting<Integer> MARGAY_PRODUCER_IDS_MAX = ALL.broker(INT, "margay.producer.ids.max", -1).from(-1).live()
      .doc("Producer ids that all partitions of the node remember together, one per idempotent producer and partition. Beyond this "
          + "limit, the ids that were idle for longest are forgotten. -1 means one per KiB of the maximum heap.");
  /** {@code margay.producer.ids.per.partition.max}. */
  public static final Setting<Integer> MARGAY_PRODUCER_IDS_PER_PARTITION_MAX =
      ALL.broker(INT, "margay.producer.ids.per.partition.max", 10_000)
      .from(1).live()
      .doc("Producer ids that one partition remembers. Beyond this limit, the ids that were idle for longest are forgotten.");

  /** {@code margay.stray.retention.ms}. */
  public static final Setting<Long> MARGAY_STRAY_RETENTION_MS =
      ALL.broker(LONG, "margay.stray.retention.ms", 604_800_000L).from(-1).live()
      .doc("Milliseconds that a stray log is kept: a stored log whose partition the cluster does not know. Then it is "
          + "deleted. -1 means that it is never deleted.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
