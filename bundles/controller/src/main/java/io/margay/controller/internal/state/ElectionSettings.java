package io.margay.controller.internal.state;

import static io.margay.spi.config.SettingType.BOOLEAN;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings that decide who may lead. They are read from the metadata, so that all nodes decide the same. */
@DefinesSettings
public final class ElectionSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Elections");

  /** {@code unclean.leader.election.enable}. */
  public static final Setting<Boolean> UNCLEAN_LEADER_ELECTION_ENABLE_DEFAULT =
      ALL.broker(BOOLEAN, "unclean.leader.election.enable", false).live()
      .doc("Whether a replica that is not in sync may become leader when no other can. Acknowledged records may then be lost.");
  /** {@code unclean.leader.election.enable}. */
  public static final Setting<Boolean> UNCLEAN_LEADER_ELECTION_ENABLE = ALL.topic(BOOLEAN, "unclean.leader.election.enable", false)
      .synonyms("unclean.leader.election.enable")
      .doc("Whether a replica that is not in sync may become leader when no other can. Acknowledged records may then be lost.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
