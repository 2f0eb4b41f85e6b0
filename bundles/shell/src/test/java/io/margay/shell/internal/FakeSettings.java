package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.config.Catalogue;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Settings that have their defaults, except for what a topic overrides. */
final class FakeSettings implements NodeSettings {
  private static final Setting<Integer> NUM_PARTITIONS =
      new Catalogue("test").broker(SettingType.INT, "num.partitions", 1).from(1).live().doc("Partitions of a new topic.");

  final List<NotApplied> notApplied = new ArrayList<>();

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
    return scope == Setting.Scope.TOPIC ? List.of(LogSettings.CLEANUP_POLICY, LogSettings.FLUSH_MS)
        : scope == Setting.Scope.BROKER ? List.of(NUM_PARTITIONS) : List.of();
  }

  @Override
  public Setting<?> definition(Setting.Scope scope, String name) {
    return definitions(scope).stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
  }

  @Override
  public SettingValues topic(Map<String, String> overrides) {
    return this;
  }

  @Override
  public List<Given> explain(Setting<?> setting, Map<String, String> overrides) {
    List<Given> given = new ArrayList<>();
    if (overrides != null && overrides.containsKey(setting.name())) {
      given.add(new Given(setting.name(), overrides.get(setting.name()), Source.DYNAMIC_TOPIC, "Admin API"));
    }
    given.add(new Given(setting.name(), String.valueOf(setting.defaultValue()), Source.DEFAULT, "default"));
    return given;
  }

  @Override
  public List<NotApplied> notApplied() {
    return notApplied;
  }

  @Override
  public Registration onChange(Consumer<Set<String>> listener) {
    return () -> { };
  }
}
