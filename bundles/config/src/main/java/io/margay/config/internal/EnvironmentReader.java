package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.NodeSettings.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Takes settings from environment variables, in the way that users of Kafka's Docker images know: {@code KAFKA_} and the name in
 * upper case with {@code _} for a dot, {@code __} for an underscore, {@code ___} for a dash. {@code KAFKA_CFG_} does the same,
 * and {@code MARGAY_} stands for {@code margay.} in front of the name.
 */
final class EnvironmentReader {
  /** Variables of start scripts and images that are no settings. */
  private static final Set<String> NOT_SETTINGS = Set.of("KAFKA_HOME", "KAFKA_OPTS", "KAFKA_HEAP_OPTS", "KAFKA_VERSION",
      "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_GC_LOG_OPTS", "KAFKA_DEBUG", "KAFKA_BASE_LOG_DIR", "KAFKA_MODE",
      "KAFKA_CONFIG_DIR", "KAFKA_PLUGINS_DIR", "KAFKA_USER", "KAFKA_GROUP", "KAFKA_URL", "KAFKA_SCALA_VERSION",
      "MARGAY_DATA", "MARGAY_HOME", "MARGAY_OPTS", "MARGAY_HEAP_OPTS");
  private static final List<String> NOT_SETTINGS_PREFIXES = List.of("KAFKA_LOG4J", "KAFKA_JMX_", "KAFKA_TOOLS_LOG4J_",
      "KAFKA_DEBUG_", "KAFKA_JVM_", "JAVA_DEBUG_", "MARGAY_JVM_");
  /** Variables whose names do not follow the rule, and the settings that they stand for. */
  private static final Map<String, String> OTHER_NAMES = Map.of("CLUSTER_ID", "margay.cluster.id",
      "KAFKA_CLUSTER_ID", "margay.cluster.id", "KAFKA_KRAFT_CLUSTER_ID", "margay.cluster.id");
  /** What Kubernetes tells every container of a service that is named kafka or margay. */
  private static final Pattern SERVICE_LINK = Pattern.compile("(KAFKA|MARGAY)_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?"
      + "|PORT_\\d+_(TCP|UDP)(_\\w+)?)");
  private static final Pattern SERVICE_PORT = Pattern.compile("(KAFKA|MARGAY)_(\\w+_)?PORT");

  private EnvironmentReader() { }

  static Layer read(Map<String, String> environment) {
    Map<String, Entry> entries = new HashMap<>();
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String name = settingName(variable.getKey(), variable.getValue());
      if (name != null) {
        entries.put(name, new Entry(variable.getValue(), "environment " + variable.getKey()));
      }
    }
    return new Layer(Source.STATIC_BROKER, entries);
  }

  /** The setting that a variable stands for, or null when it stands for none. */
  static String settingName(String variable, String value) {
    String other = OTHER_NAMES.get(variable);
    if (other != null) {
      // Container files often declare it and leave it empty.
      return value.isBlank() ? null : other;
    }
    boolean ours = variable.startsWith("MARGAY_");
    if (!ours && !variable.startsWith("KAFKA_") || NOT_SETTINGS.contains(variable)
        || NOT_SETTINGS_PREFIXES.stream().anyMatch(variable::startsWith) || SERVICE_LINK.matcher(variable).matches()
        || SERVICE_PORT.matcher(variable).matches() && value.contains("://")) {
      return null;
    }
    int prefix = ours ? 0 : variable.startsWith("KAFKA_CFG_") ? "KAFKA_CFG_".length() : "KAFKA_".length();
    StringBuilder name = new StringBuilder();
    for (int i = prefix; i < variable.length(); i++) {
      if (variable.charAt(i) != '_') {
        name.append(variable.charAt(i));
      } else if (variable.startsWith("___", i)) {
        name.append('-');
        i += 2;
      } else if (variable.startsWith("__", i)) {
        name.append('_');
        i++;
      } else {
        name.append('.');
      }
    }
    return name.toString().toLowerCase(Locale.ROOT);
  }
}
