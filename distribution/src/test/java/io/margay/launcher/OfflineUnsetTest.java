package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfflineUnsetTest {
  @TempDir Path data;

  @Test
  void namesAreAdded() throws Exception {
    Layout layout = new Layout(data, data);
    CommandLine line = CommandLine.parse("config:unset", "--offline", "listeners");
    assertThat(line.command()).isEqualTo(CommandLine.Command.UNSET);
    assertThat(OfflineUnset.write(layout, line.text())).startsWith("listeners: what is stored for this broker is passed over");
    OfflineUnset.write(layout, OfflineUnset.names(java.util.List.of("log.retention.ms", "--offline", "listeners")));
    assertThat(data.resolve("unset-settings")).hasContent("listeners\nlog.retention.ms");
  }

  @ParameterizedTest
  @ValueSource(strings = {"listeners", "--offline", "--offline --all", "--offline a=b"})
  void wrongUseIsRefused(String words) {
    assertThatThrownBy(() -> CommandLine.parse(("config:unset " + words).split(" "))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("config:unset --offline NAME");
  }
}
