package io.margay.shell.internal;

import java.util.List;
import java.util.Map;

/** What the commands ask the framework. */
interface Platform {
  /**
   * A bundle of this project.
   *
   * @param state in lower case, such as active
   */
  record Part(String name, String version, String state) { }

  /**
   * The result of a health check.
   *
   * @param status such as OK
   * @param healthy whether it is fine, possibly with a warning
   * @param messages what it says
   */
  record Check(String name, List<String> tags, String status, boolean healthy, List<String> messages) { }

  /**
   * A command of another bundle, which says by properties of its service how it is listed and completed.
   *
   * @param id scope and name, such as {@code deploy:undo}
   * @param summary one sentence
   * @param usage what its {@code --help} prints
   * @param options names of its options
   * @param takesFiles whether its arguments are jars
   */
  record OtherCommand(String id, String summary, String usage, List<String> options, boolean takesFiles) {
    /** How it is typed. */
    String fullName() {
      return id.startsWith(MargayCommands.SCOPE + ":") ? id.substring(id.indexOf(':') + 1) : id;
    }
  }

  /** The commands of other bundles that are there now. */
  List<OtherCommand> otherCommands();

  /**
   * Runs health checks; may be blocked for as long as these may take.
   *
   * @param tag which, or null for all
   * @return their results by name, or null when nobody runs checks
   */
  List<Check> health(String tag);

  /**
   * Gives bundles their wiring again, so that others use what was updated, and waits until all run again. This bundle may be one of them.
   *
   * @param names names or numbers of bundles; empty for all that were updated or uninstalled since the last time
   * @throws ShellException when there is no such bundle, and nothing begins; or when it takes too long, and goes on
   */
  void refresh(List<String> names) throws InterruptedException;

  /** The storage engines that are there, by name. */
  List<String> storageEngines();

  /** Our bundles by name. */
  List<Part> parts();

  /** Names of the APIs that are served, by key. */
  Map<Short, String> apiNames();
}
