package io.margay.groups.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of single groups. The broker's settings {@code group.*} give the defaults. */
@DefinesSettings
public final class GroupSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Single groups");

  /** {@code consumer.assignment.interval.ms}. */
  public static final Setting<Integer> CONSUMER_ASSIGNMENT_INTERVAL_MS = ALL.group(INT, "consumer.assignment.interval.ms", 1000)
      .from(0).synonyms("group.consumer.assignment.interval.ms")
      .doc("Shortest time in milliseconds between two assignments of the group.");
  /** {@code consumer.assignor.offload.enable}. */
  public static final Setting<Boolean> CONSUMER_ASSIGNOR_OFFLOAD_ENABLE =
      ALL.group(BOOLEAN, "consumer.assignor.offload.enable", true).synonyms("group.consumer.assignor.offload.enable")
      .doc("Whether assignments are computed on a separate thread.");
  /** {@code consumer.heartbeat.interval.ms}. */
  public static final Setting<Integer> CONSUMER_HEARTBEAT_INTERVAL_MS = ALL.group(INT, "consumer.heartbeat.interval.ms", 5000)
      .from(1).synonyms("group.consumer.heartbeat.interval.ms")
      .doc("Milliseconds between two heartbeats of a member.");
  /** {@code consumer.session.timeout.ms}. */
  public static final Setting<Integer> CONSUMER_SESSION_TIMEOUT_MS = ALL.group(INT, "consumer.session.timeout.ms", 45_000)
      .from(1).synonyms("group.consumer.session.timeout.ms")
      .doc("Milliseconds without a heartbeat after which a member is removed from the group.");
  /** {@code share.assignment.interval.ms}. */
  public static final Setting<Integer> SHARE_ASSIGNMENT_INTERVAL_MS = ALL.group(INT, "share.assignment.interval.ms", 1000)
      .from(0).synonyms("group.share.assignment.interval.ms")
      .doc("Shortest time in milliseconds between two assignments of a share group.");
  /** {@code share.assignor.offload.enable}. */
  public static final Setting<Boolean> SHARE_ASSIGNOR_OFFLOAD_ENABLE = ALL.group(BOOLEAN, "share.assignor.offload.enable", true)
      .synonyms("group.share.assignor.offload.enable").inert()
      .doc("Whether assignments of a share group are computed on a separate thread.");
  /** {@code share.heartbeat.interval.ms}. */
  public static final Setting<Integer> SHARE_HEARTBEAT_INTERVAL_MS = ALL.group(INT, "share.heartbeat.interval.ms", 5000)
      .from(1).synonyms("group.share.heartbeat.interval.ms")
      .doc("Milliseconds between two heartbeats of a member of a share group.");
  /** {@code share.session.timeout.ms}. */
  public static final Setting<Integer> SHARE_SESSION_TIMEOUT_MS = ALL.group(INT, "share.session.timeout.ms", 45_000)
      .from(1).synonyms("group.share.session.timeout.ms")
      .doc("Milliseconds without a heartbeat after which a member is removed from a share group.");
  /** {@code streams.acceptable.recovery.lag}. */
  public static final Setting<Long> STREAMS_ACCEPTABLE_RECOVERY_LAG = ALL.group(LONG, "streams.acceptable.recovery.lag", 10_000L)
      .from(0).synonyms("group.streams.acceptable.recovery.lag")
      .doc("Number of records that the state of a task may be behind while it still counts as caught up.");
  /** {@code streams.assignment.interval.ms}. */
  public static final Setting<Integer> STREAMS_ASSIGNMENT_INTERVAL_MS = ALL.group(INT, "streams.assignment.interval.ms", 1000)
      .from(0).synonyms("group.streams.assignment.interval.ms")
      .doc("Shortest time in milliseconds between two assignments of a streams group.");
  /** {@code streams.assignor.name}. */
  public static final Setting<String> STREAMS_ASSIGNOR_NAME = ALL.group(STRING, "streams.assignor.name", null)
      .doc("Assignor of a streams group. When not set: the first of group.streams.assignors.");
  /** {@code streams.assignor.offload.enable}. */
  public static final Setting<Boolean> STREAMS_ASSIGNOR_OFFLOAD_ENABLE = ALL.group(BOOLEAN, "streams.assignor.offload.enable", true)
      .synonyms("group.streams.assignor.offload.enable").inert()
      .doc("Whether assignments of a streams group are computed on a separate thread.");
  /** {@code streams.heartbeat.interval.ms}. */
  public static final Setting<Integer> STREAMS_HEARTBEAT_INTERVAL_MS = ALL.group(INT, "streams.heartbeat.interval.ms", 5000)
      .from(1).synonyms("group.streams.heartbeat.interval.ms")
      .doc("Milliseconds between two heartbeats of a member of a streams group.");
  /** {@code streams.initial.rebalance.delay.ms}. */
  public static final Setting<Integer> STREAMS_INITIAL_REBALANCE_DELAY_MS =
      ALL.group(INT, "streams.initial.rebalance.delay.ms", 3000).from(0).synonyms("group.streams.initial.rebalance.delay.ms")
      .doc("Milliseconds that an empty streams group waits for more members before its first assignment.");
  /** {@code streams.num.standby.replicas}. */
  public static final Setting<Integer> STREAMS_NUM_STANDBY_REPLICAS = ALL.group(INT, "streams.num.standby.replicas", 0)
      .from(0).synonyms("group.streams.num.standby.replicas")
      .doc("Standby replicas of each stateful task.");
  /** {@code streams.num.warmup.replicas}. */
  public static final Setting<Integer> STREAMS_NUM_WARMUP_REPLICAS = ALL.group(INT, "streams.num.warmup.replicas", 2)
      .from(0).synonyms("group.streams.num.warmup.replicas")
      .doc("Extra replicas of tasks that may be warmed up before the tasks move.");
  /** {@code streams.rack.aware.assignment.tags}. */
  public static final Setting<List<String>> STREAMS_RACK_AWARE_ASSIGNMENT_TAGS =
      ALL.group(LIST, "streams.rack.aware.assignment.tags", List.<String>of())
      .synonyms("group.streams.rack.aware.assignment.tags")
      .doc("Client tags by which standby replicas are spread.");
  /** {@code streams.session.timeout.ms}. */
  public static final Setting<Integer> STREAMS_SESSION_TIMEOUT_MS = ALL.group(INT, "streams.session.timeout.ms", 45_000)
      .from(1).synonyms("group.streams.session.timeout.ms")
      .doc("Milliseconds without a heartbeat after which a member is removed from a streams group.");
  /** {@code streams.task.offset.interval.ms}. */
  public static final Setting<Integer> STREAMS_TASK_OFFSET_INTERVAL_MS = ALL.group(INT, "streams.task.offset.interval.ms", 60_000)
      .from(1).synonyms("group.streams.task.offset.interval.ms")
      .doc("Milliseconds between two reports of task offsets by a member.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
