package io.margay.controller.internal;

import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.ConfigCommands;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ConfigResource;
import io.margay.protocol.Errors;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.config.SettingValues;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerSettings;
import io.margay.spi.telemetry.ClientMatch;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** Which resources may set which settings to which values. What is refused throws {@link RefusedException}. */
public final class ConfigRules {
  private final NodeSettings settings;
  private final NamedServices<Partitioner> partitioners;
  private final ClusterLimits limits;

  /** Names of the storage engines that were there at some time, in ascending order. */
  private final Set<String> engines = new ConcurrentSkipListSet<>();

  /**
   * @param settings knows the definitions
   * @param partitioners know which options they take
   * @param limits how much may be stored
   */
  ConfigRules(NodeSettings settings, NamedServices<Partitioner> partitioners, ClusterLimits limits) {
    this.settings = settings;
    this.partitioners = partitioners;
    this.limits = limits;
  }

  /**
   * The settings that a kind of resource has.
   *
   * @param type TOPIC, BROKER, GROUP or CLIENT_METRICS
   * @throws RefusedException for other kinds
   */
  public static Setting.Scope scope(ConfigResource.Type type) {
    return switch (type) {
      case TOPIC -> Setting.Scope.TOPIC;
      case BROKER -> Setting.Scope.BROKER;
      case GROUP -> Setting.Scope.GROUP;
      case CLIENT_METRICS -> Setting.Scope.CLIENT_METRICS;
      default -> throw new RefusedException(Errors.INVALID_REQUEST, "Resource type " + type + " has no settings here.");
    };
  }

  /** @param name a storage engine that topics may choose; before the first one every name is accepted */
  void engineCame(String name) {
    engines.add(name);
  }

  /** Names of the storage engines that were there at some time. */
  Set<String> engines() {
    return engines;
  }

  private void checkEngine(Setting<?> setting, String value) {
    if (setting.name().equals(LogSettings.MARGAY_STORAGE_ENGINE.name()) && setting.scope() == Setting.Scope.TOPIC && !engines.isEmpty()
        && !engines.contains(value)) {
      throw new RefusedException(Errors.INVALID_CONFIG, "There is no storage engine " + value + "; installed are "
          + String.join(", ", engines));
    }
  }

  /** Checks the settings of a topic, each one and together. */
  public void checkTopic(String topic, Map<String, String> configs) {
    limits.checkConfig(ConfigResource.topic(topic), configs);
    configs.forEach((name, value) -> check(ConfigResource.Type.TOPIC, name, value));
    // the server's default, too: it is checked nowhere else
    checkEngine(LogSettings.MARGAY_STORAGE_ENGINE, settings.topic(configs).get(LogSettings.MARGAY_STORAGE_ENGINE));
    checkTogether(configs);
  }

  /**
   * Checks a value.
   *
   * @return the definition
   */
  public Setting<?> check(ConfigResource.Type type, String name, String value) {
    Setting<?> setting = known(type, name);
    if (value == null) {
      throw new RefusedException(Errors.INVALID_CONFIG,
          "Null value not supported for " + type.name().toLowerCase(Locale.ROOT) + " configs: " + name);
    }
    checkValue(setting, value);
    if (name.equals(PartitionerSettings.MARGAY_PARTITIONER.name())) {
      checkPartitioner(PartitionerChoice.parse(value));
    }
    checkEngine(setting, value);
    if (setting.scope() == Setting.Scope.CLIENT_METRICS && name.equals(ClientMatch.SETTING)) {
      checkMatch(SettingType.LIST.parse(value));
    }
    return setting;
  }

  private static <T> void checkValue(Setting<T> setting, String value) {
    T parsed;
    try {
      parsed = setting.parse(value);
    } catch (InvalidSettingException e) {
      throw new RefusedException(Errors.INVALID_CONFIG, e.getMessage());
    }
    if (setting.scope() == Setting.Scope.TOPIC && !setting.effective() && !parsed.equals(setting.defaultValue())) {
      throw new RefusedException(Errors.INVALID_CONFIG, "Invalid value " + value + " for configuration " + setting.name()
          + ": this server does not support it; leave it out, or at its default "
          + setting.type().format(setting.defaultValue()));
    }
  }

