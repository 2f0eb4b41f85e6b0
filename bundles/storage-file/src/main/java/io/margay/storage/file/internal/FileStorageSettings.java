package io.margay.storage.file.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the file engine. */
@DefinesSettings
public final class FileStorageSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Files of logs");

  /** {@code log.flush.offset.checkpoint.interval.ms}. */
  public static final Setting<Integer> LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS =
      ALL.broker(INT, "log.flush.offset.checkpoint.interval.ms", 60_000).from(0)
      .doc("Milliseconds between two checkpoints of how far each log is on disk, where recovery after a crash starts.");
  /** {@code margay.index.cache.bytes}. */
  public static final Setting<Long> MARGAY_INDEX_CACHE_BYTES = ALL.broker(LONG, "margay.index.cache.bytes", 4_194_304L).from(65_536)
      .doc("Bytes of memory in which parts of the indexes of all segments on this node are kept.");
  /** {@code margay.segment.files.open.max}. */
  public static final Setting<Integer> MARGAY_SEGMENT_FILES_OPEN_MAX = ALL.broker(INT, "margay.segment.files.open.max", 0).from(0)
      .doc("Segment files that are kept open; 0 is half of the files that the process may open, at most 4096.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
