package io.margay.shell.internal;

import io.margay.protocol.Errors;
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

  /**
   * As {@link Requests#check(short, String, String)}; says, too, what may have been meant by a name that does not exist.
   *
   * @param given the names in the request
   */
  static void check(NodeSettings settings, Setting.Scope scope, Collection<String> given, Requests.Answer answer, String what) {
    if (answer.code() != Errors.INVALID_CONFIG.code()) {
      Requests.check(answer.code(), answer.message(), what);
      return;
    }
    String hint = given.stream().filter(name -> settings.definition(scope, name) == null).findFirst()
        .map(name -> Near.hint(name, of(settings, scope), "config:list --all")).orElse("");
    throw new ShellException(what + ": " + Requests.text(answer.code(), answer.message()) + hint);
  }
}
