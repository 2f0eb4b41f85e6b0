package io.margay.groups.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the coordinator of groups. */
@DefinesSettings
public final class CoordinatorSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Groups and their offsets");

  /** {@code request.timeout.ms}. */
  public static final Setting<Integer> REQUEST_TIMEOUT_MS = ALL.broker(INT, "request.timeout.ms", 30_000).live()
      .doc("Milliseconds that a request of this node to another one may take.");
  /** {@code group.coordinator.threads}. */
  public static final Setting<Integer> GROUP_COORDINATOR_THREADS = ALL.broker(INT, "group.coordinator.threads", 4).from(1)
      .doc("Threads that run the groups.");
  /** {@code group.initial.rebalance.delay.ms}. */
  public static final Setting<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS = ALL.broker(INT, "group.initial.rebalance.delay.ms", 3000).live()
      .doc("Milliseconds that an empty classic group waits for more members before its first rebalance.");
  /** {@code group.min.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_MIN_SESSION_TIMEOUT_MS = ALL.broker(INT, "group.min.session.timeout.ms", 6000).live()
      .doc("The shortest session timeout in milliseconds that a member of a classic group may ask for.");
  /** {@code group.max.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_MAX_SESSION_TIMEOUT_MS = ALL.broker(INT, "group.max.session.timeout.ms", 1_800_000).live()
      .doc("The longest session timeout in milliseconds that a member of a classic group may ask for.");
  /** {@code group.max.size}. */
  public static final Setting<Integer> GROUP_MAX_SIZE = ALL.broker(INT, "group.max.size", Integer.MAX_VALUE).from(1).live()
      .doc("Members of a classic group at the most.");
  /** {@code offset.metadata.max.bytes}. */
  public static final Setting<Integer> OFFSET_METADATA_MAX_BYTES = ALL.broker(INT, "offset.metadata.max.bytes", 4096).live()
      .doc("Bytes of text that may be stored with a committed offset.");
  /** {@code offsets.commit.timeout.ms}. */
  public static final Setting<Integer> OFFSETS_COMMIT_TIMEOUT_MS = ALL.broker(INT, "offsets.commit.timeout.ms", 5000).from(1).live()
      .doc("Milliseconds that a commit waits for the replicas of the offsets topic.");
  /** {@code offsets.load.buffer.size}. */
  public static final Setting<Integer> OFFSETS_LOAD_BUFFER_SIZE = ALL.broker(INT, "offsets.load.buffer.size", 5_242_880).from(1)
      .doc("Bytes that are read at a time when groups are loaded from the offsets topic.");
  /** {@code offsets.retention.minutes}. */
  public static final Setting<Integer> OFFSETS_RETENTION_MINUTES = ALL.broker(INT, "offsets.retention.minutes", 10_080).from(1)
      .live()
      .doc("Minutes that committed offsets are kept after a group has lost its last member.");
  /** {@code offsets.retention.check.interval.ms}. */
  public static final Setting<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS = ALL.broker(LONG, "offsets.retention.check.interval.ms", 600_000L).from(1)
      .doc("Milliseconds between two looks for offsets to forget.");
  /** {@code offsets.topic.segment.bytes}. */
  public static final Setting<Integer> OFFSETS_TOPIC_SEGMENT_BYTES = ALL.broker(INT, "offsets.topic.segment.bytes", 104_857_600).from(1)
      .doc("Bytes of a segment of the offsets topic; small ones are compacted and loaded sooner.");
  /** {@code offsets.topic.compression.codec}. */
  public static final Setting<Integer> OFFSETS_TOPIC_COMPRESSION_CODEC = ALL.broker(INT, "offsets.topic.compression.codec", 0)
      .range(0, 4)
      .doc("How the offsets topic is compressed: 0 not, 1 gzip, 2 snappy, 3 lz4, 4 zstd.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
