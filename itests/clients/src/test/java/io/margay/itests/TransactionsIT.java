package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions with the stock Java client. Each test has topics and transactional ids of its own. */
@Timeout(60)
class TransactionsIT {
  private static final int PARTITIONS = 3;
  private static Broker broker;
  private static Admin admin;

  @BeforeAll
  static void start() {
    broker = Broker.prepare().with("KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "200")
        .with("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3").with("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "3").start();
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static void create(String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
  }

  private static KafkaProducer<Integer, Integer> producer(String id, int timeoutMs) {
    Properties p = PatientProducer.properties(broker.bootstrap(), 60_000);
    p.put("transactional.id", id);
    p.put("transaction.timeout.ms", Integer.toString(timeoutMs));
    return new KafkaProducer<>(p, new IntegerSerializer(), new IntegerSerializer());
  }

  private static void send(KafkaProducer<Integer, Integer> producer, String topic, int from, int to) {
    IntStream.range(from, to).forEach(i -> producer.send(new ProducerRecord<>(topic, i % PARTITIONS, i, i)));
  }

  private static KafkaConsumer<Integer, Integer> consumer(String group) {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    p.put("isolation.level", "read_committed");
    p.put("enable.auto.commit", "false");
    p.put("auto.offset.reset", "earliest");
    if (group != null) {
      p.put("group.id", group);
    }
    return new KafkaConsumer<>(p, new IntegerDeserializer(), new IntegerDeserializer());
  }

  /** All that a read_committed consumer finds up to the last stable offsets, sorted. */
  private static List<Integer> committed(String topic) {
    List<TopicPartition> all = IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(topic, i)).toList();
    List<Integer> found = new ArrayList<>();
    try (KafkaConsumer<Integer, Integer> consumer = consumer(null)) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream().anyMatch(tp -> consumer.position(tp) < ends.get(tp))) {
        for (ConsumerRecord<Integer, Integer> r : consumer.poll(Duration.ofMillis(500))) {
          found.add(r.value());
        }
      }
    }
    Collections.sort(found);
    return found;
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("within 30 s").isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }

  private static TransactionState state(String id) {
    try {
      return admin.describeTransactions(List.of(id)).description(id).get().state();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void onlyWhatIsCommittedIsRead() throws Exception {
    onlyWhatIsCommittedIsRead("commit");
  }

  private static void onlyWhatIsCommittedIsRead(String id) throws Exception {
    String topic = id.replace(' ', '-');
    create(topic);
    try (KafkaProducer<Integer, Integer> producer = producer(id, 60_000)) {
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, topic, 0, 30);
      producer.commitTransaction();
      producer.beginTransaction();
      send(producer, topic, 100, 130);
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      send(producer, topic, 30, 60);
      producer.commitTransaction();
      producer.beginTransaction();
      send(producer, topic, 200, 230);
      producer.flush();
      assertThat(committed(topic)).isEqualTo(numbers(0, 60));
      assertThat(state(id)).isEqualTo(TransactionState.ONGOING);
      producer.commitTransaction();
      assertThat(committed(topic)).hasSize(90).endsWith(229);
    }
  }

  @Test
  void aSecondProducerFencesTheFirst() throws Exception {
    create("fence");
    try (KafkaProducer<Integer, Integer> first = producer("fence", 60_000); KafkaProducer<Integer, Integer> second = producer("fence", 60_000)) {
      first.initTransactions();
      first.beginTransaction();
      send(first, "fence", 100, 110);
      first.flush();
      second.initTransactions();
      second.beginTransaction();
      send(second, "fence", 0, 10);
      second.commitTransaction();
      assertThatThrownBy(first::commitTransaction).isInstanceOf(ProducerFencedException.class);
      assertThat(committed("fence")).isEqualTo(numbers(0, 10));
    }
  }

  @Test
  void aTransactionThatTakesTooLongIsAborted() throws Exception {
    create("late");
    try (KafkaProducer<Integer, Integer> producer = producer("late", 500)) {
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, "late", 0, 10);
      producer.flush();
      await(() -> state("late") == TransactionState.COMPLETE_ABORT);
      assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
    }
    assertThat(committed("late")).isEmpty();
    try (KafkaProducer<Integer, Integer> producer = producer("late", 1_000_000)) {
      assertThatThrownBy(producer::initTransactions).hasMessageContaining("transaction.max.timeout.ms");
    }
  }

