package io.margay.controller.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.SettingDefinitions;

/** A few settings that other parts define, for what the controller does with all settings alike. */
final class OtherSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Others");

  static {
    ALL.broker(INT, "node.id", 1).from(0).doc("The number of this node.");
    ALL.broker(INT, "log.cleaner.threads", 1).from(0).live().doc("Threads that compact.");
    ALL.broker(PASSWORD, "ssl.key.password", null).perBroker().inert().doc("The password of the private key.");
    ALL.broker(STRING, "ssl.keystore.location", null).perBroker().inert().doc("The file with this node's key.");
    ALL.group(INT, "consumer.session.timeout.ms", 45_000).from(1).synonyms("group.consumer.session.timeout.ms").inert()
        .doc("Milliseconds without a heartbeat.");
  }

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
