package io.margay.config.internal;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.storage.StorageSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The settings of the broker at one moment, with all values evaluated. Immutable, so a read costs one volatile read and one
 * map lookup.
 */
final class Snapshot {
  /** The value of a setting, with its type; null when it has no value. */
  private record Value(SettingType<?> type, Object value) { }

  private final Resolver resolver;
  private final BrokerId nodeId;
  private final Map<String, Value> values;
  private final ListenerParser.Result listeners;
  private final List<String> notes;

  private Snapshot(Resolver resolver, BrokerId nodeId, Map<String, Value> values, ListenerParser.Result listeners,
      List<String> notes) {
    this.resolver = resolver;
    this.nodeId = nodeId;
    this.values = values;
    this.listeners = listeners;
    this.notes = List.copyOf(notes);
  }

  /**
   * Evaluates the settings.
   *
   * @param layers the highest first, without unknown or ill-typed entries
   * @param known the definitions
   * @param directories resolve relative paths
   * @param hostName gives the canonical name of this machine, when it is needed
   * @throws InvalidSettingException when settings contradict each other
   */
  static Snapshot of(List<Layer> layers, Definitions known, Directories directories, Supplier<String> hostName) {
    Resolver resolver = new Resolver(layers, known);
    Map<String, Value> values = new HashMap<>();
    for (Setting<?> setting : known.ofBrokers()) {
      values.put(setting.name(), new Value(setting.type(), resolver.resolve(setting, Map.of())));
    }
    int nodeId = resolver.resolve(IdentitySettings.NODE_ID, Map.of());
    requireOneId(layers, nodeId);
    put(values, IdentitySettings.BROKER_ID, nodeId);
    put(values, StorageSettings.LOG_DIRS, directories.logDirs(resolver.resolve(StorageSettings.LOG_DIRS, Map.of())));
    String metadataDir = resolver.resolve(ConsensusSettings.METADATA_LOG_DIR, Map.of());
    put(values, ConsensusSettings.METADATA_LOG_DIR, directories.belowData(metadataDir == null ? "metadata" : metadataDir));
    List<String> notes = new ArrayList<>();
    ListenerParser.Result listeners = listeners(resolver, hostName, notes);
    put(values, IdentitySettings.INTER_BROKER_LISTENER_NAME, interBrokerListener(resolver, listeners.bound()));
    return new Snapshot(resolver, new BrokerId(nodeId), Collections.unmodifiableMap(values), listeners, notes);
  }

  private static <T> void put(Map<String, Value> values, Setting<T> setting, T value) {
    values.put(setting.name(), new Value(setting.type(), value));
  }

  private static ListenerParser.Result listeners(Resolver resolver, Supplier<String> hostName, List<String> notes) {
    String protocols = resolver.resolve(IdentitySettings.LISTENER_SECURITY_PROTOCOL_MAP, Map.of());
    List<String> controllers = resolver.resolve(IdentitySettings.CONTROLLER_LISTENER_NAMES, Map.of());
    return new ListenerParser(resolver.isSet(IdentitySettings.LISTENER_SECURITY_PROTOCOL_MAP) ? protocols : openQuorum(controllers) + protocols,
        controllers, hostName, notes::add)
        .parse(resolver.resolve(IdentitySettings.LISTENERS, Map.of()),
            resolver.resolve(IdentitySettings.ADVERTISED_LISTENERS, Map.of()));
  }

  /** As in Kafka, names of controllers need no entry in a map that is not set. What the default map has comes after these, and wins. */
  private static String openQuorum(List<String> controllers) {
    return controllers.stream().map(name -> name + ":PLAINTEXT,").collect(Collectors.joining());
  }

  BrokerId nodeId() {
    return nodeId;
  }

  Resolver resolver() {
    return resolver;
  }

  List<Endpoint> listeners() {
    return listeners.bound();
  }

  List<Endpoint> advertisedListeners() {
    return listeners.advertised();
  }

  Endpoint quorumListener() {
    return listeners.quorum();
  }

  /** Notes for the log about values that were understood but are badly written. */
  List<String> notes() {
    return notes;
  }

  @SuppressWarnings("unchecked") // the value was parsed by the setting of that name
  <T> T get(Setting<T> setting) {
    if (setting.scope() == Setting.Scope.BROKER) {
      Value known = values.get(setting.name());
      // of another type: the part was just updated, and its new definitions are not known yet
      if (known != null && known.type == setting.type() && (known.value != null || setting.synonyms().isEmpty())) {
        return (T) known.value;
      }
    }
    return resolver.resolve(setting, Map.of());
  }

  /** Names of the settings whose values differ; a setting that only one of the snapshots knows is not among them. */
  Set<String> changedSince(Snapshot before) {
    Set<String> names = new HashSet<>(values.keySet());
    names.retainAll(before.values.keySet());
    names.removeIf(name -> Objects.equals(values.get(name).value, before.values.get(name).value));
    addListenerSettings(names, this, before);
    addListenerSettings(names, before, this);
    return Set.copyOf(names);
  }

  /** Settings of a single listener are evaluated only when they are read. */
  private static void addListenerSettings(Set<String> names, Snapshot one, Snapshot other) {
    for (Layer layer : one.resolver.layers()) {
      for (String name : layer.entries().keySet()) {
        Setting<?> setting = name.startsWith("listener.name.") ? one.resolver.known().broker(name) : null;
        if (setting != null && !Objects.equals(one.get(setting), other.get(setting))) {
          names.add(name);
        }
      }
    }
  }

  private static void requireOneId(List<Layer> layers, int nodeId) {
    for (Layer layer : layers) {
      Layer.Entry older = layer.entries().get(IdentitySettings.BROKER_ID.name());
      if (older != null && !older.text().trim().equals("-1") && IdentitySettings.BROKER_ID.parse(older.text()) != nodeId) {
        throw new InvalidSettingException(IdentitySettings.BROKER_ID.name(), "Invalid value " + older.text()
            + " for configuration broker.id: expected the same as node.id, which is " + nodeId);
      }
    }
  }

  private static String interBrokerListener(Resolver resolver, List<Endpoint> bound) {
    String name = resolver.resolve(IdentitySettings.INTER_BROKER_LISTENER_NAME, Map.of());
    if (name != null) {
      if (resolver.isSet(IdentitySettings.SECURITY_INTER_BROKER_PROTOCOL)) {
        throw new InvalidSettingException(IdentitySettings.INTER_BROKER_LISTENER_NAME.name(),
            "Both inter.broker.listener.name and security.inter.broker.protocol are set: expected only one of them");
      }
      return bound.stream().map(Endpoint::listener).filter(name::equalsIgnoreCase).findFirst().orElseThrow(() ->
          new InvalidSettingException(IdentitySettings.INTER_BROKER_LISTENER_NAME.name(), "Invalid value " + name
              + " for configuration inter.broker.listener.name: expected a name that listeners has: "
              + String.join(", ", bound.stream().map(Endpoint::listener).toList())));
    }
    String protocol = resolver.resolve(IdentitySettings.SECURITY_INTER_BROKER_PROTOCOL, Map.of());
    // a single node needs no listener for other brokers, so a missing one is not an error here
    return bound.stream().filter(e -> e.protocol().equals(protocol)).findFirst().orElse(bound.get(0)).listener();
  }
}
