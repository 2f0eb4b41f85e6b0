package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.NodeSettings.Source;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Reads settings from the properties of a component, which come from Configuration Admin. */
final class ConfigAdminReader {
  /** Properties that the framework adds. */
  private static final List<String> NOT_SETTINGS_PREFIXES =
      List.of("component.", "service.", "felix.", "osgi.", "webconsole.", "org.apache.karaf.", ".");
  /** Properties in which File Install and Karaf store the file that a configuration comes from and is written back to. */
  private static final String FILE = "felix.fileinstall.filename";

  private ConfigAdminReader() { }

  /**
   * @param properties the properties
   * @param pid the configuration's name
   * @param store the file in which Configuration Admin keeps it if it came from no other file, or null
   * @param placeholders fills placeholders in values
   */
  static Layer read(Map<String, ?> properties, String pid, String store, UnaryOperator<String> placeholders) {
    Map<String, Entry> entries = new HashMap<>();
    String file = properties.get(FILE) == null ? store : path(properties.get(FILE).toString());
    String origin = "configuration " + pid + (file == null ? "" : ", " + file);
    properties.forEach((setting, value) -> {
      if (NOT_SETTINGS_PREFIXES.stream().noneMatch(setting::startsWith)) {
        entries.put(setting, new Entry(placeholders.apply(text(value)), origin));
      }
    });
    return new Layer(Source.STATIC_BROKER, entries);
  }

  private static String path(String uri) {
    return uri.startsWith("file:") ? uri.substring("file:".length()) : uri;
  }

  private static String text(Object value) {
    if (value instanceof Object[] array) {
      return text(Arrays.asList(array));
    }
    return value instanceof Collection<?> many ? many.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }
}
