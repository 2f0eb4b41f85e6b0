package io.margay.config.internal;

import io.margay.spi.config.GroupSettings;
import io.margay.spi.config.ServerSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.config.TopicSettings;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All settings that are known, by scope and name, with those that may be given for one listener alone. Immutable. */
final class Definitions {
  static final Definitions ALL = new Definitions();

  private static final String LISTENER_PREFIX = "listener.name.";
  /** What begins like this belongs to plug-ins of Kafka's or to another vendor: accepted and without effect. */
  private static final List<String> FOREIGN_PREFIXES = List.of("config.providers.", "confluent.", "rlmm.config.", "rsm.config.");

  private final Map<String, Setting<?>> server = byName(ServerSettings.all());
  private final Map<String, Setting<?>> topic = byName(TopicSettings.all());
  private final Map<String, Setting<?>> group = byName(GroupSettings.all());

  private Definitions() { }

  Collection<Setting<?>> of(Setting.Scope scope) {
    return map(scope).values();
  }

  /** The definition of a name, or null when nobody knows it. */
  Setting<?> find(Setting.Scope scope, String name) {
    Setting<?> found = map(scope).get(name);
    if (found != null || scope != Setting.Scope.BROKER) {
      return found;
    }
    if (name.startsWith(LISTENER_PREFIX)) {
      return ofListener(name.substring(LISTENER_PREFIX.length()));
    }
    for (String prefix : FOREIGN_PREFIXES) {
      if (name.startsWith(prefix)) {
        // a password, because nobody here knows whether it is one
        return new Setting<>(name, SettingType.PASSWORD, null, v -> null, scope, Setting.Update.AT_START, false, List.of(),
            "A setting that has no effect here.");
      }
    }
    return null;
  }

  Setting<?> server(String name) {
    return find(Setting.Scope.BROKER, name);
  }

  /** A sentence that says that there is no such setting, and which one may have been meant. */
  String unknown(String name) {
    Setting<?> ofTopics = topic.get(name);
    if (ofTopics != null && !ofTopics.synonyms().isEmpty()) {
      return name + " is a setting of topics; " + ofTopics.synonyms().get(0) + " gives the default of all topics";
    }
    String nearest = nearest(name);
    return "there is no setting " + name + (nearest == null ? "" : "; did you mean " + nearest + "?");
  }

  private String nearest(String name) {
    String best = null;
    int bestDistance = Math.max(2, name.length() / 5) + 1;
    for (String candidate : server.keySet()) {
      int distance = EditDistance.between(name, candidate, bestDistance);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** {@code <listener>.<setting>} or {@code <listener>.<mechanism>.<setting>}. */
  private Setting<?> ofListener(String name) {
    int listenerEnd = name.indexOf('.');
    if (listenerEnd <= 0) {
      return null;
    }
    String listener = name.substring(0, listenerEnd);
    String rest = name.substring(listenerEnd + 1);
    Setting<?> common = server.get(rest);
    if (common != null) {
      return ServerSettings.ofListener(common, listener, null);
    }
    int mechanismEnd = rest.indexOf('.');
    common = mechanismEnd <= 0 ? null : server.get(rest.substring(mechanismEnd + 1));
    return common == null ? null : ServerSettings.ofListener(common, listener, rest.substring(0, mechanismEnd));
  }

  private Map<String, Setting<?>> map(Setting.Scope scope) {
    return switch (scope) {
      case BROKER -> server;
      case TOPIC -> topic;
      case GROUP -> group;
    };
  }

  private static Map<String, Setting<?>> byName(List<Setting<?>> settings) {
    Map<String, Setting<?>> map = new TreeMap<>();
    for (Setting<?> s : settings) {
      map.put(s.name(), s);
    }
    return Collections.unmodifiableMap(map);
  }
}
