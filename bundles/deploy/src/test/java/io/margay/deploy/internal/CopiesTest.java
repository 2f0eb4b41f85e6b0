package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopiesTest {
  @TempDir
  Path directory;

  private Path copy(String name, int bytes) throws Exception {
    return Files.write(directory.resolve(name + ".jar"), new byte[bytes]);
  }

  private List<String> names() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theOldestAreDeletedWhenThereAreTooMany() throws Exception {
    for (int i = 1; i <= 5; i++) {
      copy("t" + i, 10);
    }
    new Copies(directory).trim(3, 1000, List.of());
    assertThat(names()).containsExactly("t3.jar", "t4.jar", "t5.jar");
  }

  @Test
  void orTooLargeButNeverThoseThatAreNeeded() throws Exception {
    Path old = copy("t1", 400);
    copy("t2", 400);
    copy("t3", 400);
    new Copies(directory).trim(10, 900, List.of());
    assertThat(names()).containsExactly("t2.jar", "t3.jar");
    copy("t1", 400);
    new Copies(directory).trim(10, 900, List.of(old));
    assertThat(names()).containsExactly("t1.jar", "t2.jar", "t3.jar");
    new Copies(directory.resolve("none")).trim(1, 1, List.of());
  }
}
