package io.margay.config.internal;

import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingCheck;
import io.margay.spi.config.SettingDefinitions;
import io.margay.spi.config.SettingType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * All known settings, by scope and name, including those that may be given for a single listener. The definition of a part
 * takes precedence over a setting that is accepted without effect. Immutable.
 */
final class Definitions {
  private static final String LISTENER_PREFIX = "listener.name.";
  /** Prefixes of settings of Kafka's plug-ins or of other vendors: accepted without effect. */
  private static final List<String> FOREIGN_PREFIXES = List.of("config.providers.", "confluent.", "rlmm.config.", "rsm.config.");

  private final Map<Setting.Scope, Map<String, Setting<?>>> byScope = new EnumMap<>(Setting.Scope.class);
  /** Settings of brokers that stand for many, see {@link Setting#family}; only members that are given are listed. */
  private final List<Setting<?>> families = new ArrayList<>();
  /** Settings of earlier versions of Kafka: known, but not listed. */
  private final Map<String, Setting<?>> former = new TreeMap<>();

  /**
   * @param ofParts the settings of each part
   * @param conflict called with the name when two parts define the same setting differently; the first definition applies
   */
  Definitions(Collection<List<Setting<?>>> ofParts, Consumer<String> conflict) {
    for (Setting.Scope scope : Setting.Scope.values()) {
      byScope.put(scope, new TreeMap<>());
    }
    for (List<Setting<?>> part : ofParts) {
      for (Setting<?> setting : part) {
        Setting<?> first = byScope.get(setting.scope()).putIfAbsent(setting.name(), setting);
        if (first != null && !first.equals(setting)) {
          conflict.accept(setting.name());
        }
      }
    }
    accept();
    byScope.get(Setting.Scope.BROKER).values().removeIf(setting -> setting.family() && families.add(setting));
  }

  /** Adds what is accepted without effect, where no part defines it. */
  private void accept() {
    for (SettingDefinitions accepted : List.of(new AcceptedBrokerSettings(), new AcceptedGroupSettings(),
        new AcceptedTransactionSettings(), new AcceptedTopicSettings())) {
      for (Setting<?> setting : accepted.catalogue().settings()) {
        byScope.get(setting.scope()).putIfAbsent(setting.name(), setting);
      }
    }
    Map<String, Setting<?>> broker = byScope.get(Setting.Scope.BROKER);
    for (Setting<?> setting : AcceptedSettings.all()) {
      broker.putIfAbsent(setting.name(), setting);
    }
    for (Setting<?> setting : AcceptedSettings.former()) {
      if (!broker.containsKey(setting.name())) {
        former.put(setting.name(), setting);
      }
    }
  }

  /**
   * All definitions of a scope by name. Those of earlier versions of Kafka are included only if they are given.
   *
   * @param given names that are given
   */
  Collection<Setting<?>> of(Setting.Scope scope, Set<String> given) {
    Collection<Setting<?>> all = new ArrayList<>(byScope.get(scope).values());
    if (scope == Setting.Scope.BROKER) {
      former.values().stream().filter(setting -> given.contains(setting.name())).forEach(all::add);
      for (Setting<?> family : families) {
        given.stream().sorted().<Setting<?>>map(family::member).filter(Objects::nonNull).forEach(all::add);
      }
    }
    return all;
  }

  /** The settings of brokers. */
  Collection<Setting<?>> ofBrokers() {
    return byScope.get(Setting.Scope.BROKER).values();
  }

  /** The definition of a name, or null when it is not known. */
  Setting<?> find(Setting.Scope scope, String name) {
    Setting<?> found = byScope.get(scope).get(name);
    if (found != null || scope != Setting.Scope.BROKER) {
      return found;
    }
    if (former.containsKey(name)) {
      return former.get(name);
    }
    for (Setting<?> family : families) {
      Setting<?> member = family.member(name);
      if (member != null) {
        return member;
      }
    }
    if (name.startsWith(LISTENER_PREFIX)) {
      return ofListener(name.substring(LISTENER_PREFIX.length()));
    }
    for (String prefix : FOREIGN_PREFIXES) {
      if (name.startsWith(prefix)) {
        // treated as a password, because it may be one
        return new Setting<>(name, SettingType.PASSWORD, null, SettingCheck.ANY, scope,
            Setting.Update.AT_START, false, List.of(), "A setting that has no effect here.");
      }
    }
    return null;
  }

  Setting<?> broker(String name) {
    return find(Setting.Scope.BROKER, name);
  }

  /** A sentence that says that there is no such setting, and which one was probably meant. */
  String unknown(String name) {
    Setting<?> ofTopics = byScope.get(Setting.Scope.TOPIC).get(name);
    if (ofTopics != null && !ofTopics.synonyms().isEmpty()) {
      return name + " is a setting of topics; " + ofTopics.synonyms().get(0) + " gives the default of all topics";
    }
    String nearest = nearest(name);
    return "there is no setting " + name + (nearest == null ? "" : "; did you mean " + nearest + "?");
  }

  private String nearest(String name) {
    String best = null;
    int bestDistance = Math.max(2, name.length() / 5) + 1;
    for (Setting<?> candidate : ofBrokers()) {
      int distance = EditDistance.between(name, candidate.name(), bestDistance);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate.name();
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
    Map<String, Setting<?>> broker = byScope.get(Setting.Scope.BROKER);
    Setting<?> common = broker.get(rest);
    if (common != null) {
      return common.ofListener(listener, null);
    }
    int mechanismEnd = rest.indexOf('.');
    common = mechanismEnd <= 0 ? null : broker.get(rest.substring(mechanismEnd + 1));
    return common == null ? null : common.ofListener(listener, rest.substring(0, mechanismEnd));
  }
}
