package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Looks at what layers give, entry by entry. */
final class LayerCheck {
  private LayerCheck() { }

  /** One sentence for each entry that is unknown or not valid, with the place where it stands. */
  static List<String> problems(List<Layer> layers) {
    List<String> problems = new ArrayList<>();
    for (Layer layer : layers) {
      new TreeMap<>(layer.entries()).forEach((name, entry) -> {
        String problem = problem(name, entry);
        if (problem != null) {
          problems.add(entry.origin() + ": " + problem);
        }
      });
    }
    return problems;
  }

  /** What is wrong with an entry, or null. */
  static String problem(String name, Entry entry) {
    Setting<?> setting = Definitions.ALL.server(name);
    if (setting == null) {
      return Definitions.ALL.unknown(name);
    }
    try {
      setting.parse(entry.text());
      return null;
    } catch (InvalidSettingException e) {
      return e.getMessage();
    }
  }

  /** Names of settings that are given and do nothing here. */
  static TreeSet<String> withoutEffect(List<Layer> layers) {
    TreeSet<String> names = new TreeSet<>();
    for (Layer layer : layers) {
      for (String name : layer.entries().keySet()) {
        Setting<?> setting = Definitions.ALL.server(name);
        if (setting != null && !setting.effective()) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /**
   * A newly read layer, in which settings that take effect only at the start stay as they were at the start.
   *
   * @param before the layer that is in effect
   * @param now the layer as it was read
   * @param heldBack gets the names of settings that stay although they were changed
   */
  static Layer holdBack(Layer before, Layer now, TreeSet<String> heldBack) {
    Map<String, Entry> entries = new HashMap<>(now.entries());
    for (String name : now.entries().keySet()) {
      if (atStart(name) && !before.entries().containsKey(name)) {
        entries.remove(name);
        heldBack.add(name);
      }
    }
    before.entries().forEach((name, entry) -> {
      if (atStart(name)) {
        Entry newer = entries.put(name, entry);
        if (newer == null || !newer.text().equals(entry.text())) {
          heldBack.add(name);
        }
      }
    });
    return new Layer(now.source(), entries);
  }

  static boolean atStart(String name) {
    Setting<?> setting = Definitions.ALL.server(name);
    return setting != null && setting.update() == Setting.Update.AT_START;
  }
}
