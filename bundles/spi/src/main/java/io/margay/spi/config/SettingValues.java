package io.margay.spi.config;

/** Something that knows the values of settings, of this broker or of one topic. Always the newest. Safe for all threads. */
@FunctionalInterface
public interface SettingValues {
  /**
   * @param setting a setting of the right scope
   * @param <T> its type
   * @return its value now; its default when nobody set it, which may be null
   */
  <T> T get(Setting<T> setting);
}
