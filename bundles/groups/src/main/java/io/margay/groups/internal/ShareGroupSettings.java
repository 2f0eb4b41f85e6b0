package io.margay.groups.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of the membership of share groups. Those of a single group are in {@link GroupSettings}. */
@DefinesSettings
public final class ShareGroupSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Share groups: members (KIP-932)");

  /** {@code group.share.assignors}. */
  public static final Setting<List<String>> GROUP_SHARE_ASSIGNORS = ALL.broker(LIST, "group.share.assignors", List.of("simple")).live()
      .doc("Names of assignors for share groups, each a service; the first one is used. While it is not installed, groups keep their last "
          + "assignment.");
  /** {@code group.share.max.size}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_SIZE = ALL.broker(INT, "group.share.max.size", 200).range(1, 1000).live()
      .doc("Members of one share group. Further members are refused with GROUP_MAX_SIZE_REACHED.");
  /** {@code group.share.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_SHARE_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.share.heartbeat.interval.ms", 5000).from(1).live()
      .doc("Milliseconds between two heartbeats of a member of a share group.");
  /** {@code group.share.min.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MIN_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.share.min.heartbeat.interval.ms", 5000).from(1).live()
      .doc("The shortest heartbeat interval in milliseconds that a share group may be given.");
  /** {@code group.share.max.heartbeat.interval.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_HEARTBEAT_INTERVAL_MS =
      ALL.broker(INT, "group.share.max.heartbeat.interval.ms", 15_000).from(1).live()
      .doc("The longest heartbeat interval in milliseconds that a share group may be given.");
  /** {@code group.share.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_SHARE_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.share.session.timeout.ms", 45_000).from(1).live()
      .doc("Milliseconds without a heartbeat after which a member is removed from its share group.");
  /** {@code group.share.min.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MIN_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.share.min.session.timeout.ms", 45_000).from(1).live()
      .doc("The shortest session timeout in milliseconds that a share group may be given.");
  /** {@code group.share.max.session.timeout.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_SESSION_TIMEOUT_MS =
      ALL.broker(INT, "group.share.max.session.timeout.ms", 60_000).from(1).live()
      .doc("The longest session timeout in milliseconds that a share group may be given.");
  /** {@code group.share.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_SHARE_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.share.assignment.interval.ms", 1000).from(0).live()
      .doc("Shortest time in milliseconds between two assignments of a share group.");
  /** {@code group.share.min.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MIN_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.share.min.assignment.interval.ms", 0).from(0).live()
      .doc("The shortest assignment interval in milliseconds that a share group may be given.");
  /** {@code group.share.max.assignment.interval.ms}. */
  public static final Setting<Integer> GROUP_SHARE_MAX_ASSIGNMENT_INTERVAL_MS =
      ALL.broker(INT, "group.share.max.assignment.interval.ms", 15_000).from(0).live()
      .doc("The longest assignment interval in milliseconds that a share group may be given.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
