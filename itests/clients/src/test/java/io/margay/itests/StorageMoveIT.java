package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Moves a topic to another storage engine and back under an idempotent producer with acks=all and a consumer group: each record
 * that was acknowledged is read once and in order, and no error comes to a callback.
 */
class StorageMoveIT {
  private static final int PARTITIONS = 3;
  private static final String TOPIC = "moved";

  private final AtomicLong[] sent = {new AtomicLong(), new AtomicLong(), new AtomicLong()};
  private final AtomicLong acknowledged = new AtomicLong();
  private final List<Exception> failures = Collections.synchronizedList(new ArrayList<>());
  private final AtomicBoolean stop = new AtomicBoolean();
  /** By partition, the value that comes next; and what came instead. */
  private final Map<Integer, Long> expected = new ConcurrentHashMap<>();
  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong read = new AtomicLong();

  @ParameterizedTest
  @ValueSource(strings = {"memory", "mapdb"})
  void aTopicMovesThereAndBackUnderLoad(String engine) throws Exception {
    try (Broker broker = Broker.started(); KafkaProducer<Long, byte[]> producer = producer(broker)) {
      broker.shell("topic:create " + TOPIC + " -p " + PARTITIONS).ok();
      Thread writer = new Thread(() -> write(producer), "writer");
      Thread reader = new Thread(() -> read(broker), "reader");
      writer.start();
      reader.start();
      for (String to : List.of(engine, "file")) {
        progress(2_000);
        assertThat(broker.shell("storage:move " + TOPIC + " " + to).ok().output()).contains("all 3 partitions are in " + to);
        assertThat(broker.shell("storage:status " + TOPIC + " --json").ok().output()).contains("\"engine\" : \"" + to + "\"")
            .doesNotContain("\"engine\" : \"" + (to.equals("file") ? engine : "file") + "\"");
      }
      progress(2_000);
      stop.set(true);
      writer.join();
      producer.flush();
      await(() -> read.get() >= acknowledged.get() || !wrong.isEmpty());
      reader.interrupt();
      reader.join();
      assertNothingLost();
      assertThat(broker.log()).contains("Moved a log partition=" + TOPIC + "-0 from=file to=" + engine)
          .contains("Moved a log partition=" + TOPIC + "-0 from=" + engine + " to=file");
      assertThat(broker.shell("storage:move " + TOPIC + " tape").exit()).isNotZero();
      System.out.println("engine=" + engine + " acknowledged=" + acknowledged);
    }
  }

