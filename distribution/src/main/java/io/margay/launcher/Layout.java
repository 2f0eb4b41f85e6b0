package io.margay.launcher;

import java.nio.file.Path;

/**
 * The directories of the broker.
 *
 * @param home the installed distribution, read only while it runs
 * @param data what the broker writes
 */
record Layout(Path home, Path data) {
  /** Reads the system properties margay.home and margay.data, and sets them to absolute paths for all bundles. */
  static Layout fromSystemProperties() {
    Path home = Path.of(System.getProperty("margay.home", ".")).toAbsolutePath().normalize();
    String given = System.getProperty("margay.data", "");
    Path data = given.isEmpty() ? home.resolve("data") : Path.of(given).toAbsolutePath().normalize();
    System.setProperty("margay.home", home.toString());
    System.setProperty("margay.data", data.toString());
    return new Layout(home, data);
  }

  Path bundles() {
    return home.resolve("bundles");
  }

  Path etc(String name) {
    return home.resolve("etc").resolve(name);
  }

  Path cache() {
    return data.resolve("cache");
  }

  /** Holds the process id, and is locked while the process lives. */
  Path pidFile() {
    return data.resolve("margay.pid");
  }

  Path shellSocket() {
    return data.resolve("shell.sock");
  }

  /** Where users put bundles. */
  Path deployFolder() {
    return home.resolve("deploy");
  }

  /** What was deployed while the broker ran. */
  Path deployed() {
    return data.resolve("deploy").resolve("active");
  }

  /** The output of a broker in the background. */
  Path consoleLog() {
    return data.resolve("log").resolve("console.log");
  }
}
