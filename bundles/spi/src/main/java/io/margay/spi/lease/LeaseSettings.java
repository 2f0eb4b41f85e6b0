package io.margay.spi.lease;

import static io.margay.spi.config.SettingType.INT;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the wait for a part that is being replaced. */
@DefinesSettings
public final class LeaseSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Parts that are replaced");

  /** {@code margay.handler.wait.ms}. */
  public static final Setting<Integer> MARGAY_HANDLER_WAIT_MS = ALL.broker(INT, "margay.handler.wait.ms", 30_000).from(0).live()
      .doc("Milliseconds that requests wait for a part of the server that is being replaced, before they get a retriable error.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
