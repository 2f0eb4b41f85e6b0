package io.margay.quotas.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of client quotas. The quotas themselves are in the cluster's metadata. */
@DefinesSettings
public final class QuotaSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Client quotas");
  private static final int MAX_WINDOWS = 1_000;

  /** {@code quota.window.num}. */
  public static final Setting<Integer> QUOTA_WINDOW_NUM = ALL.broker(INT, "quota.window.num", 11).range(1, MAX_WINDOWS).live()
      .doc("Windows of time over which the rates of clients are measured, for their client quotas. What a client did earlier is forgotten.");
  /** {@code quota.window.size.seconds}. */
  public static final Setting<Integer> QUOTA_WINDOW_SIZE_SECONDS = ALL.broker(INT, "quota.window.size.seconds", 1).from(1).live()
      .doc("Length in seconds of each window of quota.window.num.");
  /** {@code controller.quota.window.num}. */
  public static final Setting<Integer> CONTROLLER_QUOTA_WINDOW_NUM = ALL.broker(INT, "controller.quota.window.num", 11).range(1, MAX_WINDOWS).live()
      .doc("Windows of time for controller_mutation_rate: a client may create or delete as many partitions at once as its quota allows for"
          + " all of them together.");
  /** {@code controller.quota.window.size.seconds}. */
  public static final Setting<Integer> CONTROLLER_QUOTA_WINDOW_SIZE_SECONDS =
      ALL.broker(INT, "controller.quota.window.size.seconds", 1).from(1).live()
      .doc("Length in seconds of each window of controller.quota.window.num.");
  /** {@code margay.quota.memory.bytes}. */
  public static final Setting<Long> MARGAY_QUOTA_MEMORY_BYTES = ALL.broker(LONG, "margay.quota.memory.bytes", 8_388_608L).from(65_536L).live()
      .doc("Bytes of heap for what users, client ids and addresses with a quota have used, about 700 for each. A user may have a quarter"
          + " of them, and all addresses together another: the client ids of a user that do not fit share one quota, and what old addresses have"
          + " done is forgotten.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
