package io.margay.spi.partitioner;

import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of how this server chooses partitions, for each part that produces records. */
@DefinesSettings
public final class PartitionerSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Partitioners");
  private static final String WORD = "[a-z0-9][a-z0-9._-]*";

  /** {@code margay.partitioner}. */
  public static final Setting<String> MARGAY_PARTITIONER_DEFAULT = ALL.broker(STRING, "margay.partitioner", "murmur2")
      .matching(WORD + "(:.*)?", "NAME or NAME:OPTIONS, with a name of a-z, 0-9, dot, dash and underscore").live()
      .doc("How this server chooses the partition of a record that it produces itself, for topics that do not set it.");
  /** {@code margay.partitioner}. */
  public static final Setting<String> MARGAY_PARTITIONER = ALL.topic(STRING, "margay.partitioner", "murmur2")
      .matching(WORD + "(:.*)?", "NAME or NAME:OPTIONS, with a name of a-z, 0-9, dot, dash and underscore")
      .synonyms("margay.partitioner")
      .doc("How this server chooses the partition of a record that it produces itself: murmur2, crc32, round-robin, sticky, "
          + "weighted, or the name of an installed strategy. Options follow a colon, such as weighted:0=5,1=1.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
