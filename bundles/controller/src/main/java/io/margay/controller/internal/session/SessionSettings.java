package io.margay.controller.internal.session;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the sessions that brokers have with the controller. */
@DefinesSettings
public final class SessionSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Brokers of a cluster");

  /** {@code broker.heartbeat.interval.ms}. */
  public static final Setting<Integer> BROKER_HEARTBEAT_INTERVAL_MS = ALL.broker(INT, "broker.heartbeat.interval.ms", 2000)
      .from(10).live()
      .doc("Milliseconds between two heartbeats of a broker to the controller. Choose at most a third of broker.session.timeout.ms.");
  /** {@code broker.session.timeout.ms}. */
  public static final Setting<Integer> BROKER_SESSION_TIMEOUT_MS = ALL.broker(INT, "broker.session.timeout.ms", 9000).from(100).live()
      .doc("Milliseconds without a heartbeat after which the controller fences a broker: others lead its partitions.");
  /** {@code margay.broker.reconnect.grace.ms}. */
  public static final Setting<Integer> MARGAY_BROKER_RECONNECT_GRACE_MS =
      ALL.broker(INT, "margay.broker.reconnect.grace.ms", 200).from(0).live()
      .doc("Milliseconds in which a broker must connect again when its connection to the controller breaks. After that the broker is "
          + "fenced, long before its session would end; at once when its listener refuses connections, because its process has ended.");
  /** {@code margay.broker.report.ms}. */
  public static final Setting<Integer> MARGAY_BROKER_REPORT_MS = ALL.broker(INT, "margay.broker.report.ms", 500).from(0).live()
      .doc("Milliseconds that a new controller gives brokers to report. Those that do not are fenced; at once when their listener "
          + "refuses connections, because their process has ended.");
  /** {@code controlled.shutdown.enable}. */
  public static final Setting<Boolean> CONTROLLED_SHUTDOWN_ENABLE = ALL.broker(BOOLEAN, "controlled.shutdown.enable", true).live()
      .doc("Whether a node moves its leaderships to other nodes before it stops.");
  /** {@code margay.controlled.shutdown.timeout.ms}. */
  public static final Setting<Integer> MARGAY_CONTROLLED_SHUTDOWN_TIMEOUT_MS =
      ALL.broker(INT, "margay.controlled.shutdown.timeout.ms", 3_000).from(0).live()
      .doc("Milliseconds that a node which stops waits at most for its leaderships to move.");
  /** {@code auto.leader.rebalance.enable}. */
  public static final Setting<Boolean> AUTO_LEADER_REBALANCE_ENABLE = ALL.broker(BOOLEAN, "auto.leader.rebalance.enable", true).live()
      .doc("Whether leadership returns to the preferred replicas automatically.");
  /** {@code leader.imbalance.check.interval.seconds}. */
  public static final Setting<Long> LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS =
      ALL.broker(LONG, "leader.imbalance.check.interval.seconds", 300L).from(1).live()
      .doc("Seconds between two checks for leaders that are not the preferred replica.");
  /** {@code leader.imbalance.per.broker.percentage}. */
  public static final Setting<Integer> LEADER_IMBALANCE_PER_BROKER_PERCENTAGE =
      ALL.broker(INT, "leader.imbalance.per.broker.percentage", 10).from(0).live()
      .doc("Percent of the partitions that a broker should lead and does not, above which leadership returns to it.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
