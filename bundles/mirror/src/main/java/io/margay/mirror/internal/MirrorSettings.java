package io.margay.mirror.internal;

import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Where links are stored that all brokers of the cluster know. */
@DefinesSettings
public final class MirrorSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Mirroring links");

  /** One setting per link. */
  static final Setting<String> LINKS = ALL.broker(STRING, "margay.mirror.link.*", null).live()
      .doc("A mirroring link, by its name in place of the asterisk: fields with their values, separated by semicolons, such as "
          + "bootstrap.servers=west:9092; topics=orders,pay.*. mirror:create sets it for all brokers, after it has checked the fields.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
