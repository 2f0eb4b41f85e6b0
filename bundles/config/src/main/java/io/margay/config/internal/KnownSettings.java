package io.margay.config.internal;

import io.margay.spi.config.Setting;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The definitions of the installed parts, always available as one immutable set. It holds only values and no classes of a part.
 * The definitions of a part stay known until another version of the part replaces them, even if the part is removed, so that its
 * settings do not become errors. Safe for all threads.
 */
final class KnownSettings {
  private static final Logger LOG = LoggerFactory.getLogger(KnownSettings.class);

  private final Map<String, List<Setting<?>>> byPart = new TreeMap<>();
  private Supplier<Map<String, List<Setting<?>>>> later;
  private volatile Definitions now;

  /** @param later reads the definitions of parts that are installed later; called once, when a name is not known without it */
  KnownSettings(Supplier<Map<String, List<Setting<?>>>> later) {
    this.later = later;
  }

  /**
   * @param part the part's symbolic name
   * @param settings its definitions from now on
   * @return whether they differ from the previous ones
   */
  synchronized boolean define(String part, List<Setting<?>> settings) {
    if (settings.equals(byPart.put(part, settings))) {
      return false;
    }
    now = null;
    return true;
  }

  /** The current definitions. */
  Definitions now() {
    Definitions definitions = now;
    return definitions == null ? join() : definitions;
  }

  /** The current definitions, with those of parts that come later if one of the names is not known without them. */
  Definitions covering(Collection<String> names) {
    Definitions definitions = now();
    for (String name : names) {
      if (definitions.broker(name) == null) {
        return withLater();
      }
    }
    return definitions;
  }

  private synchronized Definitions withLater() {
    if (later != null) {
      later.get().forEach((part, settings) -> {
        if (byPart.putIfAbsent(part, settings) == null) {
          now = null;
        }
      });
      later = null;
    }
    return now();
  }

  private synchronized Definitions join() {
    if (now == null) {
      now = new Definitions(byPart.values(), name -> LOG.warn("Two parts define a setting differently: setting={}", name));
    }
    return now;
  }
}
