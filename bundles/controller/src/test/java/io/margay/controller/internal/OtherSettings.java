package io.margay.controller.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.controller.internal.session.SessionSettings;
import io.margay.controller.internal.state.ElectionSettings;
import io.margay.spi.config.Catalogue;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.config.SettingDefinitions;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.controller.LimitSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partitioner.PartitionerSettings;
import io.margay.spi.security.AuthorizerSettings;
import io.margay.spi.storage.StorageSettings;
import java.util.List;

/** A few settings that other parts define, for what the controller does with all settings alike. */
public final class OtherSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Others");

  static {
    ALL.broker(INT, "node.id", 1).from(0).doc("The number of this node.");
    ALL.broker(INT, "log.cleaner.threads", 1).from(0).live().doc("Threads that compact.");
    ALL.broker(PASSWORD, "ssl.key.password", null).perBroker().inert().doc("The password of the private key.");
    ALL.broker(STRING, "ssl.keystore.location", null).perBroker().inert().doc("The file with this node's key.");
    ALL.topic(BOOLEAN, "remote.storage.enable", false).inert().doc("Whether segments are copied to remote storage.");
    for (String role : List.of("leader", "follower")) {
      ALL.topic(LIST, role + ".replication.throttled.replicas", List.<String>of()).doc("Replicas that are throttled.");
    }
    ALL.group(INT, "consumer.session.timeout.ms", 45_000).from(1).synonyms("group.consumer.session.timeout.ms").inert()
        .doc("Milliseconds without a heartbeat.");
  }

  /** @return the settings of a node with all that the controller deals with */
  public static FakeSettings known() {
    FakeSettings settings = new FakeSettings();
    for (SettingDefinitions part : List.of(new LogSettings(), new LogDefaults(), new StorageSettings(), new LeaseSettings(), new AuthorizerSettings(),
        new PartitionerSettings(), new InternalTopicSettings(), new LimitSettings(), new ControllerSettings(), new ElectionSettings(),
        new SessionSettings(), new OtherSettings())) {
      settings.define(part.catalogue().settings());
    }
    return settings;
  }

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
