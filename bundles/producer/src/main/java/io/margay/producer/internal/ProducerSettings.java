package io.margay.producer.internal;

import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the producer inside the server. */
@DefinesSettings
public final class ProducerSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Records produced within the server");

  /** {@code margay.producer.memory.bytes}. */
  public static final Setting<Long> MARGAY_PRODUCER_MEMORY_BYTES = ALL.broker(LONG, "margay.producer.memory.bytes", 16_777_216L).from(1)
      .live()
      .doc("Bytes of heap for records that HTTP or other bundles produce inside the server and that are not written yet. Further "
          + "records are refused at once.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
