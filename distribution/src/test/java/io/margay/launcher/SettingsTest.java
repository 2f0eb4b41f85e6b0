package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path dir;

  @Test
  void fillsInTheDirectories() throws IOException {
    Path file = Files.writeString(dir.resolve("a.properties"), "x=${margay.home}/etc,${margay.data}/tmp\ny=1\n");
    assertThat(Settings.load(file, new Layout(Path.of("/h"), Path.of("/d")))).containsEntry("x", "/h/etc,/d/tmp").containsEntry("y", "1");
  }

  @Test
  void aMissingFileIsEmpty() throws IOException {
    assertThat(Settings.load(dir.resolve("none"), new Layout(dir, dir))).isEmpty();
  }
}
