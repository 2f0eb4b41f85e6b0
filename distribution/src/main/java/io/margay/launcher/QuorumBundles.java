package io.margay.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * Adds the bundles of {@code optional/quorum} for a node of a cluster. A node that is alone does not install them, because an installed
 * bundle costs memory and time. The parts decide by the same settings whether there is a quorum; the ones here are read without
 * them, from the environment and {@code etc/margay.cfg}.
 */
final class QuorumBundles {
  private static final String VOTERS = "controller.quorum.voters";
  private static final String SERVERS = "controller.quorum.bootstrap.servers";
  private static final String ROLES = "process.roles";
  private static final String DEFAULT_NODE = "1";

  private QuorumBundles() {}

  /** Adds to the levels what the settings ask for. */
  static void add(Layout layout, Map<String, String> environment, SortedMap<Integer, List<Path>> levels) throws IOException {
    Path directory = layout.home().resolve("optional").resolve("quorum");
    if (wanted(environment, Settings.load(layout.etc("margay.cfg"), layout)) && Files.isDirectory(directory)) {
      BundleDirectory.scan(directory).forEach((level, jars) -> levels.merge(level, jars, QuorumBundles::both));
    }
  }

  private static List<Path> both(List<Path> some, List<Path> more) {
    some.addAll(more);
    return some;
  }

  /** Whether the metadata is on other nodes too. */
  static boolean wanted(Map<String, String> environment, Map<String, String> file) {
    String voters = value(VOTERS, environment, file, "");
    if (!voters.isEmpty()) {
      String node = value("node.id", environment, file, value("broker.id", environment, file, DEFAULT_NODE));
      return voters.contains(",") || !voters.startsWith(node + "@");
    }
    return !value(SERVERS, environment, file, "").isEmpty()
        && !value(ROLES, environment, file, "controller").contains("controller");
  }

  private static String value(String name, Map<String, String> environment, Map<String, String> file, String otherwise) {
    String words = name.replace('.', '_').toUpperCase(Locale.ROOT);
    String value = environment.getOrDefault("KAFKA_CFG_" + words, environment.get("KAFKA_" + words));
    value = value == null ? file.get(name) : value;
    return value == null || value.isBlank() ? otherwise : value.strip();
  }
}
