package io.margay.itests.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.SampleBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Settings with Karaf's own commands, and a strategy in Karaf's deploy folder. */
class KarafConfigIT {
  private static KarafBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KarafBroker.started("margay", "margay-memory");
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  /** Asks until an answer has the text: Configuration Admin and the folder's watcher work on threads of their own. */
  private static String awaitShell(String command, String text) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    for (;;) {
      String output = broker.shell(command);
      if (output.contains(text)) {
        return output;
      }
      assertThat(System.nanoTime()).as("%s contains %s: %s", command, text, output).isLessThan(deadline);
    }
  }

  private static void set(String name, String value) throws Exception {
    broker.shell("config:edit io.margay\nconfig:property-set " + name + " " + value + "\nconfig:update");
  }

  private static int partitionsOfNewTopic(String topic) throws Exception {
    Map<String, Object> p = Map.of("bootstrap.servers", broker.bootstrap());
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
        Admin admin = Admin.create(p)) {
      producer.send(new ProducerRecord<>(topic, "v")).get();
      return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
    }
  }

  @Test
  void aSettingIsChangedRefusedAndTakenAwayWithKarafsCommands() throws Exception {
    set("num.partitions", "3");
    String explained = awaitShell("config:explain num.partitions --json", "\"value\" : \"3\"");
    assertThat(explained).contains("configuration io.margay, ").contains("etc/io.margay.cfg").contains("\"applied\" : true");
    assertThat(partitionsOfNewTopic("three")).isEqualTo(3);

    set("num.partitions", "many");
    explained = awaitShell("config:explain num.partitions --json", "\"applied\" : false");
    assertThat(explained).contains("\"value\" : \"3\"").contains("expected a whole number of 32 bits").contains("\"refused\"");
    assertThat(partitionsOfNewTopic("still-three")).isEqualTo(3);

    set("num.partitons", "7");
    assertThat(awaitShell("config:explain num.partitons", "was refused")).contains("did you mean num.partitions?");
    broker.shell("config:edit io.margay\nconfig:property-delete num.partitons\nconfig:property-delete num.partitions\nconfig:update");
    awaitShell("config:explain num.partitions --json", "\"setBy\" : \"default\"");
    assertThat(partitionsOfNewTopic("one")).isEqualTo(1);
  }

  /** The configuration is stronger than the file that the feature brings, and weaker than the Admin API. */
  @Test
  void theOrderOfTheSources() throws Exception {
    Path file = broker.home().resolve("etc/margay.cfg");
    Files.writeString(file, Files.readString(file) + "\nlog.retention.minutes = 11\nlog.retention.check.interval.ms = 9\n");
    awaitShell("config:explain log.retention.minutes --json", "\"value\" : \"11\"");
    assertThat(broker.shell("config:explain log.retention.check.interval.ms")).contains("at the next start")
        .containsPattern("Applied: +false");
    set("log.retention.minutes", "12");
    awaitShell("config:explain log.retention.minutes --json", "\"value\" : \"12\"");
    broker.shell("config:set broker 1 log.retention.minutes=13");
    String explained = awaitShell("config:explain log.retention.minutes", "13");
    assertThat(explained).containsSubsequence("13", "Admin API", "counts", "12", "io.margay.cfg", "overridden", "11", "margay.cfg:",
        "overridden", "default", "overridden");
  }

  @Test
  void metatypeDescribesTheSettings() throws Exception {
    assertThat(broker.shell("config:meta io.margay")).contains("num.partitions").contains("listeners")
        .contains("number of at least 1");
  }

  @Test
  void aStrategyInDeployIsPickedUpAndGoesWithItsFile() throws Exception {
    Path jar = SampleBundle.build(Path.of(System.getProperty("sample.sources")), Files.createTempDirectory(
        Path.of(System.getProperty("work.dir")), "sample"));
    Path deployed = broker.home().resolve("deploy").resolve(jar.getFileName());
    Files.createDirectories(deployed.getParent());
    Files.move(Files.copy(jar, deployed.getParent().resolveSibling("sample.part")), deployed);
    awaitShell("partitioner:list", SampleBundle.STRATEGY);
    broker.shell("topic:create letters -p 4 -c margay.partitioner=first-letter:keyless=3");
    assertThat(broker.shell("produce letters x")).contains("partition 3: offset 0");
    Files.delete(deployed);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (broker.shell("partitioner:list").contains(SampleBundle.STRATEGY)) {
      assertThat(System.nanoTime()).as("the sample is gone").isLessThan(deadline);
    }
    assertThat(broker.shell("produce letters x")).contains("there is no partitioner first-letter");
  }
}
