package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployedBundlesTest {
  @TempDir
  Path directory;

  private Path jar(String path, long modified) throws Exception {
    Path jar = directory.resolve(path);
    Files.createDirectories(jar.getParent());
    Files.writeString(jar, path);
    Files.setLastModifiedTime(jar, FileTime.fromMillis(modified));
    return jar;
  }

  @Test
  void whatWasDeployedTakesThePlaceOfOlderJars() throws Exception {
    Path a = jar("bundles/30/a.jar", 1_000_000);
    Path b = jar("bundles/30/b.jar", 1_000_000);
    Path c = jar("bundles/40/c.jar", 9_000_000);
    Path active = directory.resolve("active");
    Path newer = jar("active/a.jar", 2_000_000);
    jar("active/c.jar", 2_000_000);
    jar("active/gone.jar", 2_000_000);
    Path added = jar("active/new/x.jar", 2_000_000);
    SortedMap<Integer, List<Path>> levels = new TreeMap<>();
    levels.put(30, List.of(a, b));
    levels.put(40, List.of(c));
    DeployedBundles.apply(active, levels);
    assertThat(levels).containsEntry(30, List.of(newer, b)).containsEntry(40, List.of(c)).containsEntry(60, List.of(added)).hasSize(3);
  }

  @Test
  void usuallyNothingWasDeployed() {
    SortedMap<Integer, List<Path>> levels = new TreeMap<>();
    DeployedBundles.apply(directory.resolve("none"), levels);
    assertThat(levels).isEmpty();
  }
}
