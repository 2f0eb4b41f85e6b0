package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeployCommandTest {
  @Test
  void filesAreThoseOfTheCallersDirectory() {
    String here = Path.of("").toAbsolutePath().toString();
    assertThat(DeployCommand.of(List.of("--watch", "30s", "a.jar", "--dry-run", "../b.jar")))
        .isEqualTo("deploy --watch 30s " + here + "/a.jar --dry-run " + Path.of(here).getParent() + "/b.jar");
  }

  @Test
  void whatTheShellWouldInterpretIsQuoted() {
    assertThat(DeployCommand.of(List.of("/a b/it's $1 \"x\".jar"))).isEqualTo("deploy /a\\ b/it\\'s\\ \\$1\\ \\\"x\\\".jar");
  }

  @Test
  void aFileIsNeeded() {
    assertThatThrownBy(() -> CommandLine.parse("deploy", "--dry-run")).hasMessageContaining("deploy needs a file");
    assertThat(CommandLine.parse("deploy", "--help").text()).isEqualTo("deploy --help");
  }
}
