package io.margay.groups.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.model.ForeignPattern;
import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of consumer groups. Those of a single group are in {@link GroupSettings}. */
@DefinesSettings
public final class ConsumerGroupSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Consumer groups (KIP-848)");

  /** {@code group.consumer.assignors}. */
  public static final Setting<List<String>> GROUP_CONSUMER_ASSIGNORS =
      ALL.broker(LIST, "group.consumer.assignors", List.of("uniform", "range")).live()
      .doc("Names of the assignors that members of consumer groups may choose, each a service; the first one serves groups that choose none. "
          + "Another name is refused with UNSUPPORTED_ASSIGNOR. While one is not installed, its groups keep their last assignment.");
  /** {@code group.consumer.migration.policy}. */
  public static final Setting<String> GROUP_CONSUMER_MIGRATION_POLICY = ALL.broker(STRING, "group.consumer.migration.policy",
          "bidirectional")
      .matching("(?i)disabled|downgrade|upgrade|bidirectional", "disabled, downgrade, upgrade or bidirectional").live()
      .doc("Whether a group may change between the classic and the consumer protocol while it has members: upgrade lets members of the consumer "
          + "protocol join a classic group, downgrade makes a group classic again when the last of them has left.");
  /** {@code group.consumer.max.size}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_SIZE = ALL.broker(INT, "group.consumer.max.size", 10_000)
      .from(1).live()
      .doc("Members of one consumer group. Further members are refused with GROUP_MAX_SIZE_REACHED. Kafka's default is 2147483647.");
  /** {@code group.consumer.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.heartbeat.interval.ms", 5000).from(1).live()
      .doc("Milliseconds between two heartbeats of a member of a consumer group.");
  /** {@code group.consumer.min.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.min.heartbeat.interval.ms", 5000).from(1).live()
      .doc("The shortest heartbeat interval in milliseconds that a group may be given.");
  /** {@code group.consumer.max.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.max.heartbeat.interval.ms", 15_000).from(1).live()
      .doc("The longest heartbeat interval in milliseconds that a group may be given.");
  /** {@code group.consumer.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.consumer.session.timeout.ms", 45_000).from(1).live()
      .doc("Milliseconds without a heartbeat after which a member is removed from its consumer group.");
  /** {@code group.consumer.min.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.consumer.min.session.timeout.ms", 45_000).from(1).live()
      .doc("The shortest session timeout in milliseconds that a group may be given.");
  /** {@code group.consumer.max.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.consumer.max.session.timeout.ms", 60_000).from(1).live()
      .doc("The longest session timeout in milliseconds that a group may be given.");
  /** {@code group.consumer.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.assignment.interval.ms", 1000).from(0).live()
      .doc("Shortest time in milliseconds between two assignments of a consumer group.");
  /** {@code group.consumer.min.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MIN_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.min.assignment.interval.ms", 0).from(0).live()
      .doc("The shortest assignment interval in milliseconds that a group may be given.");
  /** {@code group.consumer.max.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.max.assignment.interval.ms", 15_000).from(0).live()
      .doc("The longest assignment interval in milliseconds that a group may be given.");
  /** {@code group.consumer.regex.refresh.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.regex.refresh.interval.ms", 600_000).from(10_000).live()
      .doc("Milliseconds after which the topics for regular expressions of subscriptions are looked up again, though no topic came or went.");
  /** {@code group.consumer.assignor.offload.enable}. */
  public static final Setting<Boolean> GROUP_CONSUMER_ASSIGNOR_OFFLOAD_ENABLE =
      ALL.broker(BOOLEAN, "group.consumer.assignor.offload.enable", true).live()
      .doc("Whether the assignor of a large consumer group runs on a thread of its own, while other groups are served.");
  /** {@code margay.groups.consumer.rebalance.heartbeat.interval.ms}. */
  public static final Setting<Integer> MARGAY_GROUPS_CONSUMER_REBALANCE_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "margay.groups.consumer.rebalance.heartbeat.interval.ms", 500).from(1).live()
      .doc("Milliseconds between two heartbeats of a member of a consumer group while partitions move, if that is less than "
          + "consumer.heartbeat.interval.ms. So members hear soon what others have given back. In a group with more members than this number, "
          + "a millisecond for each member.");
  /** {@code margay.groups.consumer.regex.max.length}. */
  public static final Setting<Integer> MARGAY_GROUPS_CONSUMER_REGEX_MAX_LENGTH =
      ALL.broker(INT, "margay.groups.consumer.regex.max.length", ForeignPattern.MAX_LENGTH).range(1, ForeignPattern.MAX_LENGTH).live()
      .doc("Characters of the regular expression of a subscription. A longer one is refused with INVALID_REGULAR_EXPRESSION.");
  /** {@code margay.groups.consumer.regex.max.count}. */
  public static final Setting<Integer> MARGAY_GROUPS_CONSUMER_REGEX_MAX_COUNT =
      ALL.broker(INT, "margay.groups.consumer.regex.max.count", 100).from(1).live()
      .doc("Different regular expressions of the members of one consumer group. More are refused with INVALID_REGULAR_EXPRESSION.");
  /** {@code margay.groups.consumer.regex.max.topics}. */
  public static final Setting<Integer> MARGAY_GROUPS_CONSUMER_REGEX_MAX_TOPICS =
      ALL.broker(INT, "margay.groups.consumer.regex.max.topics", 10_000).from(1).live()
      .doc("Topics that one regular expression of a subscription stands for. Further topics that match are not consumed.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
