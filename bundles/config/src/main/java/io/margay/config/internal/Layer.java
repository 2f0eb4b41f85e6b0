package io.margay.config.internal;

import io.margay.spi.config.NodeSettings.Source;
import java.util.Map;

/**
 * One place that gives values to settings. Immutable.
 *
 * @param source which kind of place
 * @param entries what it gives, by the name that is written there
 */
record Layer(Source source, Map<String, Entry> entries) {
  /**
   * One value as it is written.
   *
   * @param text the text, not null
   * @param origin the place for people, such as "environment KAFKA_LOG_DIRS"
   */
  record Entry(String text, String origin) { }

  Layer {
    entries = Map.copyOf(entries);
  }

  static Layer empty(Source source) {
    return new Layer(source, Map.of());
  }
}
