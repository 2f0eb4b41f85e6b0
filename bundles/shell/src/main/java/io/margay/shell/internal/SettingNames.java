package io.margay.shell.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.Collection;
import java.util.TreeSet;

/** The settings that a kind of resource has. */
final class SettingNames {
  private SettingNames() { }

  /** Their names, in ascending order. */
  static TreeSet<String> of(NodeSettings settings, Setting.Scope scope) {
    TreeSet<String> names = new TreeSet<>();
    settings.definitions(scope).forEach(s -> names.add(s.name()));
    return names;
  }

  /** What may have been meant by the first name that does not exist, as the end of an error message; empty when all exist. */
  static String hint(NodeSettings settings, Setting.Scope scope, Collection<String> given) {
    return given.stream().filter(name -> settings.definition(scope, name) == null).findFirst()
        .map(name -> Near.hint(name, of(settings, scope), "config:list --all")).orElse("");
  }
}
