package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Share groups with the stock Java client. Each test has a topic and a group of its own, of the same name. */
@Timeout(90)
class ShareGroupIT {
  private static Broker broker;
  private static Admin admin;

  @BeforeAll
  static void start() {
    broker = Broker.prepare().with("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3").with("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS", "3")
        .with("KAFKA_GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS", "1000").with("KAFKA_GROUP_SHARE_MIN_HEARTBEAT_INTERVAL_MS", "200")
        .with("KAFKA_GROUP_SHARE_HEARTBEAT_INTERVAL_MS", "200").with("KAFKA_GROUP_SHARE_ASSIGNMENT_INTERVAL_MS", "0")
        .with("MARGAY_GROUPS_CONSUMER_REBALANCE_HEARTBEAT_INTERVAL_MS", "50").start();
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static void create(String name, int partitions, String... config) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    List<AlterConfigOp> ops = new ArrayList<>();
    ops.add(new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET));
    for (int i = 0; i < config.length; i += 2) {
      ops.add(new AlterConfigOp(new ConfigEntry(config[i], config[i + 1]), AlterConfigOp.OpType.SET));
    }
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, name), ops)).all().get();
  }

  private static void produce(String topic, int partitions, int from, int to) {
    try (KafkaProducer<Integer, Integer> producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrap(), "linger.ms", "1"),
        new IntegerSerializer(), new IntegerSerializer())) {
      for (int i = from; i < to; i++) {
        producer.send(new ProducerRecord<>(topic, i % partitions, i, i));
      }
    }
  }

  /** A member of a group. Used by one thread. */
  private static final class Member implements AutoCloseable {
    private final KafkaShareConsumer<Integer, Integer> consumer;
    private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
    private final Map<Integer, Short> got = new TreeMap<>();

    Member(String group, boolean explicit) {
      Map<String, Object> p = new HashMap<>(Map.of("bootstrap.servers", broker.bootstrap(), "group.id", group,
          "share.acknowledgement.mode", explicit ? "explicit" : "implicit"));
      consumer = new KafkaShareConsumer<>(p, new IntegerDeserializer(), new IntegerDeserializer());
      consumer.setAcknowledgementCommitCallback((offsets, error) -> {
        if (error != null) {
          errors.add(offsets + ": " + error);
        }
      });
      consumer.subscribe(List.of(group));
    }

    /** One poll; remembers values with their delivery counts. */
    List<ConsumerRecord<Integer, Integer>> poll() {
      List<ConsumerRecord<Integer, Integer>> records = new ArrayList<>();
      consumer.poll(Duration.ofMillis(100)).forEach(r -> {
        records.add(r);
        got.put(r.value(), r.deliveryCount().orElseThrow());
      });
      return records;
    }

    void pollUntil(String what, BooleanSupplier condition) {
      long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
      while (!condition.getAsBoolean()) {
        assertThat(System.nanoTime()).as(what + ", got " + got.size() + " " + errors).isLessThan(deadline);
        poll();
      }
    }

    @Override
    public void close() {
      consumer.close();
    }
  }

  private static SharePartitionOffsetInfo offset(String group) throws Exception {
    return admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec())).partitionsToOffsetInfo(group).get()
        .get(new TopicPartition(group, 0));
  }

  private static void awaitStart(String group, long offset) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (offset(group).startOffset() != offset) {
      assertThat(System.nanoTime()).as("start offset " + offset(group)).isLessThan(deadline);
    }
  }

  @Test
  void whatIsPolledIsAcknowledgedByTheNextPoll() throws Exception {
    create("implicit", 3);
    produce("implicit", 3, 0, 500);
    try (Member member = new Member("implicit", false)) {
      member.pollUntil("all", () -> member.got.size() == 500);
      assertThat(member.got.values()).containsOnly((short) 1);
      ShareGroupDescription group = admin.describeShareGroups(List.of("implicit")).all().get().get("implicit");
      assertThat(group.members()).hasSize(1);
      assertThat(group.members().iterator().next().assignment().topicPartitions()).hasSize(3);
      assertThat(admin.listGroups().all().get()).anySatisfy(g -> assertThat(g.type()).hasToString("Optional[Share]"));
      assertThatThrownBy(() -> admin.deleteShareGroups(List.of("implicit")).all().get()).hasCauseInstanceOf(GroupNotEmptyException.class);
      member.poll();
      assertThat(member.errors).isEmpty();
    }
    awaitStart("implicit", 167);
    assertThat(offset("implicit").lag()).hasValue(0L);
    admin.deleteShareGroupOffsets("implicit", Set.of("implicit")).all().get();
    assertThat(admin.listShareGroupOffsets(Map.of("implicit", new ListShareGroupOffsetsSpec())).partitionsToOffsetInfo("implicit").get())
        .isEmpty();
    admin.deleteShareGroups(List.of("implicit")).all().get();
    assertThat(admin.listGroups().all().get()).noneSatisfy(g -> assertThat(g.groupId()).isEqualTo("implicit"));
  }

  @Test
  void recordsAreAcceptedReleasedAndRejectedOneByOne() throws Exception {
    create("explicit", 1, "share.delivery.count.limit", "3");
    produce("explicit", 1, 0, 30);
    Map<Integer, Integer> released = new HashMap<>();
    try (Member member = new Member("explicit", true)) {
      Set<Integer> accepted = new HashSet<>();
      long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (released.values().stream().filter(n -> n == 3).count() < 10 || accepted.size() < 10) {
        assertThat(System.nanoTime()).as("released " + released + " accepted " + accepted).isLessThan(until);
        for (ConsumerRecord<Integer, Integer> r : member.poll()) {
          AcknowledgeType type = List.of(AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT).get(r.value() % 3);
          member.consumer.acknowledge(r, type);
          if (type == AcknowledgeType.RELEASE) {
            assertThat((int) r.deliveryCount().orElseThrow()).isEqualTo(released.merge(r.value(), 1, Integer::sum));
          } else {
            assertThat(r.deliveryCount()).hasValue((short) 1);
            accepted.add(type == AcknowledgeType.ACCEPT ? r.value() : -1);
          }
        }
        assertThat(member.consumer.commitSync().values()).allSatisfy(e -> assertThat(e).isEmpty());
      }
      assertThat(released.values()).containsOnly(3);
      assertThat(offset("explicit").startOffset()).isEqualTo(30);
    }
  }

  @Test
  void whatIsNotAcknowledgedInTimeIsDeliveredAgain() throws Exception {
    create("lock", 1, "share.record.lock.duration.ms", "1000");
    produce("lock", 1, 0, 10);
    try (Member slow = new Member("lock", true); Member other = new Member("lock", false)) {
      slow.pollUntil("first", () -> slow.got.size() == 10);
      other.pollUntil("again", () -> other.got.size() == 10);
      assertThat(other.got.values()).containsOnly((short) 2);
      other.poll();
      awaitStart("lock", 10);
    }
  }

  @Test
  void onlyCommittedRecordsAreDelivered() throws Exception {
    create("committed", 1, "share.isolation.level", "read_committed");
    Map<String, Object> p = Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", "share-committed");
    try (KafkaProducer<Integer, Integer> producer = new KafkaProducer<>(p, new IntegerSerializer(), new IntegerSerializer())) {
      producer.initTransactions();
      for (int t = 0; t < 6; t++) {
        producer.beginTransaction();
        for (int i = 0; i < 10; i++) {
          producer.send(new ProducerRecord<>("committed", t, t * 10 + i)).get();
        }
        if (t % 2 == 0) {
          producer.commitTransaction();
        } else {
          producer.abortTransaction();
        }
      }
    }
    try (Member member = new Member("committed", false)) {
      member.pollUntil("all", () -> member.got.size() == 30);
      member.poll();
      assertThat(member.got.keySet()).allSatisfy(v -> assertThat(v / 10 % 2).isZero());
      awaitStart("committed", 66);
    }
  }

  /** Members in threads of their own. */
  private static final class Workers implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Map<Integer, Integer> seen = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final List<String> errors = Collections.synchronizedList(new ArrayList<>());

    Workers(String group, int count) {
      for (int i = 0; i < count; i++) {
        Thread thread = new Thread(() -> run(group), "member-" + i);
        threads.add(thread);
        thread.start();
      }
    }

    private void run(String group) {
      try (Member member = new Member(group, false)) {
        while (!stop.get()) {
          for (ConsumerRecord<Integer, Integer> r : member.poll()) {
            seen.merge(r.value(), 1, Integer::sum);
            busy.add(Thread.currentThread().getName());
          }
          errors.addAll(member.errors);
          member.errors.clear();
          synchronized (this) {
            notifyAll();
          }
        }
      } catch (RuntimeException e) {
        errors.add(e.toString());
      }
    }

    synchronized void await(int records) throws Exception {
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (seen.size() < records) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        assertThat(leftMs).as("got " + seen.size() + " of " + records + " " + errors).isPositive();
        wait(leftMs);
      }
    }

    @Override
    public void close() {
      stop.set(true);
      threads.forEach(t -> {
        try {
          t.join();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      });
    }
  }

  @Test
  void severalMembersConsumeOnePartition() throws Exception {
    create("several", 1);
    try (Workers workers = new Workers("several", 4)) {
      for (int i = 0; i < 20_000; i += 1_000) {
        produce("several", 1, i, i + 1_000);
      }
      workers.await(20_000);
      assertThat(workers.busy).hasSizeGreaterThan(1);
      assertThat(workers.errors).isEmpty();
      assertThat(workers.seen.values()).as("each record once").containsOnly(1);
    }
  }

  private static void update(String part) throws Exception {
    try (Stream<Path> jars = Files.walk(Broker.HOME.resolve("bundles"))) {
      Path jar = jars.filter(f -> f.getFileName().toString().startsWith("io.margay." + part + "-")).findFirst().orElseThrow();
      assertThat(broker.shell("update io.margay." + part + " " + jar.toUri())).isEqualTo(new Run(0, ""));
    }
  }

  @Test
  void theCoordinatorsAreReplacedUnderLoad() throws Exception {
    create("swap", 2);
    try (Workers workers = new Workers("swap", 3)) {
      produce("swap", 2, 0, 500);
      workers.await(500);
      AtomicBoolean stop = new AtomicBoolean();
      int[] sent = {500};
      Thread load = new Thread(() -> {
        while (!stop.get()) {
          produce("swap", 2, sent[0], sent[0] + 50);
          sent[0] += 50;
        }
      });
      load.start();
      for (String part : List.of("shares", "groups", "shares")) {
        update(part);
        int now = sent[0];
        workers.await(now);
      }
      stop.set(true);
      load.join();
      workers.await(sent[0]);
      assertThat(workers.errors).as("no error reaches a callback").isEmpty();
    }
  }

  @Test
  void offsetsAreAlteredWhenNobodyConsumes() throws Exception {
    create("alter", 1);
    produce("alter", 1, 0, 20);
    try (Member member = new Member("alter", false)) {
      member.pollUntil("all", () -> member.got.size() == 20);
      member.poll();
      assertThatThrownBy(() -> admin.alterShareGroupOffsets("alter", Map.of(new TopicPartition("alter", 0), 5L)).all().get())
          .isInstanceOf(ExecutionException.class);
    }
    awaitStart("alter", 20);
    admin.alterShareGroupOffsets("alter", Map.of(new TopicPartition("alter", 0), 5L)).all().get();
    assertThat(offset("alter").startOffset()).isEqualTo(5);
    try (Member member = new Member("alter", false)) {
      member.pollUntil("the rest", () -> member.got.size() == 15);
      assertThat(Collections.min(member.got.keySet())).isEqualTo(5);
    }
  }

  @Test
  void theStateSurvivesAKill() throws Exception {
    Broker own = broker;
    create("kill", 1);
    produce("kill", 1, 0, 40);
    try (Member member = new Member("kill", true)) {
      List<ConsumerRecord<Integer, Integer>> records = new ArrayList<>();
      while (records.size() < 40) {
        records.addAll(member.poll());
      }
      for (ConsumerRecord<Integer, Integer> r : records) {
        member.consumer.acknowledge(r, r.value() % 4 == 0 ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
      }
      assertThat(member.consumer.commitSync().values()).allSatisfy(e -> assertThat(e).isEmpty());
      own.kill();
      own.start();
      member.got.clear();
      Collection<Integer> expected = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        if (i % 4 != 0) {
          expected.add(i);
        }
      }
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (member.got.size() < expected.size()) {
        assertThat(System.nanoTime()).as("got " + member.got).isLessThan(deadline);
        member.poll().forEach(r -> member.consumer.acknowledge(r, AcknowledgeType.ACCEPT));
      }
      assertThat(member.got.keySet()).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(member.got.values()).containsOnly((short) 2);
    }
  }

  @Test
  void theFeatureIsFinalised() throws Exception {
    assertThat(admin.describeFeatures().featureMetadata().get().finalizedFeatures().get("share.version").maxVersionLevel())
        .isEqualTo((short) 2);
    admin.updateFeatures(Map.of("share.version", new FeatureUpdate((short) 2, FeatureUpdate.UpgradeType.UPGRADE)),
        new UpdateFeaturesOptions()).all().get();
  }
}
