package io.margay.config.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of transactions that do nothing here. */
final class AcceptedTransactionSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Transactions, without effect");

  /** {@code transaction.two.phase.commit.enable}. */
  public static final Setting<Boolean> TRANSACTION_TWO_PHASE_COMMIT_ENABLE =
      ALL.broker(BOOLEAN, "transaction.two.phase.commit.enable", false).inert()
      .doc("Whether producers may prepare transactions for an external coordinator.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
