package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileErrorsTest {
  @TempDir
  private Path directory;

  @Test
  void aBarePathGetsAReason() {
    assertThat(FileErrors.explain(new AccessDeniedException("/x/margay.pid"))).isEqualTo("cannot use /x/margay.pid: permission denied; choose"
        + " another MARGAY_DATA, or give this user the right to write there");
    assertThat(FileErrors.explain(new NoSuchFileException("/proc/x"))).isEqualTo("cannot use /proc/x: no such file or directory; choose"
        + " another MARGAY_DATA");
    assertThat(FileErrors.explain(new FileSystemException("/x/log", null, "Not a directory"))).isEqualTo("cannot use /x/log: not a directory; choose"
        + " another MARGAY_DATA");
    assertThat(FileErrors.explain(new IOException("the broker does not run"))).isEqualTo("the broker does not run");
  }

  @Test
  void aFileInThePlaceOfTheDirectoryIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("data"));
    IOException failure = null;
    try {
      InstanceLock.acquire(file.resolve("margay.pid"));
    } catch (IOException e) {
      failure = e;
    }
    assertThat(FileErrors.explain(failure)).isEqualTo("cannot use " + file + ": it is a file, and a directory is needed; choose another MARGAY_DATA");
  }
}
