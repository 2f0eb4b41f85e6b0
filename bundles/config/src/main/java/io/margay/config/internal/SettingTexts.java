package io.margay.config.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.function.Function;

/**
 * The values of the node's settings by name, as text; null for a name that is no setting, and for a setting without a value.
 *
 * @param settings the values
 */
record SettingTexts(NodeSettings settings) implements Function<String, String> {
  @Override
  public String apply(String name) {
    Setting<?> setting = settings.definition(Setting.Scope.BROKER, name);
    return setting == null ? null : text(setting);
  }

  private <T> String text(Setting<T> setting) {
    T value = settings.get(setting);
    return value == null ? null : setting.type().format(value);
  }
}
