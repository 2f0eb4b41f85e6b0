package io.margay.config.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partitioner.PartitionerSettings;
import io.margay.spi.security.AuthorizerSettings;
import io.margay.spi.security.SaslSettings;
import io.margay.spi.storage.StorageSettings;
import io.margay.spi.tls.TlsSettings;
import java.util.List;
import java.util.Map;

/** A few settings as parts define them, and what is known together with those of the contracts. */
final class SampleSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Samples");

  static final Setting<Integer> NUM_PARTITIONS = ALL.broker(INT, "num.partitions", 1).from(1).live().doc("Partitions.");
  static final Setting<Integer> DEFAULT_REPLICATION_FACTOR =
      ALL.broker(INT, "default.replication.factor", 1).from(1).live().doc("Replicas.");
  static final Setting<Boolean> AUTO_CREATE_TOPICS_ENABLE =
      ALL.broker(BOOLEAN, "auto.create.topics.enable", true).live().doc("Whether topics are created on demand.");
  static final Setting<Integer> FETCH_MAX_BYTES = ALL.broker(INT, "fetch.max.bytes", 57_671_680).from(1024).live().doc("Bytes.");
  static final Setting<Integer> NUM_NETWORK_THREADS = ALL.broker(INT, "num.network.threads", 3).from(1).doc("Threads.");
  static final Setting<Integer> CONSUMER_SESSION_TIMEOUT_MS = ALL.group(INT, "consumer.session.timeout.ms", 45_000).from(1)
      .synonyms("group.consumer.session.timeout.ms").inert().doc("Milliseconds.");
  static final Setting<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS = ALL.broker(INT, "group.consumer.session.timeout.ms", 45_000).live()
      .doc("Milliseconds.");
  static final Setting<String> SHARE_ISOLATION_LEVEL = ALL.group(STRING, "share.isolation.level", "read_uncommitted")
      .in("read_committed", "read_uncommitted").inert().doc("A level.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }

  /** What a node with these settings knows. */
  static KnownSettings known() {
    KnownSettings known = new KnownSettings(Map::of);
    for (SettingDefinitions part : List.of(new SampleSettings(), new IdentitySettings(), new LogSettings(), new LogDefaults(),
        new StorageSettings(), new LeaseSettings(), new AuthorizerSettings(), new ConsensusSettings(), new PartitionerSettings(),
        new InternalTopicSettings(), new TlsSettings(), new SaslSettings())) {
      known.define(part.getClass().getName(), part.catalogue().settings());
    }
    return known;
  }
}
