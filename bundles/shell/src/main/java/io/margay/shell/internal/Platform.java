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