  private static void checkMatch(List<String> texts) {
    try {
      ClientMatch.parse(texts);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Errors.INVALID_CONFIG, "Illegal client matching pattern: " + Texts.shown(texts) + ": " + e.getMessage());
    }
  }

  /** Only the strategy knows its options. One that is not installed may be installed later; until then its options cannot be checked. */
  private void checkPartitioner(PartitionerChoice choice) {
    try (ServiceHolder.Lease<Partitioner> lease = partitioners.lease(choice.name())) {
      if (lease != null) {
        lease.service().create(choice.options());
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Errors.INVALID_CONFIG, "Invalid value " + choice + " for configuration "
          + PartitionerSettings.MARGAY_PARTITIONER + ": " + e.getMessage());
    }
  }

  private Setting<?> known(ConfigResource.Type type, String name) {
    Setting<?> setting = settings.definition(scope(type), name);
    if (setting == null) {
      throw new RefusedException(Errors.INVALID_CONFIG,
          "Unknown " + type.name().toLowerCase(Locale.ROOT) + " config name: " + Texts.shown(name));
    }
    return setting;
  }

  private void checkTogether(Map<String, String> configs) {
    SettingValues values = settings.topic(configs);
    long least = values.get(LogSettings.MIN_COMPACTION_LAG_MS);
    long most = values.get(LogSettings.MAX_COMPACTION_LAG_MS);
    if (least > most) {
      throw new RefusedException(Errors.INVALID_CONFIG, "conflict topic config setting min.compaction.lag.ms (" + least
          + ") > max.compaction.lag.ms (" + most + ")");
    }
  }

  /**
   * A change that was checked.
   *
   * @param change the change with everything that applying it needs
   * @param grownBytes by how much it makes the stored configs grow
   */
  public record Resolved(ConfigChange change, long grownBytes) { }

  /**
   * Checks a change and its result.
   *
   * @param change the change; the edits of lists have no {@code whenUnset} yet
   * @param overrides what the resource has now
   */
  public Resolved resolve(ConfigChange change, Map<String, String> overrides) {
    ConfigResource resource = change.resource();
    int known = settings.definitions(scope(resource.type())).size() + overrides.size();
    if (change.edits().size() > known) {
      throw new RefusedException(Errors.INVALID_REQUEST, "The request names " + change.edits().size() + " configs of one resource,"
          + " which has " + known);
    }
    limits.checkConfig(resource, asked(change));
    Set<String> names = new HashSet<>();
    for (ConfigEdit edit : change.edits()) {
      if (!names.add(edit.name())) {
        throw new RefusedException(Errors.INVALID_REQUEST, "Error due to duplicate config keys: " + Texts.shown(edit.name()));
      }
      if (edit.value() == null && edit.operation() != Operation.DELETE) {
        throw new RefusedException(Errors.INVALID_REQUEST, "Null value not supported for : " + Texts.shown(edit.name()));
      }
    }
    List<ConfigEdit> edits = change.edits().stream().map(edit -> resolve(resource, edit)).toList();
    ConfigChange resolved = new ConfigChange(resource, change.replaceAll(), edits);
    Map<String, String> result = ConfigCommands.edited(overrides, resolved);
    for (ConfigEdit edit : edits) {
      if (edit.operation() != Operation.DELETE) {
        check(resource.type(), edit.name(), result.get(edit.name()));
      }
    }
    limits.checkConfig(resource, result);
    if (resource.type() == ConfigResource.Type.TOPIC) {
      checkTogether(result);
    }
    return new Resolved(resolved, ClusterLimits.sizeBytes(resource, result) - ClusterLimits.sizeBytes(resource, overrides));
  }

  /** What a change brings: lists are taken apart only after their length was looked at. */
  private static Map<String, String> asked(ConfigChange change) {
    Map<String, String> asked = new HashMap<>();
    change.edits().forEach(edit -> asked.put(edit.name(), edit.value()));
    return asked;
  }

  private ConfigEdit resolve(ConfigResource resource, ConfigEdit edit) {
    // What was stored by a newer version, or is no setting any more, can always be taken away.
    if (edit.operation() == Operation.DELETE && settings.definition(scope(resource.type()), edit.name()) == null) {
      return edit;
    }
    Setting<?> setting = known(resource.type(), edit.name());
    if (resource.type() == ConfigResource.Type.BROKER) {
      checkBrokerUpdate(resource, setting);
    }
    if (edit.operation() == Operation.SET || edit.operation() == Operation.DELETE) {
      return edit;
    }
    if (setting.type() != SettingType.LIST) {
      throw new RefusedException(Errors.INVALID_CONFIG, "Config value " + edit.operation().name().toLowerCase(Locale.ROOT)
          + " is not allowed for config key: " + edit.name());
    }
    // A topic's list starts from the server's value of that setting, as the topic has it now.
    Map<String, String> none = Map.of();
    String inherited = settings.explain(setting, resource.type() == ConfigResource.Type.BROKER ? null : none).get(0).text();
    return new ConfigEdit(edit.name(), edit.operation(), edit.value(), inherited);
  }

  private static void checkBrokerUpdate(ConfigResource resource, Setting<?> setting) {
    if (setting.update() == Setting.Update.AT_START) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Cannot update these configs dynamically: [" + setting.name() + "]");
    }
    if (setting.update() == Setting.Update.PER_BROKER && resource.name().isEmpty()) {
      throw new RefusedException(Errors.INVALID_REQUEST,
          "Cannot update these configs at default cluster level, broker id must be specified: [" + setting.name() + "]");
    }
  }
}
