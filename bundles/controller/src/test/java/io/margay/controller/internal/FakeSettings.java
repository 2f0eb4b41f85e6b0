package io.margay.controller.internal;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import io.margay.spi.config.SettingValues;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.controller.LimitSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partitioner.PartitionerSettings;
import io.margay.spi.storage.StorageSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The settings of a node from a map, with one file as the only source. */
public final class FakeSettings implements NodeSettings {
  private final int nodeId;
  private final Map<String, String> values = new ConcurrentHashMap<>();
  private final Map<Setting.Scope, Map<String, Setting<?>>> definitions = new TreeMap<>();

  /** @param nodeId this node's id */
  public FakeSettings(int nodeId) {
    this.nodeId = nodeId;
    for (Setting.Scope scope : Setting.Scope.values()) {
      definitions.put(scope, new TreeMap<>());
    }
    for (SettingDefinitions part : List.of(new LogSettings(), new LogDefaults(), new StorageSettings(), new LeaseSettings(),
        new PartitionerSettings(), new InternalTopicSettings(), new LimitSettings(), new ControllerSettings(), new OtherSettings())) {
      part.catalogue().settings().forEach(s -> definitions.get(s.scope()).put(s.name(), s));
    }
  }

  /** Sets a value of the server. */
  public FakeSettings with(String name, String value) {
    values.put(name, value);
    return this;
  }

  @Override
  public <T> T get(Setting<T> setting) {
    String text = values.get(setting.name());
    return text == null ? setting.defaultValue() : setting.parse(text);
  }

  @Override
  public BrokerId nodeId() {
    return new BrokerId(nodeId);
  }

  @Override
  public Path dataDirectory() {
    return Path.of(".");
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
    return definitions.get(scope).values();
  }

  @Override
  public Setting<?> definition(Setting.Scope scope, String name) {
    return definitions.get(scope).get(name);
  }

  @Override
  public SettingValues topic(Map<String, String> overrides) {
    return new SettingValues() {
      @Override
      public <T> T get(Setting<T> setting) {
        try {
          return overrides.containsKey(setting.name()) ? setting.parse(overrides.get(setting.name())) : setting.defaultValue();
        } catch (InvalidSettingException e) {
          return setting.defaultValue();
        }
      }
    };
  }

  @Override
  public List<Given> explain(Setting<?> setting, Map<String, String> overrides) {
    return explainAs(setting, overrides);
  }

  private <T> List<Given> explainAs(Setting<T> setting, Map<String, String> overrides) {
    List<Given> given = new ArrayList<>();
    if (overrides != null && overrides.containsKey(setting.name())) {
      Source source = setting.scope() == Setting.Scope.TOPIC ? Source.DYNAMIC_TOPIC : Source.GROUP;
      given.add(new Given(setting.name(), overrides.get(setting.name()), source, "test"));
    }
    List<String> names = new ArrayList<>(List.of(setting.name()));
    names.addAll(setting.synonyms());
    for (String name : names) {
      if (values.containsKey(name)) {
        given.add(new Given(name, values.get(name), Source.STATIC_BROKER, "test"));
      }
    }
    given.add(new Given(setting.name(), setting.type().format(setting.defaultValue()), Source.DEFAULT, "default"));
    return given;
  }

  @Override
  public Registration onChange(Consumer<Set<String>> listener) {
    return () -> { };
  }
}
