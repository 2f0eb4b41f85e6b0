package io.margay.spi.config;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The settings of this node, merged from these sources, the strongest first: dynamic for this broker, dynamic for all brokers,
 * environment, files, default. The service is registered only when all given settings are known and valid. Safe for all threads.
 */
@ProviderType
public interface NodeSettings extends SettingValues {
  /** Where a value comes from, with the code in DescribeConfigs. */
  enum Source {
    /** Set on the topic. */
    DYNAMIC_TOPIC((byte) 1),
    /** Set for this broker through the Admin API. */
    DYNAMIC_BROKER((byte) 2),
    /** Set for all brokers through the Admin API. */
    DYNAMIC_DEFAULT_BROKER((byte) 3),
    /** Set in a file or in the environment. */
    STATIC_BROKER((byte) 4),
    /** Not set. */
    DEFAULT((byte) 5),
    /** Set on the subscription to metrics of clients. */
    CLIENT_METRICS((byte) 7),
    /** Set on the group. */
    GROUP((byte) 8);

    private final byte code;

    Source(byte code) {
      this.code = code;
    }

    /** @return the code on the wire */
    public byte code() {
      return code;
    }
  }

  /**
   * One place that gives a value.
   *
   * @param name the name under which the value was set, which may be a synonym
   * @param text the value in its canonical form ({@link Setting#canonical}), or null
   * @param source the kind of place
   * @param origin describes the place: a file's name, "environment KAFKA_...", "Admin API", "default"
   */
  record Given(String name, String text, Source source, String origin) { }

  /** Why a given value is not in effect. */
  enum Reason {
    /** It is unknown, ill-typed, out of range, or contradicts others; the previous value stays in effect. */
    REFUSED,
    /** It was changed after the start, and takes effect at the next start. */
    AT_NEXT_START
  }

  /**
   * A given value that is not in effect.
   *
   * @param name the name under which it was given
   * @param text the text as written, or null: the value was removed, or is secret
   * @param origin describes the place, as in {@link Given}
   * @param reason the kind of reason
   * @param why the reason in words; for a refused value it says what was expected
   */
  record NotApplied(String name, String text, String origin, Reason reason, String why) { }

  /** Names of the settings that {@link #listeners} and {@link #advertisedListeners} come from. */
  Set<String> LISTENER_SETTINGS = Set.of("listeners", "advertised.listeners", "listener.security.protocol.map");

  /**
   * The listeners of a node.
   *
   * @param bound what it binds
   * @param advertised what clients get, one per listener; port 0 stands for the bound port
   */
  record Listeners(List<Endpoint> bound, List<Endpoint> advertised) { }

  /** @return this node's id */
  BrokerId nodeId();

  /** @return the directory below which this node writes everything; exists */
  Path dataDirectory();

  /** @return the listeners to bind, from {@code listeners} and {@code listener.security.protocol.map} */
  List<Endpoint> listeners();

  /**
   * @return the addresses that clients get, from {@code advertised.listeners}; one per listener; port 0 stands for the bound port
   */
  List<Endpoint> advertisedListeners();

  /**
   * The listeners that this node would have with other dynamic settings of its own.
   *
   * @param overrides what would be set for this broker, by name; settings that are not {@link #LISTENER_SETTINGS} count for nothing. Empty
   *     for what environment, files and the cluster's default give
   * @return the listeners
   * @throws InvalidSettingException when a value is not valid, or they contradict each other
   */
  Listeners listenersWith(Map<String, String> overrides);

  /**
   * @return name of the listener on which brokers connect to each other, from {@code inter.broker.listener.name} or
   *     {@code security.inter.broker.protocol}
   */
  default String interBrokerListener() {
    return listeners().isEmpty() ? "PLAINTEXT" : listeners().get(0).listener();
  }

  /**
   * The listener whose protocol and settings the port of the metadata quorum has: the first of {@code controller.listener.names}.
   *
   * @return it, with an empty host and port 0, because the addresses of the quorum are in {@code controller.quorum.voters}; null when no name is set
   */
  default Endpoint quorumListener() {
    return null;
  }

  /** @return the definitions of a scope that may be shown to clients, by name */
  Collection<Setting<?>> definitions(Setting.Scope scope);

  /**
   * @param scope which scope
   * @param name a setting's name
   * @return its definition, or null when the name is unknown
   */
  Setting<?> definition(Setting.Scope scope, String name);

  /**
   * The values of a topic: its overrides over the server's settings (by synonym) over the defaults.
   *
   * @param overrides the topic's own settings, by name; referenced, not copied; a value that cannot be parsed counts as not set
   * @return a view
   */
  SettingValues topic(Map<String, String> overrides);

  /**
   * All places that give a value to a setting: the one in effect first, the default last.
   *
   * @param setting a setting
   * @param overrides the overrides of the topic, broker or group in question; null for those of this node
   * @return at least one element
   */
  List<Given> explain(Setting<?> setting, Map<String, String> overrides);

  /**
   * Values from the environment, files, Configuration Admin and the cluster that are not in effect. A valid value that a stronger
   * source overrides is not listed here; see {@link #explain}.
   *
   * @return in the order of the sources, then by name; usually empty
   */
  default List<NotApplied> notApplied() {
    return List.of();
  }

  /**
   * Registers a listener for changes.
   *
   * @param listener called with the names of the changed settings, on any thread, after they took effect
   * @return removes the listener when closed; closing throws nothing
   */
  Registration onChange(Consumer<Set<String>> listener);

  /** A registration; closing it ends it. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
