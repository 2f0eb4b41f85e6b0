package io.margay.server.internal.audit;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * How settings are shown in events: those that may be secret by their names alone. Shown are values of known settings that are numbers, true or
 * false, and texts of topics and groups. Of other texts only those of settings whose names do not look like a secret.
 */
final class ConfigTexts {
  /** The type of a topic in requests about settings. */
  static final byte TOPIC = 2;

  private static final byte BROKER = 4;
  private static final byte GROUP = 32;
  private static final String HIDDEN = "(hidden)";
  private static final Set<SettingType<?>> PLAIN = Set.of(SettingType.BOOLEAN, SettingType.INT, SettingType.SHORT, SettingType.LONG,
      SettingType.DOUBLE);
  private static final Pattern SECRET =
      Pattern.compile("(?i).*(password|secret|jaas|credential|token|key|certificate|bootstrap\\.users|mirror\\.link).*");

  private final BiFunction<Setting.Scope, String, Setting<?>> definitions;

  /** @param definitions finds a setting by scope and name, null when it is unknown; {@link NodeSettings#definition} */
  ConfigTexts(BiFunction<Setting.Scope, String, Setting<?>> definitions) {
    this.definitions = definitions;
  }

  static String type(byte code) {
    return switch (code) {
      case TOPIC -> "topic";
      case BROKER -> "broker";
      case 8 -> "broker-logger";
      case 16 -> "client-metrics";
      case GROUP -> "group";
      default -> "type " + code;
    };
  }

  /** Appends {@code name=value}. */
  void append(StringBuilder to, byte resourceType, String name, String value) {
    if (!to.isEmpty()) {
      to.append(", ");
    }
    to.append(name);
    if (value != null) {
      to.append('=').append(shown(resourceType, name) ? value : HIDDEN);
    }
  }

  private boolean shown(byte resourceType, String name) {
    Setting.Scope scope = switch (resourceType) {
      case TOPIC -> Setting.Scope.TOPIC;
      case BROKER -> Setting.Scope.BROKER;
      case GROUP -> Setting.Scope.GROUP;
      default -> null;
    };
    Setting<?> known = scope == null || name == null ? null : definitions.apply(scope, name);
    if (known == null || known.type() == SettingType.PASSWORD) {
      return false;
    }
    return PLAIN.contains(known.type()) || scope != Setting.Scope.BROKER || !SECRET.matcher(name).matches();
  }
}
