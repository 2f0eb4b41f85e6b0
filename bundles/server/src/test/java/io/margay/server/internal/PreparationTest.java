package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PreparationTest {
  @Test
  void leavesNoSocketBehind() throws Exception {
    assumeTrue(Epoll.isAvailable(), "without epoll it opens none");
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
