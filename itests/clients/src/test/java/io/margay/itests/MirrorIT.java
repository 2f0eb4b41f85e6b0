package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two clusters of one process each, and links between them, with stock clients on both sides. */
class MirrorIT {
  private static final int WAIT_SECONDS = 60;
  private static final Map<String, String> COMMITTED = Map.of("isolation.level", "read_committed");
  private static Broker west;
  private static Broker east;

  @BeforeAll
  static void start() {
    west = Broker.prepare();
    east = Broker.prepare();
    west.start();
    east.start();
  }

  @AfterAll
  static void stop() {
    west.close();
    east.close();
  }

  private static Properties properties(Broker broker) {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    return p;
  }

  private static KafkaProducer<String, String> producer(Broker broker, Map<String, String> more) {
    Properties p = properties(broker);
    p.put("linger.ms", "5");
    p.putAll(more);
    return new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
  }

  private static KafkaConsumer<String, String> consumer(Broker broker, Map<String, String> more) {
    Properties p = properties(broker);
    p.put("auto.offset.reset", "earliest");
    p.put("enable.auto.commit", "false");
    p.putAll(more);
    return new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
  }

  private static void create(Broker broker, String topic, int partitions) throws Exception {
    try (Admin admin = Admin.create(properties(broker))) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    }
  }

  private static void produce(Broker broker, String topic, int from, int to, Map<String, String> more) throws Exception {
    try (KafkaProducer<String, String> producer = producer(broker, more)) {
      for (int i = from; i < to; i++) {
        producer.send(new ProducerRecord<>(topic, "key" + i, "value" + i));
      }
      producer.flush();
    }
  }

  private static void link(Broker target, String name, Broker source, String topics, String more) {
    target.shell("mirror:create " + name + " --source " + source.bootstrap() + " --topics " + topics + " -f sync.interval.ms=300 " + more).ok();
  }

  private static void await(String what, BooleanSupplier done) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as(() -> what + "\n" + east.shell("mirror:list").output()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static Map<TopicPartition, Long> ends(Broker broker, String topic) {
    try (KafkaConsumer<String, String> consumer = consumer(broker, Map.of())) {
      List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition("", p.partition())).toList();
      Map<TopicPartition, Long> ends = new HashMap<>();
      consumer.endOffsets(partitions.stream().map(tp -> new TopicPartition(topic, tp.partition())).toList())
          .forEach((tp, end) -> ends.put(new TopicPartition("", tp.partition()), end));
      return ends;
    }
  }

  private static void awaitEqual(String topic, String mirror) throws InterruptedException {
    await(mirror + " has all of " + topic, () -> has(east, mirror) && ends(east, mirror).equals(ends(west, topic)));
  }

  private static boolean has(Broker broker, String topic) {
    try (KafkaConsumer<String, String> consumer = consumer(broker, Map.of("allow.auto.create.topics", "false"))) {
      return consumer.listTopics().containsKey(topic);
    }
  }

  /** All records of a topic, as text with their places. */
  private static List<String> records(Broker broker, String topic, Map<String, String> more) {
    List<String> all = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = consumer(broker, more)) {
      List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(tp -> consumer.position(tp) < ends.get(tp))) {
        for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(100))) {
          all.add(r.partition() + ":" + r.offset() + ":" + r.timestamp() + ":" + r.key() + "=" + r.value());
        }
      }
    }
    all.sort(null);
    return all;
  }

  @Test
  void batchesAndOffsetsAreEqualWhateverTheProducersDid() throws Exception {
    create(west, "mixed", 3);
    produce(west, "mixed", 0, 500, Map.of());
    produce(west, "mixed", 500, 1000, Map.of("compression.type", "lz4"));
    produce(west, "mixed", 1000, 1500, Map.of("compression.type", "zstd", "acks", "1", "enable.idempotence", "false"));
    link(east, "mixed", west, "mixed", "");
    try (KafkaProducer<String, String> producer = producer(west, Map.of("transactional.id", "mixed"))) {
      producer.initTransactions();
      for (int i = 0; i < 4; i++) {
        producer.beginTransaction();
        for (int j = 0; j < 50; j++) {
          producer.send(new ProducerRecord<>("mixed", "t" + j, i + "/" + j));
        }
        if (i % 2 == 0) {
          producer.commitTransaction();
        } else {
          producer.flush();
          producer.abortTransaction();
        }
      }
    }
    awaitEqual("mixed", "mixed");
    assertThat(records(east, "mixed", Map.of())).isEqualTo(records(west, "mixed", Map.of()));
    List<String> committed = records(east, "mixed", Map.of("isolation.level", "read_committed"));
    assertThat(committed).hasSize(1600).isEqualTo(records(west, "mixed", Map.of("isolation.level", "read_committed")));
    assertThat(east.shell("mirror:diff mixed").ok().output()).contains("true").doesNotContain("false");
    assertThat(east.shell("mirror:describe mixed").ok().output()).contains("running").contains("mirroring");
    // the source gets a partition: the mirror, too
    try (Admin admin = Admin.create(properties(west))) {
      admin.createPartitions(Map.of("mixed", org.apache.kafka.clients.admin.NewPartitions.increaseTo(4))).all().get();
    }
    await("a fourth partition", () -> ends(east, "mixed").size() == 4);
  }

  @Test
  void aGroupMovesOverWithItsOffsetsAndTheMirrorIsReadOnlyUntilItIsPromoted() throws Exception {
    create(west, "orders", 2);
    produce(west, "orders", 0, 1000, Map.of());
    link(east, "orders", west, "orders", "-f sync.groups=movers");
    List<String> seen = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = consumer(west, Map.of("group.id", "movers", "max.poll.records", "100"))) {
      consumer.subscribe(List.of("orders"));
      while (seen.size() < 400) {
        consumer.poll(Duration.ofMillis(100)).forEach(r -> seen.add(r.value()));
        consumer.commitSync();
      }
    }
    awaitEqual("orders", "orders");
    TopicPartition first = new TopicPartition("orders", 0);
    try (Admin here = Admin.create(properties(west)); Admin there = Admin.create(properties(east))) {
      Map<TopicPartition, OffsetAndMetadata> expected = here.listConsumerGroupOffsets("movers").partitionsToOffsetAndMetadata().get();
      await("the group's offsets", () -> {
        try {
          Map<TopicPartition, OffsetAndMetadata> now = there.listConsumerGroupOffsets("movers").partitionsToOffsetAndMetadata().get();
          return expected.entrySet().stream().allMatch(e -> now.get(e.getKey()) != null && now.get(e.getKey()).offset() == e.getValue().offset());
        } catch (InterruptedException | ExecutionException e) {
          throw new IllegalStateException(e);
        }
      });
      assertThatThrownBy(() -> there.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(1))).all().get())
          .hasCauseInstanceOf(PolicyViolationException.class);
    }
    assertThatThrownBy(() -> {
      try (KafkaProducer<String, String> producer = producer(east, Map.of())) {
        producer.send(new ProducerRecord<>("orders", "no")).get();
      }
    }).hasCauseInstanceOf(PolicyViolationException.class).hasMessageContaining("link orders").hasMessageContaining("mirror:promote");
    Map<TopicPartition, Long> before = ends(west, "orders");
    // what the producer of the source leaves open is aborted
    KafkaProducer<String, String> open = producer(west, Map.of("transactional.id", "left-open"));
    open.initTransactions();
    open.beginTransaction();
    open.send(new ProducerRecord<>("orders", 0, "open", "never seen")).get();
    awaitEqual("orders", "orders");
    assertThat(east.shell("mirror:promote orders").ok().output()).contains("promoted orders");
    open.close(Duration.ZERO);
    produce(east, "orders", 1000, 1200, Map.of());
    try (KafkaConsumer<String, String> consumer = consumer(east, Map.of("group.id", "movers", "isolation.level", "read_committed"))) {
      consumer.subscribe(List.of("orders"));
      await("the rest, once", () -> {
        consumer.poll(Duration.ofMillis(100)).forEach(r -> seen.add(r.value()));
        return seen.size() >= 1200;
      });
    }
    assertThat(seen).hasSize(1200).doesNotHaveDuplicates().doesNotContain("never seen");
    assertThat(ends(east, "orders").get(new TopicPartition("", 0))).isGreaterThan(before.get(new TopicPartition("", 0)));
  }

  @Test
  void bothDirectionsAtOnceMakeNoLoop() throws Exception {
    create(west, "loop-a", 1);
    create(east, "loop-b", 1);
    produce(west, "loop-a", 0, 10, Map.of());
    produce(east, "loop-b", 0, 20, Map.of());
    link(east, "w", west, "'.*loop-.*'", "--mode prefixed");
    link(west, "e", east, "'.*loop-.*'", "--mode prefixed");
    awaitEqual("loop-a", "w.loop-a");
    await("the other direction", () -> has(west, "e.loop-b") && ends(west, "e.loop-b").equals(ends(east, "loop-b")));
    await("the mirrors are seen as such", () -> west.shell("mirror:describe e").ok().output().contains("is a mirror at the source")
        && east.shell("mirror:describe w").ok().output().contains("is a mirror at the source"));
    assertThat(has(west, "e.w.loop-a") || has(east, "w.e.loop-b")).isFalse();
    east.shell("mirror:remove w").ok();
    west.shell("mirror:remove e").ok();
  }

  @Test
  void whatTheSourceDeletesAndCreatesAgainIsSaid() throws Exception {
    create(west, "fate", 1);
    produce(west, "fate", 0, 100, Map.of("batch.size", "1"));
    link(east, "fate", west, "fate", "");
    awaitEqual("fate", "fate");
    east.shell("mirror:pause fate").ok();
    await("the pause", () -> east.shell("mirror:list").ok().output().contains("paused"));
    produce(west, "fate", 100, 200, Map.of("batch.size", "1"));
    try (Admin admin = Admin.create(properties(west))) {
      admin.deleteRecords(Map.of(new TopicPartition("fate", 0), RecordsToDelete.beforeOffset(150))).all().get();
      east.shell("mirror:resume fate").ok();
      awaitEqual("fate", "fate");
      try (KafkaConsumer<String, String> consumer = consumer(east, Map.of())) {
        TopicPartition tp = new TopicPartition("fate", 0);
        assertThat(consumer.beginningOffsets(List.of(tp)).get(tp)).isEqualTo(150);
      }
      assertThat(east.shell("mirror:describe fate --json").ok().output()).contains("\"skipped\" : 50");
      admin.deleteTopics(List.of("fate")).all().get();
    }
    create(west, "fate", 1);
    produce(west, "fate", 0, 5, Map.of());
    await("created again", () -> east.shell("mirror:describe fate").ok().output().contains("recreated"));
    assertThat(ends(east, "fate")).containsEntry(new TopicPartition("", 0), 200L);
    east.shell("mirror:promote fate --force").ok();
    produce(east, "fate", 0, 1, Map.of());
  }

  @Test
  void aLinkIsTurnedRoundAndWhatDivergedIsCut() throws Exception {
    create(west, "round", 2);
    produce(west, "round", 0, 300, Map.of());
    link(east, "round", west, "round", "");
    awaitEqual("round", "round");
    east.shell("mirror:promote round").ok();
    // both sides go on: what is produced to the old one from now on is nowhere else
    produce(west, "round", 300, 340, Map.of());
    produce(east, "round", 400, 500, Map.of());
    Run refused = east.shell("mirror:failback round");
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.output()).contains("the source has 40 records that are not here");
    produce(west, "round", 340, 341, Map.of());
    assertThat(east.shell("mirror:failback round --discard").ok().output()).contains("round-back");
    await("the old source is the mirror", () -> ends(west, "round").equals(ends(east, "round"))
        && west.shell("mirror:diff round-back").exit() == 0);
    assertThat(records(west, "round", Map.of())).isEqualTo(records(east, "round", Map.of())).hasSize(400);
    assertThat(west.log()).contains("A mirror that had diverged was cut");
    assertThatThrownBy(() -> {
      try (KafkaProducer<String, String> producer = producer(west, Map.of())) {
        producer.send(new ProducerRecord<>("round", "no")).get();
      }
    }).hasCauseInstanceOf(PolicyViolationException.class);
    // and back to where it was, without a loss
    produce(east, "round", 500, 600, Map.of());
    west.shell("mirror:promote round-back").ok();
    produce(west, "round", 600, 700, Map.of());
    assertThat(west.shell("mirror:failback round-back").ok().output()).contains("over its link round");
    await("the mirror is the mirror again", () -> ends(east, "round").equals(ends(west, "round")));
    assertThat(records(east, "round", Map.of())).isEqualTo(records(west, "round", Map.of())).hasSize(600);
    east.shell("mirror:remove round").ok();
  }

  /** Both sides are killed, and the bundle is updated, while a producer writes: nothing that the source acknowledged is missing. */
  @Test
  void aMirrorUnderLoadSurvivesKillsAndAnUpdateOfTheBundle() throws Exception {
    create(west, "load", 2);
    link(east, "load", west, "load", "");
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger acknowledged = new AtomicInteger();
    Thread writer = new Thread(() -> {
      try (KafkaProducer<String, String> producer = producer(west, Map.of("retries", "2147483647", "delivery.timeout.ms", "120000"))) {
        for (int i = 0; !stop.get(); i++) {
          producer.send(new ProducerRecord<>("load", "key" + i, "value" + i), (done, failure) -> {
            if (failure == null) {
              acknowledged.incrementAndGet();
            }
          });
          if (i % 100 == 0) {
            TimeUnit.MILLISECONDS.sleep(1);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }, "writer");
    writer.start();
    awaitMore(acknowledged, 2_000);
    east.shell("update io.margay.mirror " + jar("mirror")).ok();
    awaitMore(acknowledged, 2_000);
    east.kill();
    awaitMore(acknowledged, 2_000);
    east.start();
    awaitMore(acknowledged, 2_000);
    west.kill();
    west.start();
    awaitMore(acknowledged, 2_000);
    stop.set(true);
    writer.join();
    awaitEqual("load", "load");
    assertThat(ends(east, "load").values().stream().mapToLong(Long::longValue).sum()).isEqualTo(acknowledged.get());
    assertThat(east.shell("mirror:diff load").ok().output()).contains("true").doesNotContain("false");
  }

  /** Committed records get to a topic with other partitions once and in the order of their keys, also when the target is killed. */
  @Test
  void recordsArePartitionedAgainOnce() throws Exception {
    create(west, "parts", 4);
    produce(west, "parts", 0, 400, Map.of("compression.type", "lz4"));
    east.shell("mirror:create parts --source " + west.bootstrap() + " --topics parts --mode repartitioned -f partitions=3 -f prefix=re- "
        + "-f sync.interval.ms=300").ok();
    await("the first records", () -> has(east, "re-parts") && records(east, "re-parts", COMMITTED).size() == 400);
    try (KafkaProducer<String, String> producer = producer(west, Map.of("transactional.id", "parts"))) {
      producer.initTransactions();
      for (int i = 0; i < 4; i++) {
        producer.beginTransaction();
        for (int j = 0; j < 50; j++) {
          producer.send(new ProducerRecord<>("parts", "key" + j, i + "/" + j));
        }
        if (i % 2 == 0) {
          producer.commitTransaction();
        } else {
          producer.flush();
          producer.abortTransaction();
        }
      }
    }
    east.kill();
    east.start();
    east.shell("update io.margay.mirror " + jar("mirror")).ok();
    await("the rest", () -> records(east, "re-parts", COMMITTED).size() >= 500);
    east.shell("stop io.margay.partitioners").ok();
    produce(west, "parts", 400, 500, Map.of());
    await("it says that it waits", () -> east.shell("mirror:describe parts").ok().output().contains("there is no partitioner murmur2"));
    Matcher id = Pattern.compile("(\\d+)\\|Resolved.*Margay :: partitioners").matcher(east.shell("lb").ok().output());
    assertThat(id.find()).isTrue();
    east.shell("start " + id.group(1)).ok();
    await("it goes on", () -> records(east, "re-parts", COMMITTED).size() >= 600);
    assertThat(values(records(east, "re-parts", COMMITTED))).isEqualTo(values(records(west, "parts", COMMITTED))).hasSize(500);
    assertThat(records(east, "re-parts", COMMITTED).stream().map(r -> r.charAt(0)).distinct()).containsExactly('0', '1', '2');
    Run refused = east.shell("mirror:diff parts");
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.output()).contains("has the mode repartitioned");
    east.shell("mirror:remove parts").ok();
  }

  /** Keys and values in order of the keys; of a key, in the order of the log. */
  private static Map<String, List<String>> values(List<String> records) {
    Map<String, List<String>> values = new TreeMap<>();
    records.stream().sorted(Comparator.comparingLong((String r) -> Long.parseLong(r.split(":")[1]))).map(r -> r.split(":")[3].split("=", 2))
        .forEach(kv -> values.computeIfAbsent(kv[0], k -> new ArrayList<>()).add(kv[1]));
    return values;
  }

  /** 80 ms between the clusters, which nothing crosses for 2 s, twice: the second time connections end, too. */
  @Test
  void aLongWayThatIsCutLosesAndDoublesNothing() throws Exception {
    List<Integer> ports = Ports.free(3);
    String listeners = "PLAINTEXT://127.0.0.1:" + ports.get(0) + ",FAR://127.0.0.1:";
    try (Broker far = Broker.prepare().with("KAFKA_LISTENERS", listeners + ports.get(1))
        .with("KAFKA_ADVERTISED_LISTENERS", listeners + ports.get(2))
        .with("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,FAR:PLAINTEXT").start();
        DelayingProxy way = new DelayingProxy(ports.get(2), ports.get(1), 40)) {
      create(far, "distant", 2);
      east.shell("mirror:create distant --source 127.0.0.1:" + ports.get(2) + " --topics distant -f sync.interval.ms=300").ok();
      int produced = 0;
      for (boolean resets : List.of(false, true)) {
        produce(far, "distant", produced, produced + 300, Map.of("batch.size", "200"));
        way.cut(2_000, resets);
        produce(far, "distant", produced + 300, produced + 600, Map.of("batch.size", "200"));
        produced += 600;
        await("the way is open", way::isOpen);
        await("all has come", () -> has(east, "distant") && ends(east, "distant").equals(ends(far, "distant")));
      }
      assertThat(records(east, "distant", Map.of())).isEqualTo(records(far, "distant", Map.of())).hasSize(produced).doesNotHaveDuplicates();
      assertThat(east.shell("mirror:diff distant").ok().output()).contains("true").doesNotContain("false");
      east.shell("mirror:remove distant").ok();
    }
  }

  private static void awaitMore(AtomicInteger acknowledged, int more) throws InterruptedException {
    int before = acknowledged.get();
    await("more records", () -> acknowledged.get() >= before + more);
  }

  private static String jar(String name) {
    return Path.of(System.getProperty("margay.home"), "bundles/60/io.margay." + name + "-0.1.0-SNAPSHOT.jar").normalize().toUri().toString();
  }
}
