package io.margay.config.internal;

import static io.margay.spi.config.SettingType.LIST;

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

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
