package io.margay.spi.controller;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.SHORT;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the internal topics, for the parts that create and use them. */
@DefinesSettings
public final class InternalTopicSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Topics of coordinators");

  /** {@code offsets.topic.num.partitions}. */
  public static final Setting<Integer> OFFSETS_TOPIC_NUM_PARTITIONS = ALL.broker(INT, "offsets.topic.num.partitions", 50).from(1)
      .doc("Partitions of the offsets topic when it is created; must not be changed afterwards.");
  /** {@code offsets.topic.replication.factor}. */
  public static final Setting<Short> OFFSETS_TOPIC_REPLICATION_FACTOR =
      ALL.broker(SHORT, "offsets.topic.replication.factor", (short) 3).from(1)
      .doc("Replicas of the offsets topic when it is created. A cluster with fewer brokers gets one replica per broker.");
  /** {@code transaction.state.log.num.partitions}. */
  public static final Setting<Integer> TRANSACTION_STATE_LOG_NUM_PARTITIONS =
      ALL.broker(INT, "transaction.state.log.num.partitions", 50).from(1)
      .doc("Partitions of the transaction topic when it is created; must not be changed afterwards.");
  /** {@code transaction.state.log.replication.factor}. */
  public static final Setting<Short> TRANSACTION_STATE_LOG_REPLICATION_FACTOR =
      ALL.broker(SHORT, "transaction.state.log.replication.factor", (short) 3).from(1)
      .doc("Replicas of the transaction topic when it is created. A cluster with fewer brokers gets one replica per broker.");
  /** {@code transaction.state.log.min.isr}. */
  public static final Setting<Integer> TRANSACTION_STATE_LOG_MIN_ISR = ALL.broker(INT, "transaction.state.log.min.isr", 2).from(1)
      .doc("In-sync replicas that a write to the transaction topic needs, set when it is created; at most its number of replicas.");
  /** {@code transaction.state.log.segment.bytes}. */
  public static final Setting<Integer> TRANSACTION_STATE_LOG_SEGMENT_BYTES =
      ALL.broker(INT, "transaction.state.log.segment.bytes", 104_857_600).from(1)
      .doc("Size in bytes of a segment of the transaction topic, set when it is created. Smaller segments are compacted and loaded faster.");
  /** {@code share.coordinator.state.topic.num.partitions}. */
  public static final Setting<Integer> SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS =
      ALL.broker(INT, "share.coordinator.state.topic.num.partitions", 50).from(1)
      .doc("Partitions of the share state topic when it is created; must not be changed afterwards.");
  /** {@code share.coordinator.state.topic.replication.factor}. */
  public static final Setting<Short> SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR =
      ALL.broker(SHORT, "share.coordinator.state.topic.replication.factor", (short) 3).from(1)
      .doc("Replicas of the share state topic when it is created. A cluster with fewer brokers gets one replica per broker.");
  /** {@code share.coordinator.state.topic.min.isr}. */
  public static final Setting<Short> SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR =
      ALL.broker(SHORT, "share.coordinator.state.topic.min.isr", (short) 2).from(1)
      .doc("In-sync replicas that a write to the share state topic needs, set when it is created; at most its number of replicas.");
  /** {@code share.coordinator.state.topic.segment.bytes}. */
  public static final Setting<Integer> SHARE_COORDINATOR_STATE_TOPIC_SEGMENT_BYTES =
      ALL.broker(INT, "share.coordinator.state.topic.segment.bytes", 104_857_600).from(1)
      .doc("Size in bytes of a segment of the share state topic, set when it is created.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
