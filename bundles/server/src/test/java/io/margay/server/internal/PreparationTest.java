package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PreparationTest {
  @Test
  @EnabledOnOs(OS.LINUX)
  void leavesNoSocketBehind() throws Exception {
    new Preparation().run();
    long before = sockets();
    new Preparation().run();
    assertThat(sockets()).isEqualTo(before);
    assertThat(Preparation.FIRST_NEEDED).doesNotContainNull();
  }

  private static long sockets() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(PreparationTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (java.io.IOException e) {
      return false; // the listing's own, closed meanwhile
    }
  }
}