  /** As clients before KIP-890 do: they add partitions themselves, and keep their epoch. */
  @Test
  void theFirstVersionOfTheProtocolWorks() throws Exception {
    FeatureUpdate lower = new FeatureUpdate((short) 0, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
    admin.updateFeatures(Map.of("transaction.version", lower), new UpdateFeaturesOptions()).all().get();
    try {
      onlyWhatIsCommittedIsRead("first version");
      numbersAreReadProcessedAndWrittenOnce("first-version-");
    } finally {
      FeatureUpdate raise = new FeatureUpdate((short) 2, FeatureUpdate.UpgradeType.UPGRADE);
      admin.updateFeatures(Map.of("transaction.version", raise), new UpdateFeaturesOptions()).all().get();
    }
  }

  /** Each number is copied once, though transactions are aborted in between. */
  @Test
  void numbersAreReadProcessedAndWrittenOnce() throws Exception {
    numbersAreReadProcessedAndWrittenOnce("");
  }

  private static void numbersAreReadProcessedAndWrittenOnce(String prefix) throws Exception {
    String from = prefix + "from";
    String to = prefix + "to";
    create(from);
    create(to);
    try (KafkaProducer<Integer, Integer> source = producer(prefix + "source", 60_000)) {
      source.initTransactions();
      source.beginTransaction();
      send(source, from, 0, 300);
      source.commitTransaction();
    }
    int copied = 0;
    for (int round = 0; copied < 300; round++) {
      try (KafkaProducer<Integer, Integer> producer = producer(prefix + "copy", 60_000);
          KafkaConsumer<Integer, Integer> consumer = consumer(prefix + "copy")) {
        producer.initTransactions();
        consumer.subscribe(List.of(from));
        copied += copy(producer, consumer, to, round % 2 == 0);
      }
    }
    assertThat(copied).isEqualTo(300);
    assertThat(committed(to)).isEqualTo(numbers(0, 300));
  }

  private static int copy(KafkaProducer<Integer, Integer> producer, KafkaConsumer<Integer, Integer> consumer, String to, boolean abort) {
    ConsumerRecords<Integer, Integer> records = ConsumerRecords.empty();
    while (records.isEmpty()) {
      records = consumer.poll(Duration.ofMillis(200));
    }
    producer.beginTransaction();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (ConsumerRecord<Integer, Integer> r : records) {
      producer.send(new ProducerRecord<>(to, r.partition(), r.key(), r.value()));
      offsets.put(new TopicPartition(r.topic(), r.partition()), new OffsetAndMetadata(r.offset() + 1));
    }
    producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
    if (abort) {
      producer.abortTransaction();
      return 0;
    }
    producer.commitTransaction();
    return records.count();
  }

  /** The broker is killed while transactions are open and being ended: each is all or nothing, and the producer goes on. */
  @Test
  void aKilledBrokerGoesOnWithItsTransactions() throws Exception {
    create("kill");
    int expected = 0;
    try (KafkaProducer<Integer, Integer> producer = producer("kill", 60_000)) {
      producer.initTransactions();
      for (int round = 0; round < 4; round++) {
        producer.beginTransaction();
        send(producer, "kill", expected, expected + 30);
        producer.flush();
        if (round % 2 == 0) {
          broker.kill();
          broker.start();
          producer.commitTransaction();
        } else {
          producer.commitTransaction();
          broker.kill();
          broker.start();
        }
        expected += 30;
      }
      assertThat(committed("kill")).isEqualTo(numbers(0, expected));
      assertThat(state("kill")).isEqualTo(TransactionState.COMPLETE_COMMIT);
    }
  }

  /** A batch of a transaction that no coordinator knows, which only a broker without verification takes, is found and ended. */
  @Test
  void hangingTransactionsAreEndedWithTheStockTool() throws Exception {
    create("hang");
    verification("false");
    try {
      appendAsGhost("hang");
    } finally {
      verification("true");
    }
    assertThat(transactionsTool("find-hanging", "--broker-id", "1")).contains("hang").contains("4711");
    transactionsTool("abort", "--topic", "hang", "--partition", "0", "--start-offset", "0");
    assertThat(transactionsTool("describe-producers", "--topic", "hang", "--partition", "0")).contains("4711").contains("None");
    assertThat(transactionsTool("find-hanging", "--broker-id", "1")).doesNotContain("4711");
    assertThat(committed("hang")).isEmpty();
  }

  private static void verification(String enabled) throws Exception {
    ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
    admin.incrementalAlterConfigs(Map.of(all, List.of(new AlterConfigOp(
        new ConfigEntry("transaction.partition.verification.enable", enabled), AlterConfigOp.OpType.SET)))).all().get();
    try (Admin fresh = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      ConfigResource one = new ConfigResource(ConfigResource.Type.BROKER, "1");
      await(() -> {
        try {
          return fresh.describeConfigs(List.of(one)).all().get().get(one).get("transaction.partition.verification.enable").value()
              .equals(enabled);
        } catch (InterruptedException | ExecutionException e) {
          throw new IllegalStateException(e);
        }
      });
    }
  }

  /** Two hours old, so that the tool takes it for hanging. */
  private static void appendAsGhost(String topic) throws IOException {
    long old = System.currentTimeMillis() - Duration.ofHours(2).toMillis();
    MemoryRecords records = MemoryRecords.withTransactionalRecords(Compression.NONE, 4711, (short) 0, 0,
        new SimpleRecord(old, new byte[4], new byte[4]));
    ProduceRequestData.TopicProduceData data = new ProduceRequestData.TopicProduceData().setName(topic);
    data.partitionData().add(new ProduceRequestData.PartitionProduceData().setIndex(0).setRecords(records));
    ProduceRequestData produce = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5_000).setTransactionalId("ghost");
    produce.topicData().add(data);
    short version = 11;
    ByteBuffer request = new ProduceRequest(produce, version).serializeWithHeader(new RequestHeader(ApiKeys.PRODUCE, version, "ghost", 1));
    try (Socket socket = new Socket("127.0.0.1", broker.port())) {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(request.remaining());
      out.write(request.array(), request.position(), request.remaining());
      assertThat(new DataInputStream(socket.getInputStream()).readInt()).isPositive();
    }
  }

