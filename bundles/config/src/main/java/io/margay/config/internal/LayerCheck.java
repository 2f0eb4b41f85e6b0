package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings.NotApplied;
import io.margay.spi.config.NodeSettings.Reason;
import io.margay.spi.config.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Looks at what layers give, entry by entry. */
final class LayerCheck {
  static final String AT_NEXT_START = "takes effect at the next start";

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
   * A newly read layer without what cannot count now: what is not valid, and what takes effect only at the start. In their place
   * stays what counted before.
   *
   * @param before the layer that is in effect
   * @param now the layer as it was read
   * @param notApplied gets what was left out, with the reason
   */
  static Layer accept(Layer before, Layer now, List<NotApplied> notApplied) {
    Map<String, Entry> entries = new HashMap<>(now.entries());
    new TreeMap<>(now.entries()).forEach((name, entry) -> {
      Entry former = before.entries().get(name);
      String problem = problem(name, entry);
      if (problem != null) {
        notApplied.add(notApplied(name, entry, Reason.REFUSED, problem));
      } else if (atStart(name) && (former == null || !former.text().equals(entry.text()))) {
        notApplied.add(notApplied(name, entry, Reason.AT_NEXT_START, AT_NEXT_START));
      } else {
        return;
      }
      restore(entries, name, former);
    });
    new TreeMap<>(before.entries()).forEach((name, former) -> {
      if (atStart(name) && !now.entries().containsKey(name)) {
        notApplied.add(new NotApplied(name, null, former.origin(), Reason.AT_NEXT_START, "taken away; " + AT_NEXT_START));
        entries.put(name, former);
      }
    });
    return new Layer(now.source(), entries);
  }

  /** A layer that was accepted, with listeners as they were before: settings contradict each other only over listeners. */
  static Layer withFormerListeners(Layer before, Layer accepted, String why, List<NotApplied> notApplied) {
    Map<String, Entry> entries = new HashMap<>(accepted.entries());
    TreeSet<String> names = new TreeSet<>(before.entries().keySet());
    names.addAll(entries.keySet());
    names.removeIf(name -> !ofListeners(name));
    for (String name : names) {
      Entry former = before.entries().get(name);
      Entry now = accepted.entries().get(name);
      if (now == null || former == null || !now.text().equals(former.text())) {
        notApplied.add(now == null ? new NotApplied(name, null, former.origin(), Reason.REFUSED, why)
            : notApplied(name, now, Reason.REFUSED, why));
        restore(entries, name, former);
      }
    }
    return new Layer(accepted.source(), entries);
  }

  private static void restore(Map<String, Entry> entries, String name, Entry former) {
    if (former == null) {
      entries.remove(name);
    } else {
      entries.put(name, former);
    }
  }

  static NotApplied notApplied(String name, Entry entry, Reason reason, String why) {
    Setting<?> setting = Definitions.ALL.server(name);
    // what nobody knows may be a secret with a mistyped name
    boolean hidden = setting == null || setting.secret();
    return new NotApplied(name, hidden ? null : entry.text(), entry.origin(), reason, why);
  }

  static boolean ofListeners(String name) {
    return name.contains("listener") && !name.startsWith("listener.name.");
  }

  static boolean atStart(String name) {
    Setting<?> setting = Definitions.ALL.server(name);
    return setting != null && setting.update() == Setting.Update.AT_START;
  }
}
