package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.config.FakeSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstalledCheckTest {
  private final FakeSettings settings = new FakeSettings();

  @Test
  void whatIsThereIsNotMissing() {
    assertThat(InstalledCheck.missing(settings, List.of("memory", "file"), List.of("spread"), List.of("murmur2"))).isEmpty();
  }

  @Test
  void whatIsMissingIsNamedWithWhatIsThere() {
    assertThat(InstalledCheck.missing(settings, List.of("memory", "mapdb"), List.of(), List.of("murmur2"))).containsExactly(
        "there is no storage engine file, which margay.storage.engine names; installed are mapdb, memory",
        "there is no placement strategy spread, which margay.placement names; none is installed");
  }
}
