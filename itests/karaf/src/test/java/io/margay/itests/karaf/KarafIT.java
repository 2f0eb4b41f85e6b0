package io.margay.itests.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.HttpRecords;
import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.TestBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker serves from a stock Karaf, and is managed by its shell. */
class KarafIT {
  private static KarafBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KarafBroker.started("margay", "margay-memory", "margay-http");
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  /** The codecs with native code are loaded from bundles. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
  void whatIsProducedIsConsumed(String codec) throws Exception {
    roundTrip("round-trip-" + codec, codec, Map.of());
  }

  @Test
  void aTopicMayBeInMemory() throws Exception {
    roundTrip("in-memory", "none", Map.of("margay.storage.engine", "memory"));
  }

  private static void roundTrip(String topic, String codec, Map<String, String> configs) throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, 1, configs);
    KafkaRoundTrip.produce(broker.bootstrap(), topic, 500, codec);
    List<String> expected = IntStream.range(0, 500).mapToObj(Integer::toString).toList();
    assertThat(KafkaRoundTrip.consume(broker.bootstrap(), topic, "group-" + topic, 500)).isEqualTo(expected);
  }

  @Test
  void commandsRunInTheShell() throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), "seen-in-the-shell", 2, Map.of());
    assertThat(broker.shell("topic:list")).contains("seen-in-the-shell");
  }

  @Test
  void aViewerMayLookAndChangeNothing() throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), "for-viewers", 1, Map.of());
    assertThat(broker.shell(KarafBroker.VIEWER, "topic:list")).contains("for-viewers");
    assertThat(broker.shell(KarafBroker.VIEWER, "topic:delete for-viewers")).contains("needs the role");
    assertThat(broker.shell(KarafBroker.VIEWER, "deploy:undo")).contains("needs the role admin");
    assertThat(broker.shell("topic:list")).contains("for-viewers");
  }

  @Test
  void aBundleIsDeployedAndUndone() throws Exception {
    Path jar = broker.home().resolve("assignors-next.jar");
    TestBundle.newVersion(repositoryJar("assignors"), "0.1.1", jar);
    assertThat(broker.shell("margay:deploy --watch 500ms " + jar)).contains("Resolves against what is installed.", "No other bundle is refreshed.",
        "Deployed io.margay.assignors");
    assertThat(broker.shell("deploy:history")).contains("karaf", "-> 0.1.1", "deployed");
    assertThat(broker.shell("deploy:undo")).contains("Deployed io.margay.assignors 0.1.1 -> 0.1.0.SNAPSHOT");
    assertThat(broker.shell("bundle:list -t 0 -s --no-format")).doesNotContain("0.1.1", "io.margay.deploy.trial");
  }

  private static Path repositoryJar(String part) throws IOException {
    try (Stream<Path> all = Files.walk(Path.of(System.getProperty("margay.repo")).normalize())) {
      return all.filter(f -> f.getFileName().toString().matches(part + "-0.*\\.jar")).findFirst().orElseThrow();
    }
  }

  /** Beside Karaf's own HTTP server; nothing listens before the setting says so. */
  @Test
  void recordsComeOverHttp() throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), "over-http", 1, Map.of());
    HttpRecords.produce(broker.bootstrap(), "over-http", 10);
    assertThat(KafkaRoundTrip.consume(broker.bootstrap(), "over-http", "group-http", 10))
        .isEqualTo(IntStream.range(0, 10).mapToObj(Integer::toString).toList());
  }

  /** The feature's fragments too, which nothing requires. */
  @Test
  void everyBundleIsUp() throws Exception {
    String bundles = broker.shell("bundle:list -t 0 -s --no-format");
    assertThat(bundles).contains("io.margay.server", "io.netty.transport-native-epoll")
        .doesNotContain("Installed", "Failure", "Waiting")
        // nothing of an HTTP server that Karaf or others have
        .contains("io.margay.http").doesNotContain("jetty", "servlet");
  }

  @Test
  void settingsAndDataAreWhereKarafHasThem() throws Exception {
    Path home = broker.home();
    assertThat(home.resolve("etc/margay.cfg")).content().contains("listeners = PLAINTEXT://127.0.0.1:9092");
    assertThat(home.resolve("data/margay")).isDirectory();
  }
}
