package io.margay.spi.config;

import java.util.Objects;

/**
 * The settings of one listener: those with its prefix, and else those of the broker. Safe for all threads.
 */
public final class ListenerValues implements SettingValues {
  private final SettingValues broker;
  private final String listener;
  private final String mechanism;

  /**
   * @param broker the settings of the broker
   * @param listener the listener's name
   * @param mechanism the SASL mechanism whose settings are wanted, or null
   */
  public ListenerValues(SettingValues broker, String listener, String mechanism) {
    this.broker = Objects.requireNonNull(broker, "broker");
    this.listener = Objects.requireNonNull(listener, "listener");
    this.mechanism = mechanism;
  }

  /** {@inheritDoc} */
  @Override
  public <T> T get(Setting<T> setting) {
    return broker.get(setting.ofListener(listener, mechanism));
  }
}
