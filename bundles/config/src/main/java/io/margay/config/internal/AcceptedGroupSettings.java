package io.margay.config.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of group protocols that do nothing here. */
final class AcceptedGroupSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Groups, without effect");

  /** {@code group.coordinator.rebalance.protocols}. */
  public static final Setting<List<String>> GROUP_COORDINATOR_REBALANCE_PROTOCOLS =
      ALL.broker(LIST, "group.coordinator.rebalance.protocols", List.of("classic", "consumer", "streams"))
      .in("consumer", "classic", "share", "streams").inert()
      .doc("Group protocols that Kafka serves. Here the installed bundles decide.");
  /** {@code group.consumer.assignors}. */
  public static final Setting<List<String>> GROUP_CONSUMER_ASSIGNORS =
      ALL.broker(LIST, "group.consumer.assignors", List.of("uniform", "range")).live()
      .inert().doc("Names of the assignors that consumer groups may choose; the first one serves groups that choose none.");
  /** {@code group.consumer.migration.policy}. */
  public static final Setting<String> GROUP_CONSUMER_MIGRATION_POLICY = ALL.broker(STRING, "group.consumer.migration.policy",
          "bidirectional")
      .matching("(?i)disabled|downgrade|upgrade|bidirectional", "disabled, downgrade, upgrade or bidirectional").live().inert()
      .doc("Whether a group may change between the classic and the consumer protocol while it is in use.");
  /** {@code group.consumer.max.size}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_SIZE = ALL.broker(INT, "group.consumer.max.size", Integer.MAX_VALUE)
      .from(1).live().inert()
      .doc("Members of one consumer group.");
  /** {@code group.consumer.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.heartbeat.interval.ms", 5000).from(1).live()
      .inert().doc("Milliseconds between two heartbeats of a member of a consumer group.");
  /** {@code group.consumer.min.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.min.heartbeat.interval.ms", 5000).from(1).live().inert()
      .doc("The shortest heartbeat interval in milliseconds that a group may be given.");
  /** {@code group.consumer.max.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.max.heartbeat.interval.ms", 15_000).from(1).live().inert()
      .doc("The longest heartbeat interval in milliseconds that a group may be given.");
  /** {@code group.consumer.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.consumer.session.timeout.ms", 45_000).from(1).live()
      .inert().doc("Milliseconds without a heartbeat after which a member is removed from its consumer group.");
  /** {@code group.consumer.min.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.consumer.min.session.timeout.ms", 45_000).from(1).live().inert()
      .doc("The shortest session timeout in milliseconds that a group may be given.");
  /** {@code group.consumer.max.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.consumer.max.session.timeout.ms", 60_000).from(1).live().inert()
      .doc("The longest session timeout in milliseconds that a group may be given.");
  /** {@code group.consumer.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.assignment.interval.ms", 1000).from(0).live().inert()
      .doc("Shortest time in milliseconds between two assignments of a consumer group.");
  /** {@code group.consumer.min.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MIN_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.min.assignment.interval.ms", 0).from(0).live().inert()
      .doc("The shortest assignment interval in milliseconds that a group may be given.");
  /** {@code group.consumer.max.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_MAX_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.max.assignment.interval.ms", 15_000).from(0).live().inert()
      .doc("The longest assignment interval in milliseconds that a group may be given.");
  /** {@code group.consumer.regex.refresh.interval.ms}. */
  public static final Setting<Integer> GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS =
      ALL.broker(INT, "group.consumer.regex.refresh.interval.ms", 600_000).from(10_000).live().inert()
      .doc("Milliseconds after which the patterns of a group's subscription are matched against the topics again.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
