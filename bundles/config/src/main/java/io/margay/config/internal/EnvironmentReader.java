package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.NodeSettings.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Takes settings from environment variables, in the way that users of Kafka's Docker images know: {@code KAFKA_} and the name in
 * upper case with {@code _} for a dot, {@code __} for an underscore, {@code ___} for a dash. {@code KAFKA_CFG_} does the same,
 * and {@code MARGAY_} stands for {@code margay.} in front of the name.
 */
final class EnvironmentReader {
  private static final String CFG = "KAFKA_CFG_";
  /** Variables of start scripts, which are not settings. */
  private static final Set<String> OF_SCRIPTS = Set.of("KAFKA_HOME", "KAFKA_OPTS", "KAFKA_HEAP_OPTS", "KAFKA_VERSION",
      "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_GC_LOG_OPTS", "KAFKA_DEBUG", "KAFKA_BASE_LOG_DIR", "KAFKA_MODE",
      "KAFKA_CONFIG_DIR", "KAFKA_PLUGINS_DIR", "KAFKA_USER", "KAFKA_GROUP", "KAFKA_URL", "KAFKA_SCALA_VERSION",
      "MARGAY_DATA", "MARGAY_HOME", "MARGAY_OPTS", "MARGAY_HEAP_OPTS");
  private static final List<String> OF_SCRIPTS_PREFIXES = List.of("KAFKA_LOG4J", "KAFKA_JMX_", "KAFKA_TOOLS_LOG4J_",
      "KAFKA_DEBUG_", "KAFKA_JVM_", "JAVA_DEBUG_", "MARGAY_JVM_");
  /** Variables that the start scripts of well-known images read and that have no meaning without these images. */
  private static final Set<String> OF_IMAGES = Set.of("KAFKA_ENABLE_KRAFT", "KAFKA_CLIENT_USERS", "KAFKA_CLIENT_PASSWORDS",
      "KAFKA_CLIENT_LISTENER_NAME", "KAFKA_INTER_BROKER_USER", "KAFKA_INTER_BROKER_PASSWORD", "KAFKA_CONTROLLER_USER",
      "KAFKA_CONTROLLER_PASSWORD", "KAFKA_TLS_TYPE", "KAFKA_TLS_CLIENT_AUTH", "KAFKA_TLS_TRUSTSTORE_FILE",
      "KAFKA_CERTIFICATE_PASSWORD", "KAFKA_VOLUME_DIR", "KAFKA_DATA_DIR", "KAFKA_BASE_DIR", "KAFKA_CONF_DIR", "KAFKA_CONF_FILE",
      "KAFKA_CERTS_DIR", "KAFKA_MOUNTED_CONF_DIR", "KAFKA_INITSCRIPTS_DIR", "KAFKA_DAEMON_USER", "KAFKA_DAEMON_GROUP",
      "KAFKA_EXTRA_FLAGS", "KAFKA_SKIP_KRAFT_STORAGE_INIT", "KAFKA_INITIAL_CONTROLLERS", "KAFKA_KRAFT_BOOTSTRAP_SCRAM_USERS",
      "KAFKA_ZOOKEEPER_PROTOCOL", "KAFKA_ZOOKEEPER_USER", "KAFKA_ZOOKEEPER_PASSWORD", "KAFKA_ZOOKEEPER_TLS_TYPE",
      "KAFKA_CREATE_TOPICS_SEPARATOR");
  /** Variables whose names do not follow the rule, with their settings. */
  private static final Map<String, String> OTHER_NAMES = Map.of("CLUSTER_ID", "margay.cluster.id",
      "KAFKA_CLUSTER_ID", "margay.cluster.id", "KAFKA_KRAFT_CLUSTER_ID", "margay.cluster.id",
      "KAFKA_CREATE_TOPICS", "margay.create.topics");
  /** Variables that Kubernetes sets in every container for a service named kafka or margay. */
  private static final Pattern SERVICE_LINK = Pattern.compile("(KAFKA|MARGAY)_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?"
      + "|PORT_\\d+_(TCP|UDP)(_\\w+)?)");
  private static final Pattern SERVICE_PORT = Pattern.compile("(KAFKA|MARGAY)_(\\w+_)?PORT");
  /** Variables that a Docker link of that name sets: a path such as /app/kafka, and the environment of the other container. */
  private static final Pattern LINK_NAME = Pattern.compile("(KAFKA|MARGAY)_(\\w+_)?NAME");
  private static final Pattern LINK_ENVIRONMENT = Pattern.compile("(KAFKA|MARGAY)_(\\d+_)?ENV_\\w+");

  private EnvironmentReader() { }

  static Layer read(Map<String, String> environment) {
    Map<String, Entry> entries = new HashMap<>();
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String name = settingName(variable.getKey(), variable.getValue());
      // KAFKA_CFG_ always means a setting, so it has priority
      if (name != null && (!entries.containsKey(name) || variable.getKey().startsWith(CFG))) {
        entries.put(name, new Entry(variable.getValue(), "environment " + variable.getKey()));
      }
    }
    return new Layer(Source.STATIC_BROKER, entries);
  }

  /** The given variables that only a container image would read. */
  static Set<String> ofImages(Map<String, String> environment) {
    Set<String> given = new TreeSet<>(environment.keySet());
    given.retainAll(OF_IMAGES);
    return given;
  }

  /** The setting of a variable, or null when it has none. */
  static String settingName(String variable, String value) {
    String other = OTHER_NAMES.get(variable);
    if (other != null) {
      // Container files often declare it and leave it empty.
      return value.isBlank() ? null : other;
    }
    boolean ours = variable.startsWith("MARGAY_");
    if (!ours && !variable.startsWith("KAFKA_") || OF_SCRIPTS.contains(variable)
        || OF_IMAGES.contains(variable) || OF_SCRIPTS_PREFIXES.stream().anyMatch(variable::startsWith) || isOfALink(variable, value)) {
      return null;
    }
    int prefix = ours ? 0 : variable.startsWith(CFG) ? CFG.length() : "KAFKA_".length();
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

  private static boolean isOfALink(String variable, String value) {
    return SERVICE_LINK.matcher(variable).matches() || SERVICE_PORT.matcher(variable).matches() && value.contains("://")
        || LINK_NAME.matcher(variable).matches() && value.startsWith("/") || LINK_ENVIRONMENT.matcher(variable).matches();
  }
}
