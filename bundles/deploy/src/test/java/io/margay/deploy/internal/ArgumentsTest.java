package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void filesAndOptionsInAnyOrder() throws Exception {
    assertThat(Arguments.parse(List.of("/a.jar"))).isEqualTo(new Arguments(List.of(Path.of("/a.jar")), false, -1));
    assertThat(Arguments.parse(List.of("--watch", "2m", "/a.jar", "--dry-run", "file:///b.jar")))
        .isEqualTo(new Arguments(List.of(Path.of("/a.jar"), Path.of("/b.jar")), true, 120_000));
    assertThat(Arguments.parse(List.of("--watch=500ms", "/a.jar")).watchMs()).isEqualTo(500);
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThatThrownBy(() -> Arguments.parse(List.of())).hasMessageContaining("needs a file");
    assertThatThrownBy(() -> Arguments.parse(List.of("--force", "/a.jar"))).hasMessageContaining("does not know --force");
    for (String time : List.of("", "10", "2h", "61m", "-1s")) {
      assertThatThrownBy(() -> Arguments.parse(List.of("/a.jar", "--watch", time))).hasMessageContaining("at most an hour");
    }
  }
}
