package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleDirectoryTest {
  @TempDir Path dir;

  @Test
  void ordersLevelsByNumberAndJarsByName() throws IOException {
    Path b = jar("05/b.jar");
    Path a = jar("05/a.jar");
    Path c = jar("40/c.jar");
    jar("40/notes.txt");
    jar("readme.txt");
    Files.createDirectory(dir.resolve("60"));
    assertThat(BundleDirectory.scan(dir)).containsExactly(
        Map.entry(5, List.of(a, b)), Map.entry(40, List.of(c)));
  }

  @Test
  void refusesADirectoryThatIsNoLevel() throws IOException {
    jar("05/a.jar");
    jar("extra/b.jar");
    assertThatThrownBy(() -> BundleDirectory.scan(dir)).isInstanceOf(IOException.class).hasMessageContaining("extra is no start level");
  }

  @Test
  void refusesAnEmptyDirectory() {
    assertThatThrownBy(() -> BundleDirectory.scan(dir)).hasMessageContaining("no bundles");
    assertThatThrownBy(() -> BundleDirectory.scan(dir.resolve("none"))).hasMessageContaining("cannot read");
  }

  private Path jar(String name) throws IOException {
    Path path = dir.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.createFile(path);
  }
}
