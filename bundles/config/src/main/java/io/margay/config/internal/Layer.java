package io.margay.config.internal;

import io.margay.spi.config.NodeSettings.Source;
import java.util.Map;

/**
 * One place that gives values to settings. Immutable.
 *
 * @param source the kind of place
 * @param entries its values, by the name as it is written there
 */
record Layer(Source source, Map<String, Entry> entries) {
  /**
   * One value as it is written.
   *
   * @param text the text, not null
   * @param origin a description of the place, such as "environment KAFKA_LOG_DIRS"
   */
  record Entry(String text, String origin) { }

  Layer {
    entries = Map.copyOf(entries);
  }

  static Layer empty(Source source) {
    return new Layer(source, Map.of());
  }
}
