package io.margay.spi.storage;

import static io.margay.spi.config.SettingType.LIST;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of where logs are stored; storage engines read them. */
@DefinesSettings
public final class StorageSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Log directories");

  /** {@code log.dir}. */
  public static final Setting<List<String>> LOG_DIR = ALL.broker(LIST, "log.dir", null)
      .doc("Directories of the logs, used when log.dirs is not set.");
  /** {@code log.dirs}. */
  public static final Setting<List<String>> LOG_DIRS = ALL.broker(LIST, "log.dirs", null).synonyms("log.dir")
      .doc("Directories of the logs. Relative paths are resolved against the data directory. When not set: logs.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
