package io.margay.spi.config;

import static io.margay.spi.config.Define.broker;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.SHORT;
import static io.margay.spi.config.SettingType.STRING;

import java.util.List;

/** Groups, offsets and transactions. Reached through {@link ServerSettings}. */
interface SettingsGroups {
  /** {@code group.coordinator.rebalance.protocols}. */
  Setting<List<String>> GROUP_COORDINATOR_REBALANCE_PROTOCOLS =
      broker(LIST, "group.coordinator.rebalance.protocols", List.of("classic", "consumer", "streams"))
      .in("consumer", "classic", "share", "streams").inert()
      .doc("Group protocols that Kafka is to serve. Here those are served whose bundles are there.");
  /** {@code group.coordinator.threads}. */
  Setting<Integer> GROUP_COORDINATOR_THREADS = broker(INT, "group.coordinator.threads", 4).from(1)
      .doc("Threads that run the groups.");
  /** {@code group.initial.rebalance.delay.ms}. */
  Setting<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS = broker(INT, "group.initial.rebalance.delay.ms", 3000).live()
      .doc("Milliseconds that an empty classic group waits for more members before its first rebalance.");
  /** {@code group.min.session.timeout.ms}. */
  Setting<Integer> GROUP_MIN_SESSION_TIMEOUT_MS = broker(INT, "group.min.session.timeout.ms", 6000).live()
      .doc("The shortest session timeout in milliseconds that a member of a classic group may ask for.");
  /** {@code group.max.session.timeout.ms}. */
  Setting<Integer> GROUP_MAX_SESSION_TIMEOUT_MS = broker(INT, "group.max.session.timeout.ms", 1_800_000).live()
      .doc("The longest session timeout in milliseconds that a member of a classic group may ask for.");
  /** {@code group.max.size}. */
  Setting<Integer> GROUP_MAX_SIZE = broker(INT, "group.max.size", 10_000).from(1).live()
      .doc("Most members of a classic group; more are refused with GROUP_MAX_SIZE_REACHED. Kafka's default is 2147483647.");
  /** {@code margay.groups.memory.bytes}. */
  Setting<Long> MARGAY_GROUPS_MEMORY_BYTES = broker(LONG, "margay.groups.memory.bytes", -1L).from(-1).live()
      .doc("Bytes of heap that groups, their members and their offsets may take on this node, as estimated; -1 is an eighth of the "
          + "largest heap. Beyond it, new members are refused with GROUP_MAX_SIZE_REACHED and new offsets with "
          + "INVALID_COMMIT_OFFSET_SIZE. Of a log that holds more, the groups that were active last are loaded.");
  /** {@code margay.groups.shard.memory.bytes}. */
  Setting<Long> MARGAY_GROUPS_SHARD_MEMORY_BYTES = broker(LONG, "margay.groups.shard.memory.bytes", -1L).from(-1).live()
      .doc("As margay.groups.memory.bytes, for the groups of one partition of the offsets topic; -1 is half of the node's.");
  /** {@code margay.groups.id.max.length}. */
  Setting<Integer> MARGAY_GROUPS_ID_MAX_LENGTH = broker(INT, "margay.groups.id.max.length", 1_024).from(1).live()
      .doc("Most characters of a new group's id (else INVALID_GROUP_ID), of a group instance id (INVALID_REQUEST), and of a protocol "
          + "type or name (INCONSISTENT_GROUP_PROTOCOL). Longer client ids are cut.");
  /** {@code margay.groups.member.protocols.max}. */
  Setting<Integer> MARGAY_GROUPS_MEMBER_PROTOCOLS_MAX = broker(INT, "margay.groups.member.protocols.max", 64).from(1).live()
      .doc("Most protocols (assignors) that a member of a classic group may offer; more are refused with "
          + "INCONSISTENT_GROUP_PROTOCOL.");
  /** {@code margay.groups.member.metadata.max.bytes}. */
  Setting<Integer> MARGAY_GROUPS_MEMBER_METADATA_MAX_BYTES =
      broker(INT, "margay.groups.member.metadata.max.bytes", 1_048_576).from(1).live()
      .doc("Most bytes of a member's metadata for all its protocols, and of its assignment; more are refused with MESSAGE_TOO_LARGE.");
  /** {@code group.consumer.assignors}. */
  Setting<List<String>> GROUP_CONSUMER_ASSIGNORS = broker(LIST, "group.consumer.assignors", List.of("uniform", "range")).live()
      .inert().doc("Names of the assignors that consumer groups may choose; the first one serves groups that choose none.");
  /** {@code group.consumer.migration.policy}. */
  Setting<String> GROUP_CONSUMER_MIGRATION_POLICY = broker(STRING, "group.consumer.migration.policy", "bidirectional")
      .check(v -> List.of("disabled", "downgrade", "upgrade", "bidirectional").contains(v.toLowerCase(java.util.Locale.ROOT))
          ? null : "disabled, downgrade, upgrade or bidirectional").live().inert()
      .doc("Whether a group may go over from the classic protocol to the consumer protocol and back while in use.");
  /** {@code group.consumer.max.size}. */
  Setting<Integer> GROUP_CONSUMER_MAX_SIZE = broker(INT, "group.consumer.max.size", Integer.MAX_VALUE).from(1).live().inert()
      .doc("Members of a consumer group at the most.");
  /** {@code group.consumer.heartbeat.interval.ms}. */
  Setting<Integer> GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS = broker(INT, "group.consumer.heartbeat.interval.ms", 5000).from(1).live()
      .inert().doc("Milliseconds between heartbeats that members of consumer groups are told.");
  /** {@code group.consumer.min.heartbeat.interval.ms}. */
  Setting<Integer> GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS =
      broker(INT, "group.consumer.min.heartbeat.interval.ms", 5000).from(1).live().inert()
      .doc("The shortest heartbeat interval in milliseconds that a group may be given.");
  /** {@code group.consumer.max.heartbeat.interval.ms}. */
  Setting<Integer> GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS =
      broker(INT, "group.consumer.max.heartbeat.interval.ms", 15_000).from(1).live().inert()
      .doc("The longest heartbeat interval in milliseconds that a group may be given.");
  /** {@code group.consumer.session.timeout.ms}. */
  Setting<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS = broker(INT, "group.consumer.session.timeout.ms", 45_000).from(1).live()
      .inert().doc("Milliseconds without a heartbeat after which a member is taken out of its consumer group.");
  /** {@code group.consumer.min.session.timeout.ms}. */
  Setting<Integer> GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS =
      broker(INT, "group.consumer.min.session.timeout.ms", 45_000).from(1).live().inert()
      .doc("The shortest session timeout in milliseconds that a group may be given.");
  /** {@code group.consumer.max.session.timeout.ms}. */
  Setting<Integer> GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS =
      broker(INT, "group.consumer.max.session.timeout.ms", 60_000).from(1).live().inert()
      .doc("The longest session timeout in milliseconds that a group may be given.");
  /** {@code group.consumer.assignment.interval.ms}. */
  Setting<Integer> GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS =
      broker(INT, "group.consumer.assignment.interval.ms", 1000).from(0).live().inert()
      .doc("Milliseconds that must lie between two computations of a consumer group's assignment.");
  /** {@code group.consumer.min.assignment.interval.ms}. */
  Setting<Integer> GROUP_CONSUMER_MIN_ASSIGNMENT_INTERVAL_MS =
      broker(INT, "group.consumer.min.assignment.interval.ms", 0).from(0).live().inert()
      .doc("The shortest assignment interval in milliseconds that a group may be given.");
  /** {@code group.consumer.max.assignment.interval.ms}. */
  Setting<Integer> GROUP_CONSUMER_MAX_ASSIGNMENT_INTERVAL_MS =
      broker(INT, "group.consumer.max.assignment.interval.ms", 15_000).from(0).live().inert()
      .doc("The longest assignment interval in milliseconds that a group may be given.");
  /** {@code group.consumer.regex.refresh.interval.ms}. */
  Setting<Integer> GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS =
      broker(INT, "group.consumer.regex.refresh.interval.ms", 600_000).from(10_000).live().inert()
      .doc("Milliseconds after which the patterns of a group's subscription are matched with the topics again.");

