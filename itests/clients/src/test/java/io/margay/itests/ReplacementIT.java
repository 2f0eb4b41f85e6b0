package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts that {@code margay shell} itself depends on are updated by a command that it runs. */
class ReplacementIT {
  private static Broker broker;

  @BeforeAll
  static void start() throws IOException {
    broker = Broker.prepare().start();
    broker.shell("topic:create kept").ok();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"shell", "config", "console", "server"})
  void theCommandRunsToItsEndAndTheNextOneFindsEverything(String part) {
    String directory = part.equals("server") ? "40" : part.equals("config") ? "30" : "60";
    String jar = Path.of(System.getProperty("margay.home"), "bundles/" + directory + "/io.margay." + part + "-0.1.0-SNAPSHOT.jar").normalize()
        .toUri().toString();
    assertThat(broker.shell("update io.margay." + part + " " + jar)).isEqualTo(new Run(0, ""));
    assertThat(broker.shell("topic:list").ok().output()).contains("kept");
    assertThat(broker.shell("produce kept one").ok().output()).startsWith("produced 1 record");
  }
}
