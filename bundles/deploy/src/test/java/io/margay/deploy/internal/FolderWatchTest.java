package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWatchTest {
  @TempDir
  Path folder;
  private FolderWatch watch;

  @BeforeEach
  void open() {
    watch = new FolderWatch(folder.toFile());
  }

  private List<String> look() {
    List<String> names = new ArrayList<>();
    watch.look(file -> names.add(file.getName()));
    return names;
  }

  @Test
  void aFileIsToldOnceWhenItDoesNotGrowAnyMore() throws Exception {
    assertThat(look()).isEmpty();
    Path jar = Files.write(folder.resolve("a.jar"), new byte[10]);
    Files.write(folder.resolve("README"), new byte[10]);
    assertThat(look()).isEmpty();
    assertThat(look()).isEmpty();
    Files.write(jar, new byte[20]);
    assertThat(look()).isEmpty();
    assertThat(look()).isEmpty();
    assertThat(look()).containsExactly("a.jar");
    assertThat(look()).isEmpty();
    assertThat(look()).isEmpty();
  }

  @Test
  void aFileThatWasWrittenAgainIsToldAgain() throws Exception {
    Path jar = Files.write(folder.resolve("a.jar"), new byte[10]);
    for (int i = 0; i < FolderWatch.SAME_LOOKS; i++) {
      look();
    }
    Files.write(jar, new byte[11]);
    look();
    look();
    assertThat(look()).containsExactly("a.jar");
    Files.delete(jar);
    assertThat(look()).isEmpty();
    Files.write(jar, new byte[11]);
    look();
    look();
    assertThat(look()).containsExactly("a.jar");
  }

  @Test
  void aFolderThatIsGoneIsEmpty() {
    new FolderWatch(new File(folder.toFile(), "none")).look(file -> {
      throw new AssertionError(file);
    });
  }
}
