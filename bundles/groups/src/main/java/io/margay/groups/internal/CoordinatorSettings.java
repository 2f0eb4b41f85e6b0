package io.margay.groups.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the group coordinator. */
@DefinesSettings
public final class CoordinatorSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Groups and their offsets");

  /** {@code request.timeout.ms}. */
  public static final Setting<Integer> REQUEST_TIMEOUT_MS = ALL.broker(INT, "request.timeout.ms", 30_000).live()
      .doc("Milliseconds that a request from this node to another one may take.");
  /** {@code group.coordinator.threads}. */
  public static final Setting<Integer> GROUP_COORDINATOR_THREADS = ALL.broker(INT, "group.coordinator.threads", 4).from(1)
      .doc("Threads of the group coordinator.");
  /** {@code group.initial.rebalance.delay.ms}. */
  public static final Setting<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS =
      ALL.broker(INT, "group.initial.rebalance.delay.ms", 3000).live()
      .doc("Milliseconds that an empty classic group waits for more members before its first rebalance.");
  /** {@code group.min.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_MIN_SESSION_TIMEOUT_MS = ALL.broker(INT, "group.min.session.timeout.ms", 6000).live()
      .doc("Shortest session timeout in milliseconds that a member of a classic group may request.");
  /** {@code group.max.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_MAX_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.max.session.timeout.ms", 1_800_000).live()
      .doc("Longest session timeout in milliseconds that a member of a classic group may request.");
  /** {@code group.max.size}. */
  public static final Setting<Integer> GROUP_MAX_SIZE = ALL.broker(INT, "group.max.size", 10_000).from(1).live()
      .doc("Members of one classic group. Further members are refused with GROUP_MAX_SIZE_REACHED. Kafka's default is "
          + "2147483647.");
  /** {@code offset.metadata.max.bytes}. */
  public static final Setting<Integer> OFFSET_METADATA_MAX_BYTES = ALL.broker(INT, "offset.metadata.max.bytes", 4096).live()
      .doc("Characters of text that may be stored with a committed offset. A longer text is refused with "
          + "OFFSET_METADATA_TOO_LARGE.");
  /** {@code offsets.commit.timeout.ms}. */
  public static final Setting<Integer> OFFSETS_COMMIT_TIMEOUT_MS = ALL.broker(INT, "offsets.commit.timeout.ms", 5000).from(1).live()
      .doc("Milliseconds that an offset commit waits for the replicas of the offsets topic.");
  /** {@code offsets.load.buffer.size}. */
  public static final Setting<Integer> OFFSETS_LOAD_BUFFER_SIZE = ALL.broker(INT, "offsets.load.buffer.size", 5_242_880).from(1)
      .doc("Bytes that are read at a time while groups are loaded from the offsets topic.");
  /** {@code offsets.retention.minutes}. */
  public static final Setting<Integer> OFFSETS_RETENTION_MINUTES = ALL.broker(INT, "offsets.retention.minutes", 10_080).from(1)
      .live()
      .doc("Minutes that committed offsets are kept after the last member has left the group.");
  /** {@code offsets.retention.check.interval.ms}. */
  public static final Setting<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS =
      ALL.broker(LONG, "offsets.retention.check.interval.ms", 600_000L).from(1)
      .doc("Milliseconds between two checks for offsets that have expired.");
  /** {@code offsets.topic.segment.bytes}. */
  public static final Setting<Integer> OFFSETS_TOPIC_SEGMENT_BYTES =
      ALL.broker(INT, "offsets.topic.segment.bytes", 104_857_600).from(1)
      .doc("Size in bytes of a segment of the offsets topic. Smaller segments are compacted and loaded faster.");
  /** {@code offsets.topic.compression.codec}. */
  public static final Setting<Integer> OFFSETS_TOPIC_COMPRESSION_CODEC = ALL.broker(INT, "offsets.topic.compression.codec", 0)
      .range(0, 4)
      .doc("Compression of the offsets topic: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.");
  /** {@code margay.groups.memory.bytes}. */
  public static final Setting<Long> MARGAY_GROUPS_MEMORY_BYTES = ALL.broker(LONG, "margay.groups.memory.bytes", -1L).from(-1).live()
      .doc("Bytes of heap, as estimated, that groups, their members and their offsets may take on this node. -1 means an eighth of "
          + "the maximum heap. Beyond this limit, new members are refused with GROUP_MAX_SIZE_REACHED and new offsets with "
          + "INVALID_COMMIT_OFFSET_SIZE. If a log holds more, the groups that were active most recently are loaded.");
  /** {@code margay.groups.shard.memory.bytes}. */
  public static final Setting<Long> MARGAY_GROUPS_SHARD_MEMORY_BYTES =
      ALL.broker(LONG, "margay.groups.shard.memory.bytes", -1L).from(-1).live()
      .doc("The same as margay.groups.memory.bytes for the groups of one partition of the offsets topic. -1 means half of the "
          + "node's limit.");
  /** {@code margay.groups.id.max.length}. */
  public static final Setting<Integer> MARGAY_GROUPS_ID_MAX_LENGTH =
      ALL.broker(INT, "margay.groups.id.max.length", 1_024).from(1).live()
      .doc("Characters of the id of a new group (a longer one: INVALID_GROUP_ID), of a group instance id (INVALID_REQUEST), and of a "
          + "protocol type or name (INCONSISTENT_GROUP_PROTOCOL). Longer client ids are truncated.");
  /** {@code margay.groups.member.protocols.max}. */
  public static final Setting<Integer> MARGAY_GROUPS_MEMBER_PROTOCOLS_MAX =
      ALL.broker(INT, "margay.groups.member.protocols.max", 64).from(1).live()
      .doc("Protocols (assignors) that a member of a classic group may offer. More are refused with "
          + "INCONSISTENT_GROUP_PROTOCOL.");
  /** {@code margay.groups.member.metadata.max.bytes}. */
  public static final Setting<Integer> MARGAY_GROUPS_MEMBER_METADATA_MAX_BYTES =
      ALL.broker(INT, "margay.groups.member.metadata.max.bytes", 1_048_576).from(1).live()
      .doc("Bytes of a member's metadata for all its protocols, and bytes of its assignment. More are refused with "
          + "MESSAGE_TOO_LARGE.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
