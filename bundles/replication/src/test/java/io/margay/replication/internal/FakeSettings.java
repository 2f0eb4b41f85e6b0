package io.margay.replication.internal;

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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Settings with their defaults, and what the test sets. */
public final class FakeSettings implements NodeSettings {
  private final Map<String, String> values = new ConcurrentHashMap<>();
  private final List<Consumer<Set<String>>> listeners = new CopyOnWriteArrayList<>();

  /** Changes a setting of the server and tells the listeners. */
  public void set(Setting<?> setting, String text) {
    values.put(setting.name(), text);
    listeners.forEach(listener -> listener.accept(Set.of(setting.name())));
  }

  @Override
  public <T> T get(Setting<T> setting) {
    String text = values.get(setting.name());
    return text == null ? setting.defaultValue() : setting.parse(text);
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
  public BrokerId nodeId() {
    return new BrokerId(1);
  }

  @Override
  public Path dataDirectory() {
    throw new UnsupportedOperationException();
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
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
