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

/** Checks the entries of layers one by one. */
final class LayerCheck {
  static final String AT_NEXT_START = "takes effect at the next start";

  private LayerCheck() { }

  /** One sentence for each entry that is unknown or not valid, with the place where it stands. */
  static List<String> problems(List<Layer> layers, Definitions known) {
    List<String> problems = new ArrayList<>();
    for (Layer layer : layers) {
      new TreeMap<>(layer.entries()).forEach((name, entry) -> {
        String problem = problem(name, entry, known);
        if (problem != null) {
          problems.add(entry.origin() + ": " + problem);
        }
      });
    }
    return problems;
  }

  /** What is wrong with an entry, or null. */
  static String problem(String name, Entry entry, Definitions known) {
    Setting<?> setting = known.broker(name);
    if (setting == null) {
      return known.unknown(name);
    }
    try {
      setting.parse(entry.text());
      return null;
    } catch (InvalidSettingException e) {
      return e.getMessage();
    }
  }

  /** Names of settings that are given and do nothing here. */
  static TreeSet<String> withoutEffect(List<Layer> layers, Definitions known) {
    TreeSet<String> names = new TreeSet<>();
    for (Layer layer : layers) {
      for (String name : layer.entries().keySet()) {
        Setting<?> setting = known.broker(name);
        if (setting != null && !setting.effective()) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /**
   * Returns a newly read layer without the entries that cannot apply now: those that are not valid, and those that take effect
   * only at the start. Their previous values stay.
   *
   * @param before the layer that is in effect
   * @param now the layer as it was read
   * @param former the definitions that were known then
   * @param known the definitions that are known now; a setting that became known with a new part applies at once
   * @param notApplied gets what was left out, with the reason
   */
  static Layer accept(Layer before, Layer now, Definitions former, Definitions known, List<NotApplied> notApplied) {
    Map<String, Entry> entries = new HashMap<>(now.entries());
    new TreeMap<>(now.entries()).forEach((name, entry) -> {
      Entry counted = before.entries().get(name);
      String problem = problem(name, entry, known);
      if (problem != null) {
        notApplied.add(notApplied(name, entry, Reason.REFUSED, problem, known));
      } else if (atStart(name, known) && former.broker(name) != null && (counted == null || !counted.text().equals(entry.text()))) {
        notApplied.add(notApplied(name, entry, Reason.AT_NEXT_START, AT_NEXT_START, known));
      } else {
        return;
      }
      restore(entries, name, counted);
    });
    new TreeMap<>(before.entries()).forEach((name, counted) -> {
      if (atStart(name, known) && !now.entries().containsKey(name)) {
        notApplied.add(new NotApplied(name, null, counted.origin(), Reason.AT_NEXT_START, "taken away; " + AT_NEXT_START));
        entries.put(name, counted);
      }
    });
    return new Layer(now.source(), entries);
  }

  /** A layer that was accepted, with listeners as they were before: settings contradict each other only over listeners. */
  static Layer withFormerListeners(Layer before, Layer accepted, String why, Definitions known, List<NotApplied> notApplied) {
    Map<String, Entry> entries = new HashMap<>(accepted.entries());
    TreeSet<String> names = new TreeSet<>(before.entries().keySet());
    names.addAll(entries.keySet());
    names.removeIf(name -> !ofListeners(name));
    for (String name : names) {
      Entry former = before.entries().get(name);
      Entry now = accepted.entries().get(name);
      if (now == null || former == null || !now.text().equals(former.text())) {
        notApplied.add(now == null ? new NotApplied(name, null, former.origin(), Reason.REFUSED, why)
            : notApplied(name, now, Reason.REFUSED, why, known));
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

  static NotApplied notApplied(String name, Entry entry, Reason reason, String why, Definitions known) {
    Setting<?> setting = known.broker(name);
    // an unknown name may be the mistyped name of a secret
    boolean hidden = setting == null || setting.secret();
    return new NotApplied(name, hidden ? null : entry.text(), entry.origin(), reason, why);
  }

  static boolean ofListeners(String name) {
    return name.contains("listener") && !name.startsWith("listener.name.") && !name.startsWith("margay.");
  }

  static boolean atStart(String name, Definitions known) {
    Setting<?> setting = known.broker(name);
    return setting != null && setting.update() == Setting.Update.AT_START;
  }
}
