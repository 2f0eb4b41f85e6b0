package io.margay.spi.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLimitTest {
  @TempDir
  private Path directory;

  @Test
  void followsFromTheHeapAndTheDescriptors() {
    assertThat(PartitionLimit.derive(256L << 20, 20_000)).isEqualTo(6710);
    assertThat(PartitionLimit.derive(128L << 20, Long.MAX_VALUE)).isEqualTo(3355);
    assertThat(PartitionLimit.derive(8L << 30, 4096)).isEqualTo(2048);
    assertThat(PartitionLimit.derive(1 << 20, 64)).isEqualTo(100);
  }

  @Test
  void readsTheLimitOfOpenFiles() throws Exception {
    Path limits = Files.writeString(directory.resolve("limits"), """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             127235               127235               processes
        Max open files            20000                524288               files
        """);
    assertThat(PartitionLimit.descriptors(limits)).isEqualTo(20_000);
    Files.writeString(limits, "Max open files            unlimited            unlimited            files\n");
    assertThat(PartitionLimit.descriptors(limits)).isEqualTo(Long.MAX_VALUE);
    assertThat(PartitionLimit.descriptors(directory.resolve("none"))).isEqualTo(Long.MAX_VALUE);
  }
}
