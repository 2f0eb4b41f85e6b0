package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings.Source;
import io.margay.spi.storage.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the settings of environment, Configuration Admin and file. It either passes valid settings on or reports everything that is
 * wrong with them. Later, an invalid setting is refused by itself, and its previous value stays in effect.
 *
 * <p>Calls may come from any thread; they run one after another.
 */
final class SettingsLoader {
  /** The process as it was started, replaceable in tests: environment variables, system properties, the machine's name, and the
   * listeners for changes. */
  record Surroundings(Map<String, String> environment, Map<String, String> system, Supplier<String> hostName,
      ChangeListeners listeners) { }

  /** Receives the result. Called under the loader's lock. */
  interface Outcome {
    /** Called once, when the settings are valid for the first time. */
    void onValid(LiveSettings settings);

    /** Called with all problems as long as there have been no valid settings. */
    void onInvalid(String message);
  }

  private static final Logger LOG = LoggerFactory.getLogger(SettingsLoader.class);

  private final KnownSettings known;
  private final String pid;
  private final String store;
  private final Surroundings surroundings;
  private final Directories directories;
  private final Layer environment;
  private final SettingsFile file;
  private final Outcome outcome;
  private Map<String, ?> properties;
  private Layer fromFile = Layer.empty(Source.STATIC_BROKER);
  private LiveSettings live;
  private TreeSet<String> saidWithoutEffect = new TreeSet<>();

  /**
   * @param known the definitions, which may change
   * @param pid the name of the configuration that the properties come from
   * @param store the file in which Configuration Admin keeps it, for messages, or null
   * @param surroundings the process as it was started
   * @param properties the properties from Configuration Admin, may be empty
   * @param outcome called with the result
   */
  SettingsLoader(KnownSettings known, String pid, String store, Surroundings surroundings, Map<String, ?> properties, Outcome outcome) {
    this.known = known;
    this.pid = pid;
    this.store = store;
    this.surroundings = surroundings;
    this.directories = Directories.find(surroundings.environment(), surroundings.system());
    this.environment = EnvironmentReader.read(surroundings.environment());
    this.file = new SettingsFile(directories.file(), directories::fill);
    this.properties = Map.copyOf(properties);
    this.outcome = outcome;
  }

  /** Reads and applies everything. */
  synchronized void load() {
    List<String> problems = new ArrayList<>();
    List<Layer> layers = read(problems);
    if (live != null) {
      problems.forEach(problem -> LOG.error("The previous settings of a file stay in effect: {}", problem));
      live.update(layers);
      sayWithoutEffect(layers);
      return;
    }
    problems.addAll(LayerCheck.problems(layers, definitions(layers)));
    if (problems.isEmpty()) {
      try {
        begin(layers, problems);
      } catch (InvalidSettingException e) {
        problems.add(origin(layers, e.setting()) + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      refuse(problems);
    }
  }

  /** Applies new properties of Configuration Admin. */
  synchronized void load(Map<String, ?> newProperties) {
    properties = Map.copyOf(newProperties);
    load();
  }

  /** Reads everything again if the file has changed. */
  synchronized void loadIfFileChanged() {
    try {
      if (!file.changed()) {
        return;
      }
    } catch (IOException e) {
      LOG.warn("Cannot check the settings file for changes: file={}", file, e);
      return;
    }
    load();
  }

  private List<Layer> read(List<String> problems) {
    try {
      fromFile = file.read();
    } catch (IOException e) {
      problems.add(file + ": cannot be read: " + e.getMessage());
    }
    return List.of(environment, ConfigAdminReader.read(properties, pid, store, directories::fill), fromFile);
  }

  private Definitions definitions(List<Layer> layers) {
    Set<String> names = new HashSet<>();
    layers.forEach(layer -> names.addAll(layer.entries().keySet()));
    return known.covering(names);
  }

  private void begin(List<Layer> layers, List<String> problems) {
    LiveSettings first = new LiveSettings(layers, known, directories, surroundings.hostName(), surroundings.listeners());
    try {
      Files.createDirectories(directories.data());
    } catch (IOException e) {
      problems.add("the data directory " + directories.data() + " cannot be made: " + e);
      return;
    }
    live = first;
    sayWithoutEffect(layers);
    Set<String> ofImages = EnvironmentReader.ofImages(surroundings.environment());
    if (!ofImages.isEmpty()) {
      LOG.info("Variables of container images that have no effect here: variables={}", ofImages);
    }
    LOG.info("Settings read: node.id={} data={} log.dirs={} listeners={} advertised.listeners={}", first.nodeId(),
        directories.data(), first.get(StorageSettings.LOG_DIRS), first.listeners(), first.advertisedListeners());
    outcome.onValid(first);
  }

  private void sayWithoutEffect(List<Layer> layers) {
    TreeSet<String> names = LayerCheck.withoutEffect(layers, definitions(layers));
    if (names.equals(saidWithoutEffect)) {
      return;
    }
    saidWithoutEffect = new TreeSet<>(names);
    if (names.remove("zookeeper.connect")) {
      LOG.warn("zookeeper.connect is set and not used: there is no ZooKeeper, the brokers keep the metadata");
    }
    if (!names.isEmpty()) {
      LOG.info("Settings that are set and have no effect here: settings={}", names);
    }
  }

  private void refuse(List<String> problems) {
    String list = String.join("\n  ", problems);
    String message = "The settings of this node are not valid:\n  " + list;
    LOG.error(message);
    outcome.onInvalid(message);
  }

  /** The place that gave a setting its value, or nothing when it is a default. */
  private static String origin(List<Layer> layers, String setting) {
    for (Layer layer : layers) {
      Entry entry = layer.entries().get(setting);
      if (entry != null) {
        return entry.origin() + ": ";
      }
    }
    return "";
  }

  /** The surroundings of this process, with listeners. */
  static Surroundings ofThisProcess(ChangeListeners listeners) {
    Map<String, String> system = new HashMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      system.put(name, System.getProperty(name));
    }
    return new Surroundings(System.getenv(), Map.copyOf(system), HostName::canonical, listeners);
  }
}
