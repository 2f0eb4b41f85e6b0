package io.margay.spi.audit;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the queues from which events are recorded. */
@DefinesSettings
public final class AuditSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Audit: queues");

  /** {@code margay.audit.queue.bytes}. */
  public static final Setting<Long> MARGAY_AUDIT_QUEUE_BYTES = ALL.broker(LONG, "margay.audit.queue.bytes", 1L << 20).range(16_384, 1L << 30).live()
      .doc("Bytes of events that each part of the server keeps until they are recorded. One principal has at most half of it. What does not fit"
          + " is dropped and counted.");
  /** {@code margay.audit.repeat.ms}. */
  public static final Setting<Integer> MARGAY_AUDIT_REPEAT_MS = ALL.broker(INT, "margay.audit.repeat.ms", 10_000).range(100, 3_600_000).live()
      .doc("Milliseconds for which denied requests and failed logins that repeat are counted in one event. The first one is recorded at once.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