  private static String transactionsTool(String... args) {
    List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
    all.addAll(List.of(args));
    return Run.tool(null, "org.apache.kafka.tools.TransactionsCommand", all.toArray(String[]::new)).ok().output();
  }

  @Test
  void transactionsAreListedByDurationAndPattern() throws Exception {
    create("listed");
    try (KafkaProducer<Integer, Integer> open = producer("listed-open", 60_000); KafkaProducer<Integer, Integer> idle = producer("listed-idle", 60_000)) {
      open.initTransactions();
      idle.initTransactions();
      open.beginTransaction();
      open.send(new ProducerRecord<>("listed", 0, 1, 1)).get();
      assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("listed-.*"))).containsExactlyInAnyOrder("listed-open",
          "listed-idle");
      assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("sted-o.*"))).as("the whole id matches").isEmpty();
      assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern(".*-open").filterOnDuration(0))).containsExactly("listed-open");
      assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("listed-.*").filterOnDuration(3_600_000))).isEmpty();
      assertThatThrownBy(() -> listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("(?=a)"))).cause()
          .isInstanceOf(InvalidRegularExpression.class);
      assertThat(broker.shell("txn:list --id 'listed-.*'").ok().output()).contains("listed-open", "listed-idle");
      open.commitTransaction();
    }
  }

  private static List<String> listed(ListTransactionsOptions options) throws Exception {
    return admin.listTransactions(options).all().get().stream().map(TransactionListing::transactionalId).toList();
  }

  @Test
  void partsAreReplacedUnderATransactionalProducer() throws Exception {
    create("swap");
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger sent = new AtomicInteger();
    List<Exception> failures = Collections.synchronizedList(new ArrayList<>());
    Thread writer = new Thread(() -> {
      try (KafkaProducer<Integer, Integer> producer = producer("swap", 60_000)) {
        producer.initTransactions();
        while (!stop.get()) {
          producer.beginTransaction();
          for (int i = 0; i < 10; i++) {
            int n = sent.getAndIncrement();
            producer.send(new ProducerRecord<>("swap", n % PARTITIONS, n, n), (metadata, e) -> {
              if (e != null) {
                failures.add(e);
              }
            });
          }
          // Without it the client may send EndTxn before the batches: it asks first whether any are left, and then what to send.
          producer.flush();
          producer.commitTransaction();
        }
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }, "writer");
    writer.start();
    for (String part : List.of("transactions", "groups", "transactions", "replication")) {
      int before = sent.get();
      await(() -> sent.get() > before + 100 || !failures.isEmpty());
      String jar = Path.of(System.getProperty("margay.home"), "bundles/30/io.margay." + part + "-0.1.0-SNAPSHOT.jar").normalize().toUri()
          .toString();
      assertThat(broker.shell("update io.margay." + part + " " + jar)).isEqualTo(new Run(0, ""));
    }
    int before = sent.get();
    await(() -> sent.get() > before + 100 || !failures.isEmpty());
    stop.set(true);
    writer.join();
    assertThat(failures).isEmpty();
    assertThat(committed("swap")).isEqualTo(numbers(0, sent.get()));
    assertThat(Set.of(state("swap"))).containsExactly(TransactionState.COMPLETE_COMMIT);
  }
}
