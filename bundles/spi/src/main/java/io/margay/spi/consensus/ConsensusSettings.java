package io.margay.spi.consensus;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the metadata log, for each implementation of it. */
@DefinesSettings
public final class ConsensusSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("The metadata log");

  /** {@code metadata.log.dir}. */
  public static final Setting<String> METADATA_LOG_DIR = ALL.broker(STRING, "metadata.log.dir", null)
      .doc("Directory of the metadata log. A relative path is resolved against the data directory. When not set: metadata.");
  /** {@code metadata.log.max.record.bytes.between.snapshots}. */
  public static final Setting<Long> METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS =
      ALL.broker(LONG, "metadata.log.max.record.bytes.between.snapshots", 20_971_520L).from(1)
      .doc("Bytes of the metadata log after which a snapshot is written. Many small changes cause one earlier.");
  /** {@code margay.metadata.queue.bytes}. */
  public static final Setting<Integer> MARGAY_METADATA_QUEUE_BYTES =
      ALL.broker(INT, "margay.metadata.queue.bytes", 16 << 20).from(65_536)
      .doc("Bytes of metadata changes that may wait to be written; also the largest size of one change. A change that does not "
          + "fit is refused.");
  /** {@code margay.cluster.id}. */
  public static final Setting<String> MARGAY_CLUSTER_ID = ALL.broker(STRING, "margay.cluster.id", null)
      .matching("[A-Za-z0-9._-]{1,255}", "1 to 255 letters, digits, dots, dashes and underscores")
      .doc("Id of a new cluster, and the id that existing data must have. When not set, a new cluster gets a random id. "
          + "The environment variables CLUSTER_ID, KAFKA_CLUSTER_ID and KAFKA_KRAFT_CLUSTER_ID set it as well.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
