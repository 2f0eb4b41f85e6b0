package io.margay.spi.controller;

import static io.margay.spi.config.SettingType.INT;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of {@link PartitionLimit}, for the parts that enforce it. */
@DefinesSettings
public final class LimitSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Limits of a broker");

  /** {@code margay.max.partitions.per.broker}. */
  public static final Setting<Integer> MARGAY_MAX_PARTITIONS_PER_BROKER =
      ALL.broker(INT, "margay.max.partitions.per.broker", -1).from(-1).live()
      .doc("Replicas of partitions on one broker; a request that would exceed it is refused. -1 derives it from the heap and "
          + "from the file descriptors that the process may open.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
