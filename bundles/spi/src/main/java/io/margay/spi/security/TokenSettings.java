package io.margay.spi.security;

import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.PASSWORD;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of delegation tokens. */
@DefinesSettings
public final class TokenSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Delegation tokens");

  /** {@code delegation.token.secret.key}. */
  public static final Setting<String> SECRET_KEY = ALL.broker(PASSWORD, "delegation.token.secret.key", null)
      .doc("The secret from which the secrets of delegation tokens are computed, the same at each broker. Without it there are no delegation"
          + " tokens. With another one, tokens from before are worth nothing.");
  /** {@code delegation.token.max.lifetime.ms}. */
  public static final Setting<Long> MAX_LIFETIME_MS = ALL.broker(LONG, "delegation.token.max.lifetime.ms", 604_800_000L).from(1)
      .doc("Milliseconds after which a delegation token cannot be renewed.");
  /** {@code delegation.token.expiry.time.ms}. */
  public static final Setting<Long> EXPIRY_TIME_MS = ALL.broker(LONG, "delegation.token.expiry.time.ms", 86_400_000L).from(1)
      .doc("Milliseconds that a delegation token is valid unless it is renewed.");
  /** {@code delegation.token.expiry.check.interval.ms}. */
  public static final Setting<Long> EXPIRY_CHECK_INTERVAL_MS = ALL.broker(LONG, "delegation.token.expiry.check.interval.ms", 3_600_000L).from(1)
      .doc("Milliseconds between two checks for delegation tokens that have expired, which are removed then.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
