package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DirectoriesTest {
  @Test
  void followsTheLauncherThenTheEnvironmentThenKarafThenTheWorkingDirectory() {
    Map<String, String> environment = Map.of("MARGAY_DATA", "/env");
    assertThat(Directories.find(environment, Map.of("margay.data", "/launcher")).data()).isEqualTo(Path.of("/launcher"));
    assertThat(Directories.find(environment, Map.of("karaf.data", "/k/data")).data()).isEqualTo(Path.of("/env"));
    assertThat(Directories.find(Map.of(), Map.of("karaf.data", "/k/data")).data()).isEqualTo(Path.of("/k/data/margay"));
    assertThat(Directories.find(Map.of(), Map.of()).data()).isEqualTo(Path.of("data").toAbsolutePath());
  }

  @Test
  void theFileIsInEtc() {
    assertThat(Directories.find(Map.of(), Map.of("margay.home", "/h")).file()).isEqualTo(Path.of("/h/etc/margay.cfg"));
    assertThat(Directories.find(Map.of(), Map.of("karaf.home", "/k", "karaf.etc", "/k2/etc")).file())
        .isEqualTo(Path.of("/k2/etc/margay.cfg"));
    assertThat(Directories.find(Map.of(), Map.of("margay.home", "/h", "karaf.etc", "/k/etc")).file())
        .isEqualTo(Path.of("/h/etc/margay.cfg"));
  }
}
