package io.margay.spi.config;

/** The current values of settings, of this broker or of one topic. Safe for all threads. */
@FunctionalInterface
public interface SettingValues {
  /**
   * @param setting a setting of the right scope
   * @param <T> its type
   * @return its current value; its default, which may be null, when it is not set
   */
  <T> T get(Setting<T> setting);
}
