package io.margay.audit.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of what is done with recorded events. */
@DefinesSettings
public final class SinkSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Audit: where events go");

  /** {@code margay.audit.sinks}. */
  static final Setting<List<String>> MARGAY_AUDIT_SINKS = ALL.broker(LIST, "margay.audit.sinks", List.of(FileSink.NAME)).live()
      .doc("Where changes, failed logins and denied requests are recorded: a list of file (files in the data directory), topic (the topic "
          + "__margay_audit) and names of sinks that other bundles provide. Empty for nowhere.");
  /** {@code margay.audit.max.events.per.second}. */
  static final Setting<Integer> MARGAY_AUDIT_MAX_EVENTS_PER_SECOND =
      ALL.broker(INT, "margay.audit.max.events.per.second", 500).range(1, 1_000_000).live()
      .doc("Events that are recorded per second. More wait in queues of margay.audit.queue.bytes; what does not fit there is dropped and counted.");
  /** {@code margay.audit.file.bytes}. */
  static final Setting<Long> MARGAY_AUDIT_FILE_BYTES = ALL.broker(LONG, "margay.audit.file.bytes", 10L << 20).range(4096, 1L << 40).live()
      .doc("Size in bytes at which a file of recorded events ends and the next one begins.");
  /** {@code margay.audit.file.count}. */
  static final Setting<Integer> MARGAY_AUDIT_FILE_COUNT = ALL.broker(INT, "margay.audit.file.count", 5).range(1, 10_000).live()
      .doc("Files of recorded events that are kept.");
  /** {@code margay.audit.topic.partitions}. */
  static final Setting<Integer> MARGAY_AUDIT_TOPIC_PARTITIONS = ALL.broker(INT, "margay.audit.topic.partitions", 1).from(1)
      .doc("Partitions of the topic __margay_audit when it is created. All events of a node are in the same one.");
  /** {@code margay.audit.topic.replication.factor}. */
  static final Setting<Integer> MARGAY_AUDIT_TOPIC_REPLICATION_FACTOR = ALL.broker(INT, "margay.audit.topic.replication.factor", 3).from(1)
      .doc("Replicas of the topic __margay_audit when it is created. A cluster with fewer brokers gets one replica per broker.");
  /** {@code margay.audit.topic.retention.ms}. */
  static final Setting<Long> MARGAY_AUDIT_TOPIC_RETENTION_MS = ALL.broker(LONG, "margay.audit.topic.retention.ms", 2_592_000_000L).from(-1)
      .doc("retention.ms of the topic __margay_audit when it is created; afterwards the topic's own setting counts.");
  /** {@code margay.audit.topic.retention.bytes}. */
  static final Setting<Long> MARGAY_AUDIT_TOPIC_RETENTION_BYTES = ALL.broker(LONG, "margay.audit.topic.retention.bytes", 1L << 30).from(-1)
      .doc("retention.bytes of the topic __margay_audit when it is created; afterwards the topic's own setting counts.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