  /** The move is so slow that it is under way when the process is killed. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "mapdb"})
  void aKillInTheMiddleOfAMoveLosesNothing(String engine) throws Exception {
    try (Broker broker = Broker.prepare().with("KAFKA_MARGAY_STORAGE_MOVE_MAX_BYTES_PER_SECOND", "20000").start();
        KafkaProducer<Long, byte[]> producer = producer(broker)) {
      broker.shell("topic:create " + TOPIC + " -p " + PARTITIONS).ok();
      Thread writer = new Thread(() -> write(producer), "writer");
      writer.start();
      progress(20_000);
      broker.shell("storage:move --no-wait " + TOPIC + " " + engine).ok();
      await(() -> broker.log().contains("Moving a log partition=" + TOPIC));
      progress(2_000);
      assertThat(broker.log()).doesNotContain("Moved a log");
      broker.kill();
      broker.start();
      progress(2_000);
      stop.set(true);
      writer.join();
      producer.flush();
      Thread reader = new Thread(() -> read(broker), "reader");
      reader.start();
      await(() -> read.get() >= acknowledged.get() || !wrong.isEmpty());
      reader.interrupt();
      reader.join();
      assertNothingLost();
    }
  }

  /** Between directories of one engine; the process is killed while the logs are copied. */
  @Test
  void logsMoveToAnotherDirectoryUnderLoadAndAcrossAKill() throws Exception {
    Broker prepared = Broker.prepare();
    List<String> dirs = List.of(prepared.data().resolve("one").toString(), prepared.data().resolve("two").toString());
    try (Broker broker = prepared.with("KAFKA_LOG_DIRS", String.join(",", dirs))
            .with("KAFKA_REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND", "20000").start();
        KafkaProducer<Long, byte[]> producer = producer(broker); Admin admin = Admin.create(properties(broker))) {
      broker.shell("topic:create " + TOPIC + " -p " + PARTITIONS).ok();
      Thread writer = new Thread(() -> write(producer), "writer");
      writer.start();
      progress(20_000);
      Map<TopicPartitionReplica, String> moves = new HashMap<>();
      Map<TopicPartitionReplica, String> places = places(admin);
      places.forEach((replica, place) -> moves.put(replica, dirs.get(1 - dirs.indexOf(place))));
      admin.alterReplicaLogDirs(moves).all().get();
      progress(2_000);
      admin.describeReplicaLogDirs(moves.keySet()).all().get().forEach((replica, info) -> {
        assertThat(info.getCurrentReplicaLogDir()).isEqualTo(places.get(replica));
        assertThat(info.getFutureReplicaLogDir()).isEqualTo(moves.get(replica));
      });
      broker.kill();
      broker.start();
      admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, "1"), List.of(new AlterConfigOp(
          new ConfigEntry("replica.alter.log.dirs.io.max.bytes.per.second", "100000000"), AlterConfigOp.OpType.SET)))).all().get();
      await(() -> moves.equals(places(admin)));
      progress(2_000);
      stop.set(true);
      writer.join();
      producer.flush();
      Thread reader = new Thread(() -> read(broker), "reader");
      reader.start();
      await(() -> read.get() >= acknowledged.get() || !wrong.isEmpty());
      reader.interrupt();
      reader.join();
      assertNothingLost();
    }
  }

  private static Map<TopicPartitionReplica, String> places(Admin admin) {
    Map<TopicPartitionReplica, String> places = new HashMap<>();
    List<TopicPartitionReplica> all = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      all.add(new TopicPartitionReplica(TOPIC, i, 1));
    }
    try {
      admin.describeReplicaLogDirs(all).all().get().forEach((replica, info) -> places.put(replica, info.getCurrentReplicaLogDir()));
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return places;
  }

  private void assertNothingLost() {
    assertThat(failures).isEmpty();
    assertThat(wrong).isEmpty();
    for (int i = 0; i < PARTITIONS; i++) {
      assertThat(expected.get(i)).as("records of partition %d", i).isEqualTo(sent[i].get());
    }
  }

  private void progress(long records) {
    long target = acknowledged.get() + records;
    await(() -> acknowledged.get() >= target || !failures.isEmpty());
  }

  private static Properties properties(Broker broker) {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    p.put("reconnect.backoff.max.ms", "100");
    return p;
  }

  private static KafkaProducer<Long, byte[]> producer(Broker broker) {
    Properties p = properties(broker);
    p.put("acks", "all");
    p.put("enable.idempotence", "true");
    p.put("linger.ms", "1");
    p.put("batch.size", "2000");
    return new KafkaProducer<>(p, new LongSerializer(), new ByteArraySerializer());
  }

  private void write(KafkaProducer<Long, byte[]> producer) {
    Semaphore window = new Semaphore(1_000);
    for (int i = 0; !stop.get(); i = (i + 1) % PARTITIONS) {
      window.acquireUninterruptibly();
      producer.send(new ProducerRecord<>(TOPIC, i, sent[i].getAndIncrement(), new byte[100]), (metadata, e) -> {
        window.release();
        if (e == null) {
          acknowledged.incrementAndGet();
        } else {
          failures.add(e);
        }
      });
    }
  }

  private void read(Broker broker) {
    Properties p = properties(broker);
    p.put("group.id", "movers");
    p.put("auto.offset.reset", "earliest");
    try (KafkaConsumer<Long, byte[]> consumer = new KafkaConsumer<>(p, new LongDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      while (!Thread.currentThread().isInterrupted()) {
        for (ConsumerRecord<Long, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          long next = expected.getOrDefault(record.partition(), 0L);
          if (record.key() != next) {
            wrong.add("partition " + record.partition() + " offset " + record.offset() + " has " + record.key() + " and not "
                + next);
          }
          expected.put(record.partition(), record.key() + 1);
          read.incrementAndGet();
        }
      }
    } catch (org.apache.kafka.common.errors.InterruptException e) {
      // the end of the test
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("progress within 90 s").isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
