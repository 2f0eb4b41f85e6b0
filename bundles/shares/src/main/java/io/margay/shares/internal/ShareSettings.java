package io.margay.shares.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of what share groups consume, of the node and of single groups. */
@DefinesSettings
public final class ShareSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Share groups: records and acknowledgements (KIP-932)");

  /** {@code group.share.record.lock.duration.ms}. */
  public static final Setting<Integer> GROUP_SHARE_RECORD_LOCK_DURATION_MS =
      ALL.broker(INT, "group.share.record.lock.duration.ms", 30_000).from(1000).live()
      .doc("Milliseconds that a member of a share group has to acknowledge a record. Then the record is delivered again.");
  /** {@code group.share.min.record.lock.duration.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS =
      ALL.broker(INT, "group.share.min.record.lock.duration.ms", 15_000).from(1000).live()
      .doc("The shortest time in milliseconds that a share group may be given to acknowledge a record.");
  /** {@code group.share.max.record.lock.duration.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_RECORD_LOCK_DURATION_MS =
      ALL.broker(INT, "group.share.max.record.lock.duration.ms", 60_000).from(1000).live()
      .doc("The longest time in milliseconds that a share group may be given to acknowledge a record.");
  /** {@code group.share.delivery.count.limit}. */
  public static final Setting<Integer> GROUP_SHARE_DELIVERY_COUNT_LIMIT =
      ALL.broker(INT, "group.share.delivery.count.limit", 5).range(2, 10).live()
      .doc("Number of times that a share group delivers a record. After the last time it is given up, unless it was accepted.");
  /** {@code group.share.min.delivery.count.limit}. */
  public static final Setting<Integer> GROUP_SHARE_MIN_DELIVERY_COUNT_LIMIT =
      ALL.broker(INT, "group.share.min.delivery.count.limit", 2).range(2, 5).live()
      .doc("The lowest delivery count limit that a share group may be given.");
  /** {@code group.share.max.delivery.count.limit}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_DELIVERY_COUNT_LIMIT =
      ALL.broker(INT, "group.share.max.delivery.count.limit", 10).range(5, 25).live()
      .doc("The highest delivery count limit that a share group may be given.");
  /** {@code group.share.partition.max.record.locks}. */
  public static final Setting<Integer> GROUP_SHARE_PARTITION_MAX_RECORD_LOCKS =
      ALL.broker(INT, "group.share.partition.max.record.locks", 2000).range(100, 10_000).live()
      .doc("Records of a partition that were delivered to a share group and are not done. At this number no new ones are delivered.");
  /** {@code group.share.min.partition.max.record.locks}. */
  public static final Setting<Integer> GROUP_SHARE_MIN_PARTITION_MAX_RECORD_LOCKS =
      ALL.broker(INT, "group.share.min.partition.max.record.locks", 100).from(1).live()
      .doc("The lowest number of undone records of a partition that a share group may be given.");
  /** {@code group.share.max.partition.max.record.locks}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_PARTITION_MAX_RECORD_LOCKS =
      ALL.broker(INT, "group.share.max.partition.max.record.locks", 4000).from(1).live()
      .doc("The highest number of undone records of a partition that a share group may be given.");
  /** {@code group.share.max.share.sessions}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_SHARE_SESSIONS =
      ALL.broker(INT, "group.share.max.share.sessions", 2000).from(1).live()
      .doc("Share sessions that this node keeps. At this number, those that were idle for a minute are dropped; when there are none, new ones are "
          + "refused with SHARE_SESSION_LIMIT_REACHED.");
  /** {@code margay.shares.session.partitions.max}. */
  public static final Setting<Integer> MARGAY_SHARES_SESSION_PARTITIONS_MAX =
      ALL.broker(INT, "margay.shares.session.partitions.max", 10_000).from(1).live()
      .doc("Partitions of one share session. A request that adds more is refused with INVALID_REQUEST.");
  /** {@code margay.shares.partitions.max}. */
  public static final Setting<Integer> MARGAY_SHARES_PARTITIONS_MAX =
      ALL.broker(INT, "margay.shares.partitions.max", 20_000).from(1).live()
      .doc("Partitions, counted once for each share group, that this node delivers from at a time. Fetches of further ones are answered as if "
          + "another node led them, so that clients come back. One that nobody uses is forgotten after a few seconds.");
  /** {@code share.coordinator.snapshot.update.records.per.snapshot}. */
  public static final Setting<Integer> SNAPSHOT_UPDATE_RECORDS_PER_SNAPSHOT =
      ALL.broker(INT, "share.coordinator.snapshot.update.records.per.snapshot", 500).range(1, 500).live()
      .doc("After so many updates of the state of a share partition, the whole state is written.");
  /** {@code share.coordinator.cold.partition.snapshot.interval.ms}. */
  public static final Setting<Integer> COLD_PARTITION_SNAPSHOT_INTERVAL_MS =
      ALL.broker(INT, "share.coordinator.cold.partition.snapshot.interval.ms", 300_000).from(1).live()
      .doc("Milliseconds after which the state of an idle share partition is written again, when it keeps the log from being shortened.");
  /** {@code share.coordinator.state.topic.prune.interval.ms}. */
  public static final Setting<Integer> STATE_TOPIC_PRUNE_INTERVAL_MS =
      ALL.broker(INT, "share.coordinator.state.topic.prune.interval.ms", 300_000).from(1)
      .doc("Milliseconds between two checks for records of the share state topic that are not needed any more. They are deleted.");
  /** {@code share.coordinator.load.buffer.size}. */
  public static final Setting<Integer> LOAD_BUFFER_SIZE = ALL.broker(INT, "share.coordinator.load.buffer.size", 5_242_880).from(1)
      .doc("Bytes that are read at a time while share states are loaded.");
  /** {@code share.coordinator.state.topic.compression.codec}. */
  public static final Setting<Integer> STATE_TOPIC_COMPRESSION_CODEC =
      ALL.broker(INT, "share.coordinator.state.topic.compression.codec", 0).range(0, 4)
      .doc("How the share state topic is compressed: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.");
  /** {@code share.coordinator.threads}. */
  public static final Setting<Integer> COORDINATOR_THREADS = ALL.broker(INT, "share.coordinator.threads", 1).from(1)
      .doc("Threads that load share states, search logs, and read records from disks for share groups. At least 2 are used.");
  /** {@code share.coordinator.write.timeout.ms}. */
  public static final Setting<Integer> WRITE_TIMEOUT_MS = ALL.broker(INT, "share.coordinator.write.timeout.ms", 5000).from(1).live()
      .doc("Milliseconds that a write of a share state waits for its replicas.");
  /** {@code margay.shares.memory.bytes}. */
  public static final Setting<Long> MARGAY_SHARES_MEMORY_BYTES = ALL.broker(LONG, "margay.shares.memory.bytes", -1L).from(-1).live()
      .doc("Bytes of heap, as estimated, that share states may take on this node; half of it for one partition of their topic. -1 means a "
          + "thirty-second of the maximum heap. Beyond this limit new share partitions are refused.");

  /** {@code errors.deadletterqueue.auto.create.topics.enable}. */
  public static final Setting<Boolean> DEAD_LETTERS_AUTO_CREATE_TOPICS =
      ALL.broker(BOOLEAN, "errors.deadletterqueue.auto.create.topics.enable", false).live()
      .doc("Whether a dead letter topic that a share group names is created when the first record is to be copied to it.");
  /** {@code errors.deadletterqueue.topic.name.prefix}. */
  public static final Setting<String> DEAD_LETTERS_PREFIX =
      ALL.broker(STRING, "errors.deadletterqueue.topic.name.prefix", "dlq.").live()
      .doc("What the names of dead letter topics of share groups begin with. Empty allows all names but those of internal topics.");
  /** {@code errors.deadletterqueue.topic.name}. */
  public static final Setting<String> DEAD_LETTERS_TOPIC = ALL.group(STRING, "errors.deadletterqueue.topic.name", "")
      .matching("(?!__)[a-zA-Z0-9._-]*", "a topic name that does not begin with __, or nothing")
      .doc("Topic for records that the share group rejects or was given too often; empty means none. It needs share.version 2.");
  /** {@code errors.deadletterqueue.copy.record.enable}. */
  public static final Setting<Boolean> DEAD_LETTERS_COPY_RECORD = ALL.group(BOOLEAN, "errors.deadletterqueue.copy.record.enable", false)
      .doc("Whether a record in the dead letter topic has the key, value and headers of the original.");
  /** {@code errors.deadletterqueue.group.enable}. */
  public static final Setting<Boolean> DEAD_LETTERS_GROUP_ENABLE = ALL.topic(BOOLEAN, "errors.deadletterqueue.group.enable", false)
      .doc("Whether share groups may use this topic as their dead letter queue.");

  /** {@code share.auto.offset.reset}. */
  public static final Setting<String> SHARE_AUTO_OFFSET_RESET = ALL.group(STRING, "share.auto.offset.reset", "latest")
      .matching("latest|earliest|by_duration:P(?=\\d|T\\d)(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?)?",
          "latest, earliest or by_duration: with a duration in ISO form, such as by_duration:PT1H")
      .doc("Where a share group starts to read a partition that it has never read: latest, earliest, or by_duration with a duration before now.");
  /** {@code share.isolation.level}. */
  public static final Setting<String> SHARE_ISOLATION_LEVEL = ALL.group(STRING, "share.isolation.level", "read_uncommitted")
      .in("read_committed", "read_uncommitted")
      .doc("Whether a share group sees records of transactions that are not committed.");
  /** {@code share.record.lock.duration.ms}. */
  public static final Setting<Integer> SHARE_RECORD_LOCK_DURATION_MS = ALL.group(INT, "share.record.lock.duration.ms", 30_000)
      .from(1000).synonyms("group.share.record.lock.duration.ms")
      .doc("Milliseconds that a member of the share group has to acknowledge a record.");
  /** {@code share.delivery.count.limit}. */
  public static final Setting<Integer> SHARE_DELIVERY_COUNT_LIMIT = ALL.group(INT, "share.delivery.count.limit", 5)
      .from(2).synonyms("group.share.delivery.count.limit")
      .doc("Number of times that the share group delivers a record.");
  /** {@code share.partition.max.record.locks}. */
  public static final Setting<Integer> SHARE_PARTITION_MAX_RECORD_LOCKS = ALL.group(INT, "share.partition.max.record.locks", 2000)
      .from(100).synonyms("group.share.partition.max.record.locks")
      .doc("Records of a partition that were delivered to the share group and are not done.");
  /** {@code share.renew.acknowledge.enable}. */
  public static final Setting<Boolean> SHARE_RENEW_ACKNOWLEDGE_ENABLE = ALL.group(BOOLEAN, "share.renew.acknowledge.enable", true)
      .doc("Whether a member of the share group may extend the time that it has to acknowledge a record.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
