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

  /** The storage engines that are there, by name. */
  List<String> storageEngines();

  /** Our bundles by name. */
  List<Part> parts();

  /** Names of the APIs that are served, by key. */
  Map<Short, String> apiNames();
}
