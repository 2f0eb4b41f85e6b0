package io.margay.groups.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of streams groups. Those of a single group are in {@link GroupSettings}. */
@DefinesSettings
public final class StreamsGroupSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Streams groups (KIP-1071)");

  /** {@code group.streams.assignors}. */
  public static final Setting<List<String>> GROUP_STREAMS_ASSIGNORS =
      ALL.broker(LIST, "group.streams.assignors", List.of("sticky", "high-availability")).live()
      .doc("Names of assignors for streams groups, each a service; the first one serves groups that do not choose one with "
          + "streams.assignor.name. While it is not installed, groups keep their last assignment.");
  /** {@code group.streams.max.size}. */
  public static final Setting<Integer> GROUP_STREAMS_MAX_SIZE = ALL.broker(INT, "group.streams.max.size", 10_000).from(1).live()
      .doc("Members of one streams group. Further members are refused with GROUP_MAX_SIZE_REACHED. Kafka's default is 2147483647.");
  /** {@code group.streams.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.streams.heartbeat.interval.ms", 5000).from(1).live()
      .doc("Milliseconds between two heartbeats of a member of a streams group.");
  /** {@code group.streams.min.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.streams.min.heartbeat.interval.ms", 5000).from(1).live()
      .doc("The shortest heartbeat interval in milliseconds that a streams group may be given.");
  /** {@code group.streams.max.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_MAX_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.streams.max.heartbeat.interval.ms", 15_000).from(1).live()
      .doc("The longest heartbeat interval in milliseconds that a streams group may be given.");
  /** {@code group.streams.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.streams.session.timeout.ms", 45_000).from(1).live()
      .doc("Milliseconds without a heartbeat after which a member is removed from its streams group.");
  /** {@code group.streams.min.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.streams.min.session.timeout.ms", 45_000).from(1).live()
      .doc("The shortest session timeout in milliseconds that a streams group may be given.");
  /** {@code group.streams.max.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_MAX_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.streams.max.session.timeout.ms", 60_000).from(1).live()
      .doc("The longest session timeout in milliseconds that a streams group may be given.");
  /** {@code group.streams.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.streams.assignment.interval.ms", 1000).from(0).live()
      .doc("Shortest time in milliseconds between two assignments of a streams group.");
  /** {@code group.streams.min.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_MIN_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.streams.min.assignment.interval.ms", 0).from(0).live()
      .doc("The shortest assignment interval in milliseconds that a streams group may be given.");
  /** {@code group.streams.max.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_MAX_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.streams.max.assignment.interval.ms", 15_000).from(0).live()
      .doc("The longest assignment interval in milliseconds that a streams group may be given.");
  /** {@code group.streams.initial.rebalance.delay.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS =
      ALL.broker(INT, "group.streams.initial.rebalance.delay.ms", 3000).from(0).live()
      .doc("Milliseconds that a streams group that was empty waits for more members before its first assignment.");
  /** {@code group.streams.num.standby.replicas}. */
  public static final Setting<Integer> GROUP_STREAMS_NUM_STANDBY_REPLICAS =
      ALL.broker(INT, "group.streams.num.standby.replicas", 0).from(0).live()
      .doc("Members that keep a copy of the state of each task, beside the one that processes it.");
  /** {@code group.streams.max.standby.replicas}. */
  public static final Setting<Integer> GROUP_STREAMS_MAX_STANDBY_REPLICAS =
      ALL.broker(INT, "group.streams.max.standby.replicas", 2).from(0).live()
      .doc("The most standby replicas that a streams group may be given.");
  /** {@code group.streams.num.warmup.replicas}. */
  public static final Setting<Integer> GROUP_STREAMS_NUM_WARMUP_REPLICAS =
      ALL.broker(INT, "group.streams.num.warmup.replicas", 2).from(0).live()
      .doc("Tasks of a streams group whose states may be restored at the same time at the members that they are to move to.");
  /** {@code group.streams.max.warmup.replicas}. */
  public static final Setting<Integer> GROUP_STREAMS_MAX_WARMUP_REPLICAS =
      ALL.broker(INT, "group.streams.max.warmup.replicas", 20).from(0).live()
      .doc("The most warm-up replicas that a streams group may be given.");
  /** {@code group.streams.acceptable.recovery.lag}. */
  public static final Setting<Long> GROUP_STREAMS_ACCEPTABLE_RECOVERY_LAG =
      ALL.broker(LONG, "group.streams.acceptable.recovery.lag", 10_000L).from(0).live()
      .doc("Number of records that the state of a task may be behind while it still counts as caught up.");
  /** {@code group.streams.task.offset.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_TASK_OFFSET_INTERVAL_MS =
      ALL.broker(INT, "group.streams.task.offset.interval.ms", 60_000).from(1).live()
      .doc("Milliseconds after which a member of a streams group says again how far the states of its tasks have come.");
  /** {@code group.streams.min.task.offset.interval.ms}. */
  public static final Setting<Integer> GROUP_STREAMS_MIN_TASK_OFFSET_INTERVAL_MS =
      ALL.broker(INT, "group.streams.min.task.offset.interval.ms", 15_000).from(1).live()
      .doc("The shortest interval of task offsets in milliseconds that a streams group may be given.");
  /** {@code group.streams.rack.aware.assignment.tags}. */
  public static final Setting<List<String>> GROUP_STREAMS_RACK_AWARE_ASSIGNMENT_TAGS =
      ALL.broker(LIST, "group.streams.rack.aware.assignment.tags", List.<String>of()).live()
      .doc("Names of client tags in whose values the copies of a state are to differ, the most important one first.");
  /** {@code margay.groups.streams.topology.max.bytes}. */
  public static final Setting<Integer> MARGAY_GROUPS_STREAMS_TOPOLOGY_MAX_BYTES =
      ALL.broker(INT, "margay.groups.streams.topology.max.bytes", 1_048_576).from(1).live()
      .doc("Bytes of heap, as estimated, that the topology of a streams group may take. A larger one is refused with "
          + "STREAMS_INVALID_TOPOLOGY.");
  /** {@code margay.groups.streams.topology.description.max.bytes}. */
  public static final Setting<Integer> MARGAY_GROUPS_STREAMS_TOPOLOGY_DESCRIPTION_MAX_BYTES =
      ALL.broker(INT, "margay.groups.streams.topology.description.max.bytes", 262_144).from(0).live()
      .doc("Bytes of heap, as estimated, that the description of a topology by its application (KIP-1331) may take. A larger one is refused with "
          + "STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED. 0 means that none is asked for. Descriptions are kept in memory only.");
  /** {@code margay.groups.streams.max.tasks}. */
  public static final Setting<Integer> MARGAY_GROUPS_STREAMS_MAX_TASKS =
      ALL.broker(INT, "margay.groups.streams.max.tasks", 10_000).from(1).live()
      .doc("Tasks of one streams group: for each part of its topology as many as the topics that it reads have partitions. With more, nothing "
          + "is assigned, and members get the status INCORRECTLY_PARTITIONED_TOPICS.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
