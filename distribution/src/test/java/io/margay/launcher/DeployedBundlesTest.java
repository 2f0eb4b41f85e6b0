package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployedBundlesTest {
  @TempDir
  Path directory;

  private Path file(String path, String content) throws Exception {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  @Test
  void whatWasDeployedTakesThePlaceOfTheJarThatItReplaced() throws Exception {
    Path a = file("bundles/30/a.jar", "a123456789");
    Path b = file("bundles/30/b.jar", "b");
    Path c = file("bundles/40/c.jar", "123456789 of another build");
    Path active = directory.resolve("active");
    Path deployed = file("active/a.jar", "new a");
    CRC32 checksum = new CRC32();
    checksum.update(Files.readAllBytes(a));
    file("active/a.jar.base", "10 " + checksum.getValue());
    file("active/c.jar", "new c");
    file("active/c.jar.base", "9 3421780262");
    file("active/b.jar", "nobody knows what it replaced");
    file("active/gone.jar", "new");
    Path added = file("active/new/x.jar", "x");
    SortedMap<Integer, List<Path>> levels = new TreeMap<>();
    levels.put(30, List.of(a, b));
    levels.put(40, List.of(c));
    DeployedBundles.apply(active, levels);
    assertThat(levels).containsEntry(30, List.of(deployed, b)).containsEntry(40, List.of(c)).containsEntry(60, List.of(added)).hasSize(3);
  }

  @Test
  void usuallyNothingWasDeployed() throws Exception {
    SortedMap<Integer, List<Path>> levels = new TreeMap<>();
    DeployedBundles.apply(directory.resolve("none"), levels);
    assertThat(levels).isEmpty();
  }
}
