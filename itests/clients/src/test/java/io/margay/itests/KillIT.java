package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SIGKILL while an idempotent producer with acks=all writes: every record that was acknowledged is there, once, in order. The
 * producer lives through all the kills and retries by itself.
 */
class KillIT {
  private static final int KILLS = Integer.getInteger("kills", 12);
  private static final TopicPartition PARTITION = new TopicPartition("kill", 0);

  @ParameterizedTest
  @ValueSource(strings = {"file", "mapdb"})
  void whatWasAcknowledgedIsThereOnceAndInOrder(String engine) throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    ConcurrentSkipListMap<Long, Long> acknowledged = new ConcurrentSkipListMap<>();
    AtomicBoolean stop = new AtomicBoolean();
    List<Exception> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    try (Broker broker = Broker.started(); KafkaProducer<Long, Long> producer = producer(broker)) {
      // At once: the engine's bundle may start after the server.
      create(broker, engine);
      AtomicLong next = new AtomicLong();
      Thread writer = new Thread(() -> write(producer, next, acknowledged, failures, stop), "writer");
      writer.start();
      for (int i = 0; i < KILLS; i++) {
        int target = acknowledged.size() + 200 + random.nextInt(20_000);
        await(() -> acknowledged.size() >= target || !failures.isEmpty());
        broker.kill();
        broker.start();
      }
      stop.set(true);
      writer.join();
      producer.flush();
      assertThat(failures).as("seed %d", seed).isEmpty();
      verify(broker, acknowledged, next.get(), seed);
      System.out.println("kills=" + KILLS + " acknowledged=" + acknowledged.size() + " seed=" + seed);
    }
  }

  private static void create(Broker broker, String engine) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      NewTopic topic = new NewTopic(PARTITION.topic(), 1, (short) 1).configs(Map.of("margay.storage.engine", engine));
      admin.createTopics(List.of(topic)).all().get();
    }
  }

  private static KafkaProducer<Long, Long> producer(Broker broker) {
    Properties p = PatientProducer.properties(broker.bootstrap(), 120_000);
    p.put("batch.size", "2000");
    return new KafkaProducer<>(p, new LongSerializer(), new LongSerializer());
  }

  private static void write(KafkaProducer<Long, Long> producer, AtomicLong next, Map<Long, Long> acknowledged,
      List<Exception> failures, AtomicBoolean stop) {
    java.util.concurrent.Semaphore window = new java.util.concurrent.Semaphore(2000);
    while (!stop.get()) {
      window.acquireUninterruptibly();
      long n = next.getAndIncrement();
      producer.send(new ProducerRecord<>(PARTITION.topic(), 0, n, n), (metadata, e) -> {
        window.release();
        if (e == null) {
          acknowledged.put(n, metadata.offset());
        } else {
          failures.add(e);
        }
      });
    }
  }

  private static void verify(Broker broker, Map<Long, Long> acknowledged, long sent, long seed) {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    p.put("enable.auto.commit", "false");
    try (KafkaConsumer<Long, Long> consumer = new KafkaConsumer<>(p, new LongDeserializer(), new LongDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
      long expected = 0;
      while (consumer.position(PARTITION) < end) {
        for (ConsumerRecord<Long, Long> r : consumer.poll(Duration.ofSeconds(5))) {
          assertThat(r.value()).as("record at offset %d, seed %d", r.offset(), seed).isEqualTo(expected);
          Long offset = acknowledged.get(expected);
          assertThat(offset).as("record %d was acknowledged with its offset, seed %d", expected, seed).isIn(r.offset(), -1L);
          expected++;
        }
      }
      assertThat(expected).as("records there, seed %d", seed).isEqualTo(sent);
    }
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("progress within 60 s").isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}
