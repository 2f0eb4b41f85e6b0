package io.margay.mirror.internal;

import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Where links are stored that all brokers of the cluster know, and which topics they have created. */
@DefinesSettings
public final class MirrorSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Mirroring links");

  /** One setting per link. */
  static final Setting<String> LINKS = ALL.broker(STRING, "margay.mirror.link.*", null).live()
      .doc("A mirroring link, by its name in place of the asterisk: fields with their values, separated by semicolons, such as "
          + "bootstrap.servers=west:9092; topics=orders,pay.*. mirror:create sets it for all brokers, after it has checked the fields.");

  /** {@code margay.mirror.repartitioned.from}. */
  static final Setting<String> REPARTITIONED = ALL.topic(STRING, "margay.mirror.repartitioned.from", null)
      .matching("[A-Za-z0-9._-]{1,64}:[A-Za-z0-9_-]{22}:[A-Za-z0-9._-]{1,249}", "LINK:TOPIC_ID:TOPIC")
      .doc("Where a topic comes from whose records a mirroring link partitions again, as LINK:TOPIC_ID:TOPIC of the source cluster. A link "
          + "in the mode repartitioned sets it on the topics that it creates. Other producers may write to them, too.");

  /** {@code margay.mirror.acls}. */
  static final Setting<String> ACLS = ALL.topic(STRING, "margay.mirror.acls", null)
      .matching("[0-9a-f]{16}(,[0-9a-f]{16}){0,1023}", "hashes that a link has stored")
      .doc("Hashes of the ACLs that a mirroring link has made for a topic, so that it removes these, and no others, when they are gone at "
          + "the source. Set by links.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
