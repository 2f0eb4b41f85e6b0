package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import io.margay.itests.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Three brokers under the load of stock clients, while the network between the brokers is cut, which the clients reach all the time, or
 * the disk of one is full. Each time the clients go on, and every record that was acknowledged is there, once, in order.
 */
@EnabledOnOs(OS.LINUX)
class ClusterFaultsIT {
  private static final String TOPIC = "partitioned";
  private static final int NODES = 3;
  private static final String LIMIT_BYTES = Integer.toString(4 << 20);
  private static final int LARGE_RECORD_BYTES = 100_000;
  private static Links links;
  private static Nodes nodes;
  private static ClusterView view;
  private ClusterLoad load;

  @BeforeAll
  static void start() throws Exception {
    links = new Links(NODES);
    nodes = Nodes.started(NODES, id -> {
      Map<String, String> settings = new HashMap<>(links.settings(id));
      settings.putAll(Map.of("KAFKA_BROKER_SESSION_TIMEOUT_MS", "2000", "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "500"));
      return settings;
    });
    view = new ClusterView(nodes);
    view.awaitAllBrokers();
    view.create(TOPIC, Map.of("min.insync.replicas", "2"), List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2)));
  }

  @AfterAll
  static void stop() throws Exception {
    if (view != null) {
      view.close();
    }
    if (nodes != null) {
      nodes.close();
    }
    links.close();
  }

  /** Each broker leads the partition whose number is one less. */
  @BeforeEach
  void beginLoad() {
    view.awaitInSync(TOPIC, ClusterLoad.PARTITIONS);
    view.electPreferred();
    view.await("the preferred leaders", () -> IntStream.range(0, ClusterLoad.PARTITIONS).allMatch(p -> view.leader(TOPIC, p) == p + 1));
    load = new ClusterLoad(nodes.bootstrap(), TOPIC);
    view.awaitProgress(load, 200);
  }

  @AfterEach
  void endLoad() {
    links.heal();
    if (load != null) {
      load.close();
    }
  }

  /** A broker that is cut off does not know it, so each is asked, and none of them through clients that choose a broker. */
  private void healAndVerify() throws Exception {
    links.heal();
    for (int id = 1; id <= NODES; id++) {
      int node = id;
      view.await("node " + id + " sees all in sync", () -> nodes.node(node).shell("cluster:status").output().contains(" healthy\n"));
    }
    view.awaitProgress(load, 500);
    view.verify(load);
  }

  private static int other(int... than) {
    return IntStream.rangeClosed(1, NODES).filter(id -> IntStream.of(than).noneMatch(one -> one == id)).findFirst().orElseThrow();
  }

  /** The other brokers know another leader of the partition that a broker led. */
  private static void awaitOtherLeader(int former) {
    Pattern replaced = Pattern.compile("(?m)^" + TOPIC + " +" + (former - 1) + " +(?!" + former + " )\\d+ ");
    view.await("another leader than " + former, () -> replaced.matcher(nodes.node(other(former)).shell("partition:list " + TOPIC).output()).find());
  }

  @Test
  void aLeaderIsCutOff() throws Exception {
    int leader = other(view.controller());
    links.isolate(leader);
    awaitOtherLeader(leader);
    view.awaitProgress(load, 500);
    healAndVerify();
  }

  @Test
  void theActiveControllerIsCutOffWhichLeadsAsWell() throws Exception {
    int leader = view.controller();
    links.isolate(leader);
    awaitOtherLeader(leader);
    view.awaitProgress(load, 500);
    healAndVerify();
  }

  @Test
  void nothingComesToALeader() throws Exception {
    int leader = other(view.controller());
    IntStream.rangeClosed(1, NODES).forEach(id -> links.cut(id, leader));
    awaitOtherLeader(leader);
    view.awaitProgress(load, 500);
    healAndVerify();
  }

  @Test
  void nothingComesFromTheActiveController() throws Exception {
    int leader = view.controller();
    IntStream.rangeClosed(1, NODES).forEach(id -> links.cut(leader, id));
    awaitOtherLeader(leader);
    view.awaitProgress(load, 500);
    healAndVerify();
  }

  /** Both still reach the third broker: all sessions go on, and the follower leaves the ISR. */
  @Test
  void aLeaderAndAFollowerDoNotReachEachOther() throws Exception {
    int leader = other(view.controller());
    int follower = other(leader, view.controller());
    links.cut(leader, follower);
    links.cut(follower, leader);
    view.await("the follower leaves the ISR", () -> !view.inSync(TOPIC, leader - 1).contains(follower));
    view.awaitProgress(load, 500);
    healAndVerify();
  }

  private static void limitFiles(int node, String bytes) {
    Run.of(null, "prlimit", "--pid", Long.toString(nodes.node(node).pid()), "--fsize=" + bytes + ":unlimited").ok();
  }

  private static void fill(String topic, int from, int end) throws Exception {
    Map<String, Object> settings = Clients.of(nodes.bootstrap(), "acks", "all", "retry.backoff.max.ms", "100");
    try (KafkaProducer<Integer, byte[]> producer = new KafkaProducer<>(settings, new IntegerSerializer(), new ByteArraySerializer())) {
      for (int i = from; i < end; i++) {
        producer.send(new ProducerRecord<>(topic, 0, i, new byte[LARGE_RECORD_BYTES])).get(90, TimeUnit.SECONDS);
      }
    }
  }

  private static List<Integer> read(String topic) {
    Map<String, Object> settings = Clients.of(nodes.bootstrap(), "enable.auto.commit", "false");
    List<Integer> found = new ArrayList<>();
    try (KafkaConsumer<Integer, byte[]> consumer = new KafkaConsumer<>(settings, new IntegerDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition all = new TopicPartition(topic, 0);
      consumer.assign(List.of(all));
      consumer.seekToBeginning(List.of(all));
      long end = consumer.endOffsets(List.of(all)).get(all);
      while (consumer.position(all) < end) {
        consumer.poll(Duration.ofSeconds(5)).forEach(record -> found.add(record.key()));
      }
    }
    return found;
  }

  /**
   * A limit on the size of files stands for the full disk: it needs no privileges, and writes beyond it fail in the running process. The
   * node with the full disk follows at first, and leads when its replica is back.
   */
  @Test
  void theDiskOfANodeIsFull() throws Exception {
    view.create("full", Map.of("min.insync.replicas", "2"), List.of(List.of(1, 2, 3)));
    int follower = 2;
    limitFiles(follower, LIMIT_BYTES);
    fill("full", 0, 60);
    view.await("the node with the full disk leaves the ISR", () -> !view.inSync("full", 0).contains(follower));
    view.awaitProgress(load, 200);
    limitFiles(follower, "unlimited");
    view.awaitInSync("full", 1);

    int leader = view.leader("full", 0);
    limitFiles(leader, LIMIT_BYTES);
    fill("full", 60, 80);
    assertThat(view.leader("full", 0)).isNotEqualTo(leader);
    view.awaitProgress(load, 200);
    limitFiles(leader, "unlimited");
    view.awaitInSync("full", 1);
    assertThat(read("full")).containsExactlyElementsOf(IntStream.range(0, 80).boxed().toList());
    healAndVerify();
  }
}