  /** {@code offset.metadata.max.bytes}. */
  Setting<Integer> OFFSET_METADATA_MAX_BYTES = broker(INT, "offset.metadata.max.bytes", 4096).live()
      .doc("Bytes of text that may be stored with a committed offset.");
  /** {@code offsets.commit.timeout.ms}. */
  Setting<Integer> OFFSETS_COMMIT_TIMEOUT_MS = broker(INT, "offsets.commit.timeout.ms", 5000).from(1).live()
      .doc("Milliseconds that a commit waits for the replicas of the offsets topic.");
  /** {@code offsets.load.buffer.size}. */
  Setting<Integer> OFFSETS_LOAD_BUFFER_SIZE = broker(INT, "offsets.load.buffer.size", 5_242_880).from(1)
      .doc("Bytes that are read at a time when groups are loaded from the offsets topic.");
  /** {@code offsets.retention.minutes}. */
  Setting<Integer> OFFSETS_RETENTION_MINUTES = broker(INT, "offsets.retention.minutes", 10_080).from(1).live()
      .doc("Minutes that committed offsets are kept after a group has lost its last member.");
  /** {@code offsets.retention.check.interval.ms}. */
  Setting<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS = broker(LONG, "offsets.retention.check.interval.ms", 600_000L).from(1)
      .doc("Milliseconds between two looks for offsets to forget.");
  /** {@code offsets.topic.num.partitions}. */
  Setting<Integer> OFFSETS_TOPIC_NUM_PARTITIONS = broker(INT, "offsets.topic.num.partitions", 50).from(1)
      .doc("Partitions of the offsets topic when it is created; must not change afterwards.");
  /** {@code offsets.topic.replication.factor}. */
  Setting<Short> OFFSETS_TOPIC_REPLICATION_FACTOR = broker(SHORT, "offsets.topic.replication.factor", (short) 3).from(1)
      .doc("Replicas of the offsets topic when it is created. A cluster with fewer brokers gets as many as it has brokers.");
  /** {@code offsets.topic.segment.bytes}. */
  Setting<Integer> OFFSETS_TOPIC_SEGMENT_BYTES = broker(INT, "offsets.topic.segment.bytes", 104_857_600).from(1)
      .doc("Bytes of a segment of the offsets topic; small ones are compacted and loaded sooner.");
  /** {@code offsets.topic.compression.codec}. */
  Setting<Integer> OFFSETS_TOPIC_COMPRESSION_CODEC = broker(INT, "offsets.topic.compression.codec", 0).range(0, 4)
      .doc("How the offsets topic is compressed: 0 not, 1 gzip, 2 snappy, 3 lz4, 4 zstd.");
}
