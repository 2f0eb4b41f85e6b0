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
      .doc("The directory of the metadata log, a relative one below the data directory; metadata when not set.");
  /** {@code metadata.log.max.record.bytes.between.snapshots}. */
  public static final Setting<Long> METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS = ALL.broker(LONG, "metadata.log.max.record.bytes.between.snapshots", 20_971_520L).from(1)
      .doc("Bytes of the metadata log after which a snapshot is written; many small changes bring one sooner.");
  /** {@code margay.metadata.queue.bytes}. */
  public static final Setting<Integer> MARGAY_METADATA_QUEUE_BYTES =
      ALL.broker(INT, "margay.metadata.queue.bytes", 16 << 20).from(65_536)
      .doc("Bytes of metadata changes that may wait to be written, and of a single one; what does not fit is refused.");
  /** {@code margay.cluster.id}. */
  public static final Setting<String> MARGAY_CLUSTER_ID = ALL.broker(STRING, "margay.cluster.id", null)
      .matching("[A-Za-z0-9._-]{1,255}", "1 to 255 letters, digits, dots, dashes and underscores")
      .doc("The id of a new cluster, or of the one that the data must belong to; a random one when not set. "
          + "The environment variables CLUSTER_ID, KAFKA_CLUSTER_ID and KAFKA_KRAFT_CLUSTER_ID give it, too.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
