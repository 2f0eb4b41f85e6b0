package io.margay.spi.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The settings of a broker: what parts read as constants, and in {@link #all()} also the names of Kafka's, old and new, that
 * are accepted and do nothing here. The constants stand by domain in the interfaces of this package that it inherits from.
 */
public final class ServerSettings
    implements SettingsNetwork, SettingsLog, SettingsReplication, SettingsGroups, SettingsTransactions, SettingsSecurity {
  private static final List<Setting<?>> ALL = join();

  private ServerSettings() { }

  /** @return all of them, also those without effect, by name */
  public static List<Setting<?>> all() {
    return ALL;
  }

  /**
   * A setting as it may be given for one listener: {@code listener.name.<listener>.<setting>}, or
   * {@code listener.name.<listener>.<mechanism>.<setting>} for one SASL mechanism of it.
   *
   * @param setting a setting of this catalogue
   * @param listener the listener's name, in any case
   * @param mechanism the SASL mechanism's name, in any case, or null
   * @param <T> the setting's type
   * @return its definition; where it is not set, the value of the setting without prefix counts
   */
  public static <T> Setting<T> ofListener(Setting<T> setting, String listener, String mechanism) {
    String name = "listener.name." + listener.toLowerCase(Locale.ROOT) + "."
        + (mechanism == null ? "" : mechanism.toLowerCase(Locale.ROOT) + ".") + setting.name();
    return new Setting<>(name, setting.type(), setting.defaultValue(), setting.check(), setting.scope(), setting.update(),
        setting.effective(), List.of(setting.name()), setting.documentation());
  }

  private static List<Setting<?>> join() {
    List<Setting<?>> all = new ArrayList<>(Define.constantsOf(ServerSettings.class));
    all.addAll(AcceptedSettings.all());
    all.sort(Comparator.comparing(Setting::name));
    return List.copyOf(all);
  }
}
