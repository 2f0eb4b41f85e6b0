package io.margay.benchmarks;

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

/** The settings of broker 1: the defaults, but for those that are given. They never change. */
public final class BenchmarkSettings implements NodeSettings {
  private final Path dataDirectory;
  private final Map<String, String> given;

  /**
   * @param dataDirectory exists
   * @param given settings of the server by name, as text
   */
  public BenchmarkSettings(Path dataDirectory, Map<String, String> given) {
    this.dataDirectory = dataDirectory;
    this.given = Map.copyOf(given);
  }

  private static <T> T value(Setting<T> setting, Map<String, String> texts) {
    String text = texts.get(setting.name());
    return text == null ? setting.defaultValue() : setting.parse(text);
  }

  @Override
  public <T> T get(Setting<T> setting) {
    return value(setting, given);
  }

  @Override
  public SettingValues topic(Map<String, String> overrides) {
    return new SettingValues() {
      @Override
      public <T> T get(Setting<T> setting) {
        return value(setting, overrides);
      }
    };
  }

  @Override
  public BrokerId nodeId() {
    return new BrokerId(1);
  }

  @Override
  public Path dataDirectory() {
    return dataDirectory;
  }

  @Override
  public List<Endpoint> listeners() {
    return List.of();
  }

  @Override
  public List<Endpoint> advertisedListeners() {
    return List.of();
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
  public List<Given> explain(Setting<?> setting, Map<String, String> overrides) {
    return List.of();
  }

  @Override
  public Registration onChange(Consumer<Set<String>> listener) {
    return () -> { };
  }
}
