package io.margay.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.zip.CRC32;

/**
 * What was deployed while the broker ran, in the data directory: a jar takes the place of the distribution's jar of the same file name, as long
 * as that is the one that it replaced ({@code NAME.jar.base} has its size and checksum), and those in {@code new} are added. The bundle
 * {@code deploy} writes there what it has watched.
 */
final class DeployedBundles {
  /** The framework property that tells that bundle. */
  static final String PROPERTY = "margay.deploy.active";
  /** The framework property that names the folder whose bundles it deploys. */
  static final String FOLDER_PROPERTY = "margay.deploy.folder";
  private static final int LEVEL_OF_NEW = 60;

  private DeployedBundles() {}

  /** Changes the jars by start level. */
  static void apply(Path directory, SortedMap<Integer, List<Path>> levels) throws IOException {
    // java.io.File, as in BundleDirectory
    File[] jars = directory.toFile().listFiles((parent, name) -> name.endsWith(".jar"));
    if (jars == null) {
      return;
    }
    Map<String, File> deployed = new HashMap<>();
    for (File jar : jars) {
      deployed.put(jar.getName(), jar);
    }
    for (Map.Entry<Integer, List<Path>> level : levels.entrySet()) {
      List<Path> now = new ArrayList<>(level.getValue().size());
      for (Path path : level.getValue()) {
        File jar = deployed.get(path.getFileName().toString());
        now.add(jar != null && replaces(jar, path) ? jar.toPath() : path);
      }
      level.setValue(now);
    }
    File[] added = directory.resolve("new").toFile().listFiles((parent, name) -> name.endsWith(".jar"));
    if (added != null && added.length > 0) {
      List<Path> last = new ArrayList<>(levels.getOrDefault(LEVEL_OF_NEW, List.of()));
      for (File jar : added) {
        last.add(jar.toPath());
      }
      levels.put(LEVEL_OF_NEW, last);
    }
  }

  private static boolean replaces(File jar, Path base) throws IOException {
    Path known = Path.of(jar + ".base");
    if (!Files.exists(known)) {
      return false;
    }
    byte[] content = Files.readAllBytes(base);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    return Files.readString(known).strip().equals(content.length + " " + checksum.getValue());
  }
}
