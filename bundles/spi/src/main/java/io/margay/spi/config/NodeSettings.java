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
 * The settings of this node, as one truth from these sources, highest first: dynamic for this broker, dynamic for all brokers,
 * environment, files, default. The service is there only when all that was given is known and valid. Safe for all threads.
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
   * @param name the name that the value was set under, which may be a synonym
   * @param text the value as text, or null
   * @param source which kind of place
   * @param origin the place for people: a file's name, "environment KAFKA_...", "Admin API", "default"
   */
  record Given(String name, String text, Source source, String origin) { }

  /** Why something that was given does not count. */
  enum Reason {
    /** It is unknown, ill-typed, out of its range, or contradicts others: what counted before goes on to count. */
    REFUSED,
    /** It was changed after the start, and takes effect at the next one. */
    AT_NEXT_START
  }

  /**
   * Something that was given and does not count.
   *
   * @param name the name that it was given under
   * @param text the text as it is written, or null: it was taken away, or is secret
   * @param origin the place for people, as in {@link Given}
   * @param reason what kind of reason
   * @param why the reason for people, with what was expected if it was refused
   */
  record NotApplied(String name, String text, String origin, Reason reason, String why) { }

  /** Names of the settings that {@link #listeners} and {@link #advertisedListeners} come from. */
  Set<String> LISTENER_SETTINGS = Set.of("listeners", "advertised.listeners");

  /** @return this node's id */
  BrokerId nodeId();

  /** @return the directory below which this node writes everything; exists */
  Path dataDirectory();

  /** @return the listeners to bind, from {@code listeners} and {@code listener.security.protocol.map} */
  List<Endpoint> listeners();

  /** @return what clients are told, from {@code advertised.listeners}; one per listener; port 0 means the bound one */
  List<Endpoint> advertisedListeners();

  /** @return the definitions of a scope that clients may be told, by name */
  Collection<Setting<?>> definitions(Setting.Scope scope);

  /**
   * @param scope which scope
   * @param name a setting's name
   * @return its definition, or null when nobody knows it
   */
  Setting<?> definition(Setting.Scope scope, String name);

  /**
   * The values of a topic: its overrides over the server's settings (by synonym) over the defaults.
   *
   * @param overrides the topic's own, by name; kept as a reference; what cannot be parsed counts as not set
   * @return a view
   */
  SettingValues topic(Map<String, String> overrides);

  /**
   * All places that give a value to a setting, the one that counts first, the default last.
   *
   * @param setting a setting
   * @param overrides the overrides of the topic, broker or group that is asked about; null to use what this node knows of itself
   * @return at least one element
   */
  List<Given> explain(Setting<?> setting, Map<String, String> overrides);

  /**
   * What environment, files, Configuration Admin and cluster give and is not in effect. That it is hidden by a stronger source is
   * no reason to be here; see {@link #explain}.
   *
   * @return in the order of the sources, then by name; empty as a rule
   */
  default List<NotApplied> notApplied() {
    return List.of();
  }

  /**
   * Has somebody told of changes.
   *
   * @param listener called with the names of the changed settings, on any thread, after they took effect
   * @return closes without exception to end it
   */
  Registration onChange(Consumer<Set<String>> listener);

  /** Ends something that was registered. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
