package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** kafkajs, which shares no code with the Java client nor with librdkafka. */
class KafkaJsIT {
  @Test
  void createProduceConsumeAndDelete() {
    run("roundtrip.js");
  }

  @Test
  void commitAndAbortTransactions() {
    run("transactions.js");
  }

  private static void run(String script) {
    Path dir = Path.of(System.getProperty("kafkajs.dir"));
    Assumptions.assumeTrue(Run.available("node"), "node is not installed");
    Assumptions.assumeTrue(Files.isDirectory(dir.resolve("node_modules/kafkajs")), "kafkajs is not installed (npm ci in " + dir.getFileName() + ")");
    try (Broker broker = Broker.started()) {
      Run r = Run.of(null, "node", dir.resolve(script).toString(), broker.bootstrap(), "kafkajs").ok();
      assertThat(r.output()).contains("OK");
    }
  }
}
