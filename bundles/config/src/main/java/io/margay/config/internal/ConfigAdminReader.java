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

/** Takes settings from the properties of a component, which come from Configuration Admin. */
final class ConfigAdminReader {
  /** What the framework and its helpers add by themselves. */
  private static final List<String> NOT_SETTINGS_PREFIXES =
      List.of("component.", "service.", "felix.", "osgi.", "webconsole.", ".");

  private ConfigAdminReader() { }

  static Layer read(Map<String, ?> properties, String pid, UnaryOperator<String> placeholders) {
    Map<String, Entry> entries = new HashMap<>();
    properties.forEach((name, value) -> {
      if (NOT_SETTINGS_PREFIXES.stream().noneMatch(name::startsWith)) {
        entries.put(name, new Entry(placeholders.apply(text(value)), "configuration " + pid));
      }
    });
    return new Layer(Source.STATIC_BROKER, entries);
  }

  private static String text(Object value) {
    if (value instanceof Object[] array) {
      return text(Arrays.asList(array));
    }
    return value instanceof Collection<?> many ? many.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }
}
