package io.margay.config.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of topics that do nothing here. */
final class AcceptedTopicSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Topics, without effect");

  /** {@code file.delete.delay.ms}. */
  public static final Setting<Long> FILE_DELETE_DELAY_MS = ALL.topic(LONG, "file.delete.delay.ms", 60_000L)
      .from(0).synonyms("log.segment.delete.delay.ms").inert()
      .doc("Milliseconds between the removal of a segment from the log and the deletion of its files.");
  /** {@code local.retention.bytes}. */
  public static final Setting<Long> LOCAL_RETENTION_BYTES = ALL.topic(LONG, "local.retention.bytes", -2L)
      .from(-2).synonyms("log.local.retention.bytes").inert()
      .doc("Bytes that are kept locally when the topic has remote storage; -2 means retention.bytes.");
  /** {@code local.retention.ms}. */
  public static final Setting<Long> LOCAL_RETENTION_MS = ALL.topic(LONG, "local.retention.ms", -2L)
      .from(-2).synonyms("log.local.retention.ms").inert()
      .doc("Milliseconds that records are kept locally when the topic has remote storage; -2 means retention.ms.");
  /** {@code remote.copy.lag.bytes}. */
  public static final Setting<Long> REMOTE_COPY_LAG_BYTES = ALL.topic(LONG, "remote.copy.lag.bytes", -1L)
      .from(-1).synonyms("log.remote.copy.lag.bytes").inert()
      .doc("Bytes that need not be copied to remote storage yet.");
  /** {@code remote.copy.lag.ms}. */
  public static final Setting<Long> REMOTE_COPY_LAG_MS = ALL.topic(LONG, "remote.copy.lag.ms", 0L)
      .from(-1).synonyms("log.remote.copy.lag.ms").inert()
      .doc("Milliseconds before a segment must be copied to remote storage.");
  /** {@code remote.log.copy.disable}. */
  public static final Setting<Boolean> REMOTE_LOG_COPY_DISABLE = ALL.topic(BOOLEAN, "remote.log.copy.disable", false).inert()
      .doc("Whether copying to remote storage is disabled.");
  /** {@code remote.log.delete.on.disable}. */
  public static final Setting<Boolean> REMOTE_LOG_DELETE_ON_DISABLE = ALL.topic(BOOLEAN, "remote.log.delete.on.disable", false)
      .inert()
      .doc("Whether remote data is deleted when remote storage is disabled.");
  /** {@code remote.storage.enable}. */
  public static final Setting<Boolean> REMOTE_STORAGE_ENABLE = ALL.topic(BOOLEAN, "remote.storage.enable", false).inert()
      .doc("Whether the topic's segments are copied to remote storage.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
