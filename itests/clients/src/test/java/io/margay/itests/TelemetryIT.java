package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.TestBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Metrics of the stock Java producer (KIP-714), subscribed to with the tools that ship with Kafka, and received by a bundle of a user. */
class TelemetryIT {
  private static final String METRICS = "org.apache.kafka.tools.ClientMetricsCommand";
  private static Broker broker;

  @BeforeAll
  static void start() {
    broker = Broker.started();
    broker.shell("topic:create measured -p 1").ok();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Run tool(String mainClass, String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "--bootstrap-server";
    all[1] = broker.bootstrap();
    System.arraycopy(args, 0, all, 2, args.length);
    return Run.tool(null, mainClass, all);
  }

  private static KafkaProducer<String, String> producer(String id) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", broker.bootstrap(), "client.id", id, "enable.metrics.push", true));
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  /** The broker prints what it receives; the wait ends with the line. */
  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s%n%s", what, broker.output()).isLessThan(deadline);
    }
  }

  @Test
  void aProducerPushesWhatTheToolSubscribedTo() throws Exception {
    try (KafkaProducer<String, String> early = producer("early")) {
      early.send(new ProducerRecord<>("measured", "v")).get();
      assertThat(early.clientInstanceId(Duration.ofMillis(500))).as("without a receiver the broker advertises no telemetry").isNull();
    }
    tool(METRICS, "--alter", "--name", "producers", "--metrics", "org.apache.kafka.producer.", "--interval", "200", "--match",
        "client_software_name=apache-kafka-java,client_id=meas.*").ok();
    assertThat(tool(METRICS, "--describe", "--name", "producers").ok().output()).contains("interval.ms=200",
        "metrics=org.apache.kafka.producer.", "match=client_software_name=apache-kafka-java,client_id=meas.*");
    assertThat(tool("kafka.admin.ConfigCommand", "--describe", "--entity-type", "client-metrics").ok().output())
        .contains("producers", "interval.ms=200");
    assertThat(tool(METRICS, "--alter", "--name", "wrong", "--match", "client_id=(").output()).contains("Illegal client matching pattern");
    assertThat(tool(METRICS, "--alter", "--name", "wrong", "--interval", "99").output()).contains("interval.ms");
    assertThat(tool(METRICS, "--list").ok().output()).contains("producers").doesNotContain("wrong");

    Path jar = new TestBundle("org.example.receiver").activator(PrintingReceiver.class)
        .header("Import-Package", "org.osgi.framework,io.margay.spi.telemetry,io.margay.protocol")
        .write(Files.createTempDirectory(Path.of(System.getProperty("work.dir")), "receiver").resolve("receiver.jar"));
    broker.shell("start " + jar.toUri()).ok();
    String line;
    try (KafkaProducer<String, String> measured = producer("measured"); KafkaProducer<String, String> other = producer("other")) {
      other.send(new ProducerRecord<>("measured", "v")).get();
      measured.send(new ProducerRecord<>("measured", "v")).get();
      line = PrintingReceiver.line(measured.clientInstanceId(Duration.ofSeconds(60)).toString(), "measured", false)
          + " software=apache-kafka-java version=";
      await("the producer pushes", () -> broker.output().contains(line));
      broker.shell("update io.margay.telemetry").ok();
      long before = pushes(line);
      await("it pushes after an update of telemetry", () -> pushes(line) > before + 1);
      broker.shell("update org.example.receiver").ok();
      long since = pushes(line);
      await("it pushes after an update of the receiver", () -> pushes(line) > since + 1);
    }
    assertThat(broker.output()).contains("producer=true").doesNotContain("client=other").doesNotContain("client=early");
    tool(METRICS, "--delete", "--name", "producers").ok();
    assertThat(tool(METRICS, "--list").ok().output()).doesNotContain("producers");
  }

  private static long pushes(String line) {
    return broker.output().lines().filter(l -> l.startsWith(line)).count();
  }
}
