package io.margay.launcher;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What was deployed while the broker ran, in the data directory: a jar takes the place of the distribution's jar of the same file name, unless
 * that one is newer, and those in {@code new} are added. The bundle {@code deploy} writes there what it has watched.
 */
final class DeployedBundles {
  /** The framework property that tells that bundle. */
  static final String PROPERTY = "margay.deploy.active";
  private static final int LEVEL_OF_NEW = 60;

  private DeployedBundles() {}

  /** Changes the jars by start level. */
  static void apply(Path directory, SortedMap<Integer, List<Path>> levels) {
    // java.io.File, as in BundleDirectory
    File[] jars = directory.toFile().listFiles((parent, name) -> name.endsWith(".jar"));
    if (jars == null) {
      return;
    }
    Map<String, File> deployed = new HashMap<>();
    for (File jar : jars) {
      deployed.put(jar.getName(), jar);
    }
    levels.replaceAll((level, paths) -> {
      List<Path> now = new ArrayList<>(paths.size());
      for (Path path : paths) {
        File jar = deployed.get(path.getFileName().toString());
        now.add(jar != null && jar.lastModified() >= path.toFile().lastModified() ? jar.toPath() : path);
      }
      return now;
    });
    File[] added = directory.resolve("new").toFile().listFiles((parent, name) -> name.endsWith(".jar"));
    if (added != null && added.length > 0) {
      List<Path> last = new ArrayList<>(levels.getOrDefault(LEVEL_OF_NEW, List.of()));
      for (File jar : added) {
        last.add(jar.toPath());
      }
      levels.put(LEVEL_OF_NEW, last);
    }
  }
}
