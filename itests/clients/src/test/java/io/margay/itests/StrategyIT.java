package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.SampleBundle;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strategies as a user has them: the clients' own choices as the oracle, settings that change live, a bundle in deploy. */
class StrategyIT {
  private static final int KEYS = 5000;
  private static final long SEED = Long.getLong("seed", 4711);
  private static Broker broker;

  @BeforeAll
  static void start() {
    broker = Broker.started();
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  /** Keys of 0 to 40 bytes, any bytes but those that end a line or a key for kcat. */
  private static Set<String> keys() {
    Random random = new Random(SEED);
    Set<String> keys = new HashSet<>();
    while (keys.size() < KEYS) {
      StringBuilder key = new StringBuilder();
      for (int length = random.nextInt(41); key.length() < length;) {
        int b = random.nextInt(256);
        if (b != '\n' && b != '\t' && b != 0) {
          key.append((char) b);
        }
      }
      keys.add(key.toString());
    }
    return keys;
  }

  private static String simulate(String topic, String strategy) {
    return broker.shell("partitioner:simulate " + topic + " " + strategy + " --json").ok().output();
  }

  /** What librdkafka put somewhere would be put there by the strategy of the same name: no key moves. */
  @ParameterizedTest
  @CsvSource({"consistent, crc32, 12", "consistent, crc32, 97", "murmur2, murmur2, 12"})
  void choosesAsLibrdkafkaDoes(String theirs, String ours, int partitions) {
    Assumptions.assumeTrue(Run.available("kcat"), "kcat is not installed (apt-get install kcat)");
    String topic = "by-kcat-" + theirs + "-" + partitions;
    broker.shell("topic:create " + topic + " -p " + partitions).ok();
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    keys().forEach(key -> lines.writeBytes((key + "\tv\n").getBytes(StandardCharsets.ISO_8859_1)));
    Run.of(lines.toByteArray(), "kcat", "-P", "-b", broker.bootstrap(), "-t", topic, "-K", "\t",
        "-X", "topic.partitioner=" + theirs).ok();
    assertThat(simulate(topic, ours)).as("seed %s", SEED).contains("\"records\" : " + KEYS).contains("\"keys\" : " + KEYS)
        .contains("\"movedKeys\" : 0").contains("\"movedRecords\" : 0");
    assertThat(simulate(topic, ours.equals("crc32") ? "murmur2" : "crc32")).doesNotContain("\"movedKeys\" : 0");
  }

  @Test
  void choosesAsTheJavaClientDoes() {
    broker.shell("topic:create by-java -p 31").ok();
    Map<String, Object> p = Map.of("bootstrap.servers", broker.bootstrap());
    try (var producer = new KafkaProducer<>(p, new ByteArraySerializer(), new ByteArraySerializer())) {
      keys().forEach(key -> producer.send(new ProducerRecord<>("by-java", key.getBytes(StandardCharsets.ISO_8859_1), new byte[1])));
      producer.close(Duration.ofSeconds(60));
    }
    assertThat(simulate("by-java", "murmur2")).as("seed %s", SEED).contains("\"records\" : " + KEYS)
        .contains("\"movedKeys\" : 0");
  }

  @Test
  void weightsChangeForTheNextRecord() {
    broker.shell("topic:create weighed -p 3 -c 'margay.partitioner=weighted:0=1,*=0'").ok();
    assertThat(produce("weighed", 6)).contains("partition 0: offsets 0 to 5").doesNotContain("partition 1", "partition 2");
    broker.shell("config:set topic weighed margay.partitioner=weighted:0=0,1=2,2=1").ok();
    assertThat(produce("weighed", 6)).contains("partition 1: offsets 0 to 3").contains("partition 2: offsets 0 to 1")
        .doesNotContain("partition 0");
    Run bad = broker.shell("config:set topic weighed margay.partitioner=weighted:0=heavy");
    assertThat(bad.exit()).isEqualTo(1);
    assertThat(bad.output()).contains("\"heavy\" of partition 0 is not a whole number").contains("expected PARTITION=WEIGHT");
    assertThat(broker.shell("config:get topic weighed margay.partitioner").ok().output()).contains("weighted:0=0,1=2,2=1");
  }

  private static String produce(String topic, int records) {
    StringBuilder command = new StringBuilder("produce " + topic);
    for (int i = 0; i < records; i++) {
      command.append(" v").append(i);
    }
    return broker.shell(command.toString()).ok().output();
  }

  /** Within the folder's polls of a second; the wait ends when it is there. */
  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
    }
  }

  private static boolean listed() {
    return broker.shell("partitioner:list").ok().output().contains(SampleBundle.STRATEGY);
  }

  @Test
  void aBundleInDeployIsPickedUpAndGoesWithItsFile() throws Exception {
    Path work = Files.createTempDirectory(Path.of(System.getProperty("work.dir")), "sample");
    Path jar = SampleBundle.build(Path.of(System.getProperty("sample.sources")), work);
    Path deployed = Path.of(System.getProperty("margay.home"), "deploy", jar.getFileName().toString()).normalize();
    try {
      // moved, so that no half a file is seen
      Files.move(Files.copy(jar, deployed.resolveSibling("sample.part")), deployed);
      await("the sample is installed", StrategyIT::listed);
      broker.shell("topic:create letters -p 4 -c margay.partitioner=first-letter:keyless=3").ok();
      assertThat(broker.shell("produce letters -k a 1").ok().output()).contains("partition " + 'a' % 4 + ": offset 0");
      assertThat(broker.shell("produce letters x").ok().output()).contains("partition 3: offset 0");
    } finally {
      Files.deleteIfExists(deployed);
    }
    await("the sample is gone", () -> !listed());
    assertThat(broker.shell("bundle:list").output() + broker.shell("lb").output()).doesNotContain("first-letter");
    Run missing = broker.shell("produce letters x");
    assertThat(missing.exit()).isEqualTo(1);
    assertThat(missing.output()).contains("there is no partitioner first-letter; installed are crc32, murmur2");
  }
}
