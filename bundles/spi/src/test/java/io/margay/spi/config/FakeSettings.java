package io.margay.spi.config;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The settings of broker 1 for tests: their defaults, and what the test sets. One file is the only source. Definitions are known
 * only after {@link #define}. Safe for all threads after that.
 */
public final class FakeSettings implements NodeSettings {
  private final Map<String, String> values = new ConcurrentHashMap<>();
  private final Map<Setting.Scope, Map<String, Setting<?>>> definitions = new EnumMap<>(Setting.Scope.class);
  private final List<Consumer<Set<String>>> changeListeners = new CopyOnWriteArrayList<>();
  private final List<NotApplied> notApplied = new CopyOnWriteArrayList<>();
  private Path dataDirectory = Path.of("data");
  private BrokerId nodeId = new BrokerId(1);
  private Endpoint quorumListener;

  /** All settings have their defaults. */
  public FakeSettings() {
    for (Setting.Scope scope : Setting.Scope.values()) {
      definitions.put(scope, new TreeMap<>());
    }
  }

  /**
   * @param id this broker's
   * @return this
   */
  public FakeSettings nodeId(BrokerId id) {
    nodeId = id;
    return this;
  }

  /**
   * @param listener that of the quorum
   * @return this
   */
  public FakeSettings quorumListener(Endpoint listener) {
    quorumListener = listener;
    return this;
  }

  @Override
  public Endpoint quorumListener() {
    return quorumListener;
  }

  /**
   * @param settings become known by name
   * @return this
   */
  public FakeSettings define(Collection<Setting<?>> settings) {
    settings.forEach(setting -> definitions.get(setting.scope()).put(setting.name(), setting));
    return this;
  }

  /**
   * Sets a value of the server, and calls the listeners.
   *
   * @param name the setting's name
   * @param text the value
   * @return this
   */
  public FakeSettings with(String name, String text) {
    values.put(name, text);
    changeListeners.forEach(listener -> listener.accept(Set.of(name)));
    return this;
  }

  /**
   * Sets a value of the server, and calls the listeners.
   *
   * @param setting the setting
   * @param text the value
   */
  public void set(Setting<?> setting, String text) {
    with(setting.name(), text);
  }

  /**
   * @param directory the data directory; not created
   * @return this
   */
  public FakeSettings in(Path directory) {
    dataDirectory = directory;
    return this;
  }

  private static <T> T value(Setting<T> setting, Map<String, String> texts) {
    String text = texts.get(setting.name());
    return text == null ? setting.defaultValue() : setting.parse(text);
  }

  @Override
  public <T> T get(Setting<T> setting) {
    return value(setting, values);
  }

  @Override
  public SettingValues topic(Map<String, String> overrides) {
    return new SettingValues() {
      @Override
      public <T> T get(Setting<T> setting) {
        try {
          return value(setting, overrides);
        } catch (InvalidSettingException e) {
          return setting.defaultValue();
        }
      }
    };
  }

  @Override
  public BrokerId nodeId() {
    return nodeId;
  }

  @Override
  public Path dataDirectory() {
    return dataDirectory;
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
  public Listeners listenersWith(Map<String, String> overrides) {
    String text = overrides.get("listeners");
    if (text == null) {
      return new Listeners(listeners(), advertisedListeners());
    }
    URI listener = URI.create(text);
    if (listener.getPort() > 65_535) {
      throw new InvalidSettingException("listeners", "expected a port from 0 to 65535");
    }
    List<Endpoint> would = List.of(new Endpoint(listener.getScheme(), "PLAINTEXT", listener.getHost(), listener.getPort()));
    return new Listeners(would, would);
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
  public List<Given> explain(Setting<?> setting, Map<String, String> overrides) {
    return explainAs(setting, overrides);
  }

  private <T> List<Given> explainAs(Setting<T> setting, Map<String, String> overrides) {
    List<Given> given = new ArrayList<>();
    if (overrides != null && overrides.containsKey(setting.name())) {
      Source source = setting.scope() == Setting.Scope.TOPIC ? Source.DYNAMIC_TOPIC : Source.GROUP;
      given.add(new Given(setting.name(), overrides.get(setting.name()), source, "Admin API"));
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

  /** @return what {@link #notApplied()} answers; the test may add to it */
  public List<NotApplied> refused() {
    return notApplied;
  }

  @Override
  public List<NotApplied> notApplied() {
    return List.copyOf(notApplied);
  }

  @Override
  public Registration onChange(Consumer<Set<String>> listener) {
    changeListeners.add(listener);
    return () -> changeListeners.remove(listener);
  }
}
