package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Transactional producers that write, commit and abort until they are told to stop, and what they know of each transaction; a reader then
 * checks that each is all or nothing, once and in order, and that none hangs. Values are {@code producer:transaction:record}.
 */
final class TransactionHistory implements AutoCloseable {
  private static final int RECORDS = 5;

  private enum Outcome { UNKNOWN, COMMITTED, ABORTED }

  private final String bootstrap;
  private final String topic;
  private final int partitions;
  private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  private final Map<String, List<String>> sent = new ConcurrentHashMap<>();
  private final AtomicInteger committed = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stop;

  TransactionHistory(String bootstrap, String topic, int partitions) {
    this.bootstrap = bootstrap;
    this.topic = topic;
    this.partitions = partitions;
  }

  void start(int producers) {
    for (int i = 0; i < producers; i++) {
      String id = topic + "-" + i;
      Random random = new Random(i);
      Thread thread = new Thread(() -> write(id, random), id);
      threads.add(thread);
      thread.start();
    }
  }

  int committed() {
    return committed.get();
  }

  private KafkaProducer<String, String> producer(String id) {
    Properties p = new Properties();
    p.putAll(Clients.of(bootstrap));
    p.put("transactional.id", id);
    p.put("transaction.timeout.ms", "15000");
    p.put("request.timeout.ms", "5000");
    KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
    producer.initTransactions();
    return producer;
  }

  private void write(String id, Random random) {
    KafkaProducer<String, String> producer = producer(id);
    for (int n = 0; !stop; n++) {
      try {
        transaction(producer, id + ":" + n, random);
      } catch (KafkaException e) {
        // the outcome is unknown; a new producer aborts what is open
        producer.close(Duration.ZERO);
        producer = producer(id);
      }
    }
    producer.close();
  }

  private void transaction(KafkaProducer<String, String> producer, String transaction, Random random) {
    producer.beginTransaction();
    List<String> values = new ArrayList<>();
    sent.put(transaction, values);
    outcomes.put(transaction, Outcome.UNKNOWN);
    for (int i = 0; i < RECORDS; i++) {
      values.add(transaction + ":" + i);
      producer.send(new ProducerRecord<>(topic, random.nextInt(partitions), null, transaction + ":" + i));
    }
    if (random.nextInt(4) == 0) {
      producer.flush();
      outcomes.put(transaction, Outcome.ABORTED);
      producer.abortTransaction();
      return;
    }
    for (;;) {
      try {
        producer.commitTransaction();
        break;
      } catch (TimeoutException e) {
        // the same may be asked again
      }
    }
    outcomes.put(transaction, Outcome.COMMITTED);
    committed.incrementAndGet();
  }

  void stop() throws InterruptedException {
    stop = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Reads what was committed and compares. */
  void verify() throws Exception {
    List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList();
    Map<String, Integer> seen = new HashMap<>();
    Map<String, Integer> last = new HashMap<>();
    Properties p = new Properties();
    p.putAll(Clients.of(bootstrap));
    p.put("isolation.level", "read_committed");
    p.put("enable.auto.commit", "false");
    try (Admin admin = Admin.create(Clients.of(bootstrap));
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> stable = consumer.endOffsets(all);
      Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
      all.forEach(tp -> latest.put(tp, OffsetSpec.latest()));
      admin.listOffsets(latest).all().get().forEach((tp, end) ->
          assertThat(stable.get(tp)).as("no transaction hangs in %s", tp).isEqualTo(end.offset()));
      while (all.stream().anyMatch(tp -> consumer.position(tp) < stable.get(tp))) {
        for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(500))) {
          seen.merge(r.value(), 1, Integer::sum);
          String[] parts = r.value().split(":");
          int number = Integer.parseInt(parts[1]) * RECORDS + Integer.parseInt(parts[2]);
          Integer before = last.put(r.partition() + parts[0], number);
          assertThat(before == null || before < number).as("order at %s of %s", r.offset(), r.value()).isTrue();
        }
      }
    }
    assertThat(seen.values()).as("each record once").allMatch(count -> count == 1);
    sent.forEach((transaction, values) -> {
      long there = values.stream().filter(seen::containsKey).count();
      assertThat(there).as("all or nothing of %s", transaction).isIn(0L, (long) values.size());
      if (outcomes.get(transaction) != Outcome.UNKNOWN) {
        assertThat(there > 0).as("%s as confirmed", transaction).isEqualTo(outcomes.get(transaction) == Outcome.COMMITTED);
      }
    });
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
