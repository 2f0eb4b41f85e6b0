package io.margay.config.internal;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.ServerSettings;
import io.margay.spi.config.Setting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The settings of the broker at one moment, with every value worked out. Immutable, so that a read is one volatile read and one
 * look into a map.
 */
final class Snapshot {
  private final Resolver resolver;
  private final BrokerId nodeId;
  private final Map<String, Object> values;
  private final ListenerParser.Result listeners;
  private final List<String> notes;

  private Snapshot(Resolver resolver, BrokerId nodeId, Map<String, Object> values, ListenerParser.Result listeners,
      List<String> notes) {
    this.resolver = resolver;
    this.nodeId = nodeId;
    this.values = values;
    this.listeners = listeners;
    this.notes = List.copyOf(notes);
  }

  /**
   * Works the values out.
   *
   * @param layers the highest first, with nothing in them that is unknown or ill-typed
   * @param directories where relative paths lead to
   * @param hostName gives the canonical name of this machine, when it is needed
   * @throws InvalidSettingException when settings contradict each other
   */
  static Snapshot of(List<Layer> layers, Directories directories, Supplier<String> hostName) {
    Resolver resolver = new Resolver(layers);
    Map<String, Object> values = new HashMap<>();
    for (Setting<?> setting : Definitions.ALL.of(Setting.Scope.BROKER)) {
      Object value = resolver.resolve(setting, Map.of());
      if (value != null) {
        values.put(setting.name(), value);
      }
    }
    int nodeId = (Integer) values.get(ServerSettings.NODE_ID.name());
    requireOneId(layers, nodeId);
    values.put(ServerSettings.BROKER_ID.name(), nodeId);
    values.put(ServerSettings.LOG_DIRS.name(), directories.logDirs(resolver.resolve(ServerSettings.LOG_DIRS, Map.of())));
    String metadataDir = resolver.resolve(ServerSettings.METADATA_LOG_DIR, Map.of());
    values.put(ServerSettings.METADATA_LOG_DIR.name(), directories.belowData(metadataDir == null ? "metadata" : metadataDir));
    List<String> notes = new ArrayList<>();
    ListenerParser.Result listeners = listeners(resolver, hostName, notes);
    values.put(ServerSettings.INTER_BROKER_LISTENER_NAME.name(), interBrokerListener(resolver, listeners.bound()));
    return new Snapshot(resolver, new BrokerId(nodeId), Collections.unmodifiableMap(values), listeners, notes);
  }

  private static ListenerParser.Result listeners(Resolver resolver, Supplier<String> hostName, List<String> notes) {
    String protocols = resolver.resolve(ServerSettings.LISTENER_SECURITY_PROTOCOL_MAP, Map.of());
    List<String> controllers = resolver.resolve(ServerSettings.CONTROLLER_LISTENER_NAMES, Map.of());
    return new ListenerParser(protocols, controllers, hostName, notes::add)
        .parse(resolver.resolve(ServerSettings.LISTENERS, Map.of()),
            resolver.resolve(ServerSettings.ADVERTISED_LISTENERS, Map.of()));
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

  /** What was understood although it is not well written, for the log. */
  List<String> notes() {
    return notes;
  }

  @SuppressWarnings("unchecked") // a value was made by the setting of that name
  <T> T get(Setting<T> setting) {
    if (setting.scope() == Setting.Scope.BROKER) {
      Object value = values.get(setting.name());
      if (value != null || setting.synonyms().isEmpty()) {
        return (T) value;
      }
    }
    return resolver.resolve(setting, Map.of());
  }

  /** Names of the settings whose value is another one here than there. */
  Set<String> changedSince(Snapshot before) {
    Set<String> names = new HashSet<>(values.keySet());
    names.addAll(before.values.keySet());
    names.removeIf(name -> Objects.equals(values.get(name), before.values.get(name)));
    addListenerSettings(names, this, before);
    addListenerSettings(names, before, this);
    return Set.copyOf(names);
  }

  /** Settings for one listener alone are worked out only when they are asked for. */
  private static void addListenerSettings(Set<String> names, Snapshot one, Snapshot other) {
    for (Layer layer : one.resolver.layers()) {
      for (String name : layer.entries().keySet()) {
        Setting<?> setting = name.startsWith("listener.name.") ? Definitions.ALL.server(name) : null;
        if (setting != null && !Objects.equals(one.get(setting), other.get(setting))) {
          names.add(name);
        }
      }
    }
  }

  private static void requireOneId(List<Layer> layers, int nodeId) {
    for (Layer layer : layers) {
      Layer.Entry older = layer.entries().get(ServerSettings.BROKER_ID.name());
      if (older != null && !older.text().trim().equals("-1") && ServerSettings.BROKER_ID.parse(older.text()) != nodeId) {
        throw new InvalidSettingException(ServerSettings.BROKER_ID.name(), "Invalid value " + older.text()
            + " for configuration broker.id: expected the same as node.id, which is " + nodeId);
      }
    }
  }

  private static String interBrokerListener(Resolver resolver, List<Endpoint> bound) {
    String name = resolver.resolve(ServerSettings.INTER_BROKER_LISTENER_NAME, Map.of());
    if (name != null) {
      if (resolver.isSet(ServerSettings.SECURITY_INTER_BROKER_PROTOCOL)) {
        throw new InvalidSettingException(ServerSettings.INTER_BROKER_LISTENER_NAME.name(),
            "Both inter.broker.listener.name and security.inter.broker.protocol are set: expected only one of them");
      }
      return bound.stream().map(Endpoint::listener).filter(name::equalsIgnoreCase).findFirst().orElseThrow(() ->
          new InvalidSettingException(ServerSettings.INTER_BROKER_LISTENER_NAME.name(), "Invalid value " + name
              + " for configuration inter.broker.listener.name: expected a name that listeners has: "
              + String.join(", ", bound.stream().map(Endpoint::listener).toList())));
    }
    String protocol = resolver.resolve(ServerSettings.SECURITY_INTER_BROKER_PROTOCOL, Map.of());
    // a node alone needs no listener for other brokers, so that none with the protocol is no error here
    return bound.stream().filter(e -> e.protocol().equals(protocol)).findFirst().orElse(bound.get(0)).listener();
  }
}
