package io.margay.producer.internal;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Settings that have their defaults, except for what a topic overrides. */
final class FakeSettings implements NodeSettings {
  @Override
  public <T> T get(Setting<T> setting) {
    return setting.defaultValue();
  }

  @Override
  public BrokerId nodeId() {
    return new BrokerId(1);
  }

  @Override
  public Path dataDirectory() {
    return Path.of("data");
  }

  @Override
  public List<Endpoint> listeners() {
    return advertisedListeners();
  }

  @Override
  public List<Endpoint> advertisedListeners() {
    return List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 9092));
  }

  @Override
  public Collection<Setting<?>> definitions(Setting.Scope scope) {
    return List.of();
  }

  @Override
  public Setting<?> definition(Setting.Scope scope, String name) {
    return null;
  }

  @Override
  public SettingValues topic(Map<String, String> overrides) {
    return new SettingValues() {
      @Override
      public <T> T get(Setting<T> setting) {
        String text = overrides.get(setting.name());
        return text == null ? setting.defaultValue() : setting.parse(text);
      }
    };
  }

  @Override
  public List<Given> explain(Setting<?> setting, Map<String, String> overrides) {
    return List.of();
  }

  @Override
  public Registration onChange(Consumer<Set<String>> listener) {
    return () -> { };
  }
}
