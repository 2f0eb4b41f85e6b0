package io.margay.health.internal;

import static io.margay.spi.config.SettingType.INT;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of health checks. */
@DefinesSettings
public final class HealthSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Health");

  /** {@code margay.health.timeout.ms}. */
  public static final Setting<Integer> MARGAY_HEALTH_TIMEOUT_MS = ALL.broker(INT, "margay.health.timeout.ms", 2_000).from(1).live()
      .doc("Milliseconds that health checks may take. One that takes longer counts as failed.");
  /** {@code margay.health.cache.ms}. */
  public static final Setting<Integer> MARGAY_HEALTH_CACHE_MS = ALL.broker(INT, "margay.health.cache.ms", 1_000).from(0).live()
      .doc("Milliseconds for which the result of a health check is used again, unless the check itself says another time.");
  /** {@code margay.health.heap.percent}. */
  public static final Setting<Integer> MARGAY_HEALTH_HEAP_PERCENT = ALL.broker(INT, "margay.health.heap.percent", 95).from(1).live()
      .doc("Percent of the maximum heap that may be in use after a garbage collection. Above it, the check of the heap fails.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
