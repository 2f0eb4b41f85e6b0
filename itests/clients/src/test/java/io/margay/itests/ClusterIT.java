package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three processes whose metadata is one: what a client does at any of them, all see, also after the leader was killed. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClusterIT {
  private static final String MARGAY = Broker.HOME.resolve("bin/margay").toString();
  private static final String CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk";
  private static final Pattern READY = Pattern.compile("Node (\\d): Margay ready on (\\S+) in");
  private static final Pattern LEADER = Pattern.compile("metadata leader (\\d)");
  private static final int SECONDS = 60;

  private static Map<String, String> clean(Path data) {
    Map<String, String> environment = new HashMap<>();
    environment.put("MARGAY_DATA", data.toString());
    return environment;
  }

  private static Run cluster(Path data, String... words) {
    return Run.of(clean(data), null, Stream.concat(Stream.of(MARGAY, "cluster"), Stream.of(words)).toArray(String[]::new));
  }

  private static void create(String bootstrap, String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Waits until a node knows a topic; what it says comes from its own copy of the metadata. */
  private static void awaitTopic(Path node, String topic) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    String seen = "";
    while (System.nanoTime() - deadline < 0) {
      seen = Run.of(clean(node), null, MARGAY, "shell", "topic:list").output();
      if (seen.contains(topic)) {
        return;
      }
    }
    throw new AssertionError(node + " does not know " + topic + ":\n" + seen);
  }

  private static int leader(Path data) {
    Matcher leader = LEADER.matcher(cluster(data, "status").output());
    assertThat(leader.find()).isTrue();
    return Integer.parseInt(leader.group(1));
  }

  @Test
  void topicsAreOneEverywhereAndTheLeaderIsReplaced() throws Exception {
    Path data = Files.createTempDirectory(Files.createDirectories(Path.of(System.getProperty("work.dir"))), "cluster");
    try {
      Matcher ready = READY.matcher(cluster(data, "up", "3").ok().output());
      Map<Integer, String> addresses = new HashMap<>();
      while (ready.find()) {
        addresses.put(Integer.parseInt(ready.group(1)), ready.group(2));
      }
      assertThat(addresses).containsOnlyKeys(1, 2, 3);
      for (int node = 1; node <= 3; node++) {
        create(addresses.get(node), "through-" + node);
      }
      for (int node = 1; node <= 3; node++) {
        for (int topic = 1; topic <= 3; topic++) {
          awaitTopic(data.resolve("cluster/node-" + node), "through-" + topic);
        }
      }
      int killed = leader(data);
      cluster(data, "kill", Integer.toString(killed)).ok();
      int next = killed % 3 + 1;
      create(addresses.get(next), "after-the-kill");
      awaitTopic(data.resolve("cluster/node-" + (next % 3 + 1)), "after-the-kill");
      assertThat(leader(data)).isNotEqualTo(killed);
      cluster(data, "up").ok();
      awaitTopic(data.resolve("cluster/node-" + killed), "after-the-kill");
      create(addresses.get(killed), "from-the-one-that-came-back");
      assertThat(cluster(data, "down").ok().output()).contains("Node 1: Margay stopped", "Node 2: Margay stopped", "Node 3: Margay stopped");
    } finally {
      for (int node = 1; node <= 3; node++) {
        cluster(data, "kill", Integer.toString(node));
      }
      delete(data);
    }
  }

  private static void delete(Path data) throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
    }
  }

  private static String voters() {
    List<Integer> ports = Ports.free(3);
    return "1@127.0.0.1:" + ports.get(0) + ",2@127.0.0.1:" + ports.get(1) + ",3@127.0.0.1:" + ports.get(2);
  }

  private static Broker node(Broker broker, int id, String voters) {
    return broker.with("KAFKA_NODE_ID", Integer.toString(id)).with("CLUSTER_ID", CLUSTER_ID).with("KAFKA_CONTROLLER_QUORUM_VOTERS", voters);
  }

  private static void startAll(Broker... brokers) throws Exception {
    List<CompletableFuture<Void>> started = new ArrayList<>();
    for (Broker broker : brokers) {
      started.add(CompletableFuture.runAsync(broker::start, task -> new Thread(task).start()));
    }
    CompletableFuture.allOf(started.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
  }

  @Test
  void aNodeThatWasAloneBecomesTheFirstOfAClusterAndMoreNodesJoin() throws Exception {
    String voters = voters();
    try (Broker one = Broker.prepare().with("KAFKA_NODE_ID", "1").with("CLUSTER_ID", CLUSTER_ID).start();
        Broker two = node(Broker.prepare(), 2, voters); Broker three = node(Broker.prepare(), 3, voters);
        Broker four = node(Broker.prepare(), 4, voters)) {
      create(one.bootstrap(), "from-before");
      produce(one.bootstrap(), "from-before", "kept");
      one.stop();
      startAll(node(one, 1, voters), two, three);
      awaitTopic(two.data(), "from-before");
      awaitTopic(three.data(), "from-before");
      assertThat(consume(three.bootstrap(), "from-before")).isEqualTo("kept");

      four.start();
      awaitTopic(four.data(), "from-before");
      create(four.bootstrap(), "through-an-observer");
      awaitTopic(two.data(), "through-an-observer");
      assertThat(four.shell("quorum:status").ok().output()).containsPattern("Voters: +1,2,3").containsPattern("Observers: +4");
      assertThat(one.log()).contains("Founded the cluster clusterId=" + CLUSTER_ID).doesNotContain("formerCommands=0");
    }
  }

  private static void produce(String bootstrap, String topic, String value) throws Exception {
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap), new StringSerializer(),
        new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, value)).get(SECONDS, TimeUnit.SECONDS);
    }
  }

  private static String consume(String bootstrap, String topic) {
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap), new StringDeserializer(),
        new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      while (System.nanoTime() - deadline < 0) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          return record.value();
        }
      }
      throw new AssertionError("no record of " + topic);
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheReason() throws Exception {
    String voters = voters();
    try (Broker broker = Broker.prepare().with("KAFKA_NODE_ID", "1").with("KAFKA_PROCESS_ROLES", "broker")
        .with("KAFKA_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS", "127.0.0.1:1")) {
      assertThat(broker.startExpectingEnd()).isEqualTo(1);
      assertThat(broker.output()).contains("neither controller.quorum.voters nor margay.cluster.id");
    }
    try (Broker broker = Broker.prepare().with("KAFKA_NODE_ID", "1").with("KAFKA_CONTROLLER_QUORUM_VOTERS", voters)) {
      try (ServerSocket taken = new ServerSocket(Integer.parseInt(voters.split(",")[0].split(":")[1]), 1,
          InetAddress.getLoopbackAddress())) {
        assertThat(node(broker, 1, voters).startExpectingEnd()).isEqualTo(1);
        assertThat(broker.output()).contains("the port of 1@127.0.0.1:" + taken.getLocalPort() + " cannot be used", "Address already in use");
      }
      assertThat(node(broker, 2, voters).startExpectingEnd()).isEqualTo(1);
      assertThat(broker.output()).contains("belong to node 1, but node.id is 2");
      assertThat(node(broker, 1, voters).with("CLUSTER_ID", "another").startExpectingEnd()).isEqualTo(1);
      assertThat(broker.output()).contains("belong to cluster " + CLUSTER_ID);
    }
  }
}
