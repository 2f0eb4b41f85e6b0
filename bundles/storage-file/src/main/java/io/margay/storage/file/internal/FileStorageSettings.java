package io.margay.storage.file.internal;

import static io.margay.spi.config.SettingType.INT;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the file engine. */
@DefinesSettings
public final class FileStorageSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Files of logs");

  /** {@code log.flush.offset.checkpoint.interval.ms}. */
  public static final Setting<Integer> LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS = ALL.broker(INT, "log.flush.offset.checkpoint.interval.ms", 60_000).from(0)
      .doc("Milliseconds between two notes of how far each log is on disk, from where recovery after a crash starts.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
