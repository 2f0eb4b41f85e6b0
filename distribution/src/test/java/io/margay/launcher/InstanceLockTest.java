package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceLockTest {
  @TempDir Path dir;

  @Test
  void holdsTheProcessIdWhileItIsLocked() throws IOException {
    Path file = dir.resolve("data/margay.pid");
    try (InstanceLock lock = InstanceLock.acquire(file)) {
      assertThat(lock).isNotNull();
      assertThat(file).hasContent(ProcessHandle.current().pid() + "\n");
    }
    assertThat(file).isEmptyFile();
    assertThat(InstanceLock.owner(file)).isEmpty();
  }

  @Test
  void aFileThatACrashLeftBehindHasNoOwner() throws IOException {
    Path file = Files.writeString(dir.resolve("margay.pid"), "1\n");
    assertThat(InstanceLock.owner(file)).isEmpty();
    InstanceLock.acquire(file).close();
  }
}
