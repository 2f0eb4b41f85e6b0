package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.junit.jupiter.api.Test;

/** Starting, refusing to start, and stopping. */
class StartIT {
  private static int freePort() {
    try (ServerSocket s = new ServerSocket(0)) {
      return s.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Node onlyNode(Broker broker) throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    try (Admin admin = Admin.create(p)) {
      return admin.describeCluster().nodes().get(30, TimeUnit.SECONDS).iterator().next();
    }
  }

  @Test
  void theEnvironmentOfAKafkaImageBringsItUp() throws Exception {
    int port = freePort();
    try (Broker broker = Broker.prepare().with("KAFKA_BROKER_ID", "0").with("KAFKA_ZOOKEEPER_CONNECT", "127.0.0.1:2181/kafka")
        .with("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT:127.0.0.1:" + port).with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:" + port).start()) {
      Node node = onlyNode(broker);
      assertThat(node.id()).isZero();
      assertThat(node.host() + ":" + node.port()).isEqualTo("127.0.0.1:" + port);
      assertThat(broker.log()).contains("ZooKeeper").contains("PLAINTEXT://127.0.0.1:" + port);
    }
  }

  /** The way out of a setting that is stored in the cluster, when the broker cannot be asked to unset it. */
  @Test
  void aStoredSettingIsUnsetWithoutTheBroker() throws Exception {
    try (Broker broker = Broker.prepare().with("KAFKA_LOG_RETENTION_MS", "11111").start()) {
      broker.shell("config:set broker 1 log.retention.ms=77777").ok();
      assertThat(broker.log()).contains("A setting that is stored in the cluster overrides the one given here: setting=log.retention.ms"
          + " stored=77777 given=11111 origin=environment KAFKA_LOG_RETENTION_MS");
      assertThat(broker.launcher("config:unset", "--offline", "log.retention.ms").output()).contains("runs, process");
      broker.stop();
      assertThat(broker.launcher("config:unset", "--offline", "log.retention.ms").ok().output()).startsWith("log.retention.ms: ");
      broker.start();
      assertThat(broker.shell("config:get broker 1 log.retention.ms").ok().output()).contains("11111");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (Files.exists(broker.data().resolve("unset-settings"))) {
        assertThat(System.nanoTime()).as("the setting is not unset").isLessThan(end);
        broker.shell("broker:list").ok(); // it takes its time
      }
      broker.stop();
      broker.start();
      assertThat(broker.shell("config:explain log.retention.ms").ok().output()).contains("11111").doesNotContain("77777");
    }
  }

  @Test
  void anUnknownSettingStopsTheStartAndIsNamed() {
    try (Broker broker = Broker.prepare().with("KAFKA_LOG_RETENTION_MSS", "1")) {
      assertThat(broker.startExpectingEnd()).isNotZero();
      assertThat(broker.output()).contains("log.retention.mss");
    }
  }

  @Test
  void anIllTypedSettingStopsTheStartAndSaysWhatWasExpected() {
    try (Broker broker = Broker.prepare().with("KAFKA_NUM_PARTITIONS", "many")) {
      assertThat(broker.startExpectingEnd()).isNotZero();
      assertThat(broker.output()).contains("num.partitions").contains("many").contains("number");
    }
  }

  @Test
  void aPortThatIsTakenStopsTheStartAndIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        Broker broker = Broker.prepare().with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:" + taken.getLocalPort())) {
      assertThat(broker.startExpectingEnd()).isNotZero();
      assertThat(broker.output()).contains("127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void aCleanStopLeavesTheMarkerAndTheNextStartServesTheSame() throws Exception {
    try (Broker broker = Broker.started()) {
      RoundTripTopic.fill(broker.bootstrap(), "kept", 100);
      assertThat(broker.stop()).isIn(0, 143);
      try (var files = Files.walk(broker.data())) {
        assertThat(files.anyMatch(p -> p.getFileName().toString().equals(".kafka_cleanshutdown"))).isTrue();
      }
      broker.start();
      assertThat(RoundTripTopic.count(broker.bootstrap(), "kept")).isEqualTo(100);
    }
  }

  @Test
  void groupsAndOffsetsAreAsBeforeAfterARestart() throws Exception {
    try (Broker broker = Broker.started()) {
      RoundTripTopic.fill(broker.bootstrap(), "grouped", 100);
      assertThat(RoundTripTopic.consumeInGroup(broker.bootstrap(), "grouped", "g", 60)).isEqualTo(60);
      broker.kill();
      broker.start();
      assertThat(RoundTripTopic.consumeInGroup(broker.bootstrap(), "grouped", "g", 40)).isEqualTo(40);
    }
  }

  @Test
  void acknowledgedMeansFsyncedWhereThatIsAskedFor() throws Exception {
    try (Broker broker = Broker.prepare().with("MARGAY_FLUSH_POLICY", "ack").start()) {
      RoundTripTopic.fill(broker.bootstrap(), "flushed", 500);
      Run explained = broker.shell("config:explain margay.flush.policy flushed").ok();
      assertThat(explained.output()).contains("ack").contains("environment");
      broker.kill();
      broker.start();
      assertThat(RoundTripTopic.count(broker.bootstrap(), "flushed")).isEqualTo(500);
    }
  }

  @Test
  void everythingLiesBelowTheDataDirectory() throws Exception {
    try (Broker broker = Broker.started()) {
      RoundTripTopic.fill(broker.bootstrap(), "below", 10);
      assertThat(broker.data().resolve("logs/below-0/00000000000000000000.log")).isNotEmptyFile();
    }
  }
}
