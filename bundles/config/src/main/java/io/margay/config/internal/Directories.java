package io.margay.config.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The directories of this node.
 *
 * @param data the directory below which everything is written, absolute
 * @param file the file of settings, absolute; it may be missing
 * @param home the installed distribution, absolute
 */
record Directories(Path data, Path file, Path home) {
  /**
   * The data directory is the system property {@code margay.data}, which the launcher sets, else the variable MARGAY_DATA, else
   * {@code margay} below Karaf's data directory, else {@code data} in the working directory.
   *
   * @param environment environment variables
   * @param system system properties
   */
  static Directories find(Map<String, String> environment, Map<String, String> system) {
    Path home = absolute(first(system.get("margay.home"), environment.get("MARGAY_HOME"), system.get("karaf.home"), "."));
    String karafData = system.get("karaf.data");
    Path data = absolute(first(system.get("margay.data"), environment.get("MARGAY_DATA"),
        karafData == null ? null : karafData + "/margay", "data"));
    String karafEtc = system.get("margay.home") == null ? system.get("karaf.etc") : null;
    return new Directories(data, (karafEtc == null ? home.resolve("etc") : absolute(karafEtc)).resolve("margay.cfg"), home);
  }

  /** The text with {@code ${margay.data}} and {@code ${margay.home}} filled in. */
  String fill(String text) {
    return text.indexOf('$') < 0 ? text
        : text.replace("${margay.data}", data.toString()).replace("${margay.home}", home.toString());
  }

  /** The path, below the data directory when it is relative. */
  String belowData(String path) {
    return data.resolve(path).normalize().toString();
  }

  /** The log directories of a list, which may be null or empty. */
  List<String> logDirs(List<String> given) {
    List<String> dirs = new ArrayList<>();
    for (String dir : given == null || given.isEmpty() ? List.of("logs") : given) {
      dirs.add(belowData(dir));
    }
    return List.copyOf(dirs);
  }

  private static Path absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize();
  }

  private static String first(String... candidates) {
    for (String candidate : candidates) {
      if (candidate != null && !candidate.isEmpty()) {
        return candidate;
      }
    }
    throw new IllegalStateException("the last candidate must be there");
  }
}
