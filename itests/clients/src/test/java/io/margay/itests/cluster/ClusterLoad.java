package io.margay.itests.cluster;

import io.margay.itests.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;

/**
 * An idempotent producer with acks=all, and a consumer of a group that commits, until they are told to end. The value of a record is
 * its number among those of its partition, beginning with the number at which the load before ended.
 */
final class ClusterLoad implements AutoCloseable {
  static final int PARTITIONS = 3;
  private static final int IN_FLIGHT = 500;
  private static final long PROGRESS_SECONDS = 60;

  private record Read(long offset, long value) { }

  private final String bootstrap;
  private final String topic;
  private final KafkaProducer<Long, Long> producer;
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  /** By partition: value to offset. */
  private final List<Map<Long, Long>> acknowledged = new ArrayList<>();
  private final AtomicLong acknowledgedCount = new AtomicLong();
  private final AtomicLong readCount = new AtomicLong();
  private final long[] firstOffsets = new long[PARTITIONS];
  private final long[] sent = new long[PARTITIONS];
  private volatile boolean sending = true;
  private volatile boolean reading = true;

  ClusterLoad(String bootstrap, String topic) {
    this.bootstrap = bootstrap;
    this.topic = topic;
    for (int p = 0; p < PARTITIONS; p++) {
      acknowledged.add(new ConcurrentHashMap<>());
    }
    try (KafkaConsumer<Long, Long> consumer = consumer(Map.of())) {
      for (int p = 0; p < PARTITIONS; p++) {
        TopicPartition tp = new TopicPartition(topic, p);
        firstOffsets[p] = consumer.endOffsets(List.of(tp)).get(tp);
      }
    }
    producer = producer();
    run("load-producer", this::produce);
    run("load-consumer", this::consume);
  }

  private void run(String name, Runnable body) {
    Thread thread = new Thread(() -> {
      try {
        body.run();
      } catch (RuntimeException e) {
        problems.add(name + " ended: " + e);
      }
    }, name);
    threads.add(thread);
    thread.start();
  }

  private KafkaProducer<Long, Long> producer() {
    Properties p = new Properties();
    p.putAll(Clients.of(bootstrap, "acks", "all", "enable.idempotence", "true", "delivery.timeout.ms", "120000",
        "request.timeout.ms", "5000", "reconnect.backoff.max.ms", "100", "retry.backoff.ms", "20", "retry.backoff.max.ms", "100",
        "linger.ms", "1"));
    return new KafkaProducer<>(p, new LongSerializer(), new LongSerializer());
  }

  private KafkaConsumer<Long, Long> consumer(Map<String, String> more) {
    Properties p = new Properties();
    p.putAll(Clients.of(bootstrap, "auto.offset.reset", "earliest", "session.timeout.ms", "10000",
        "reconnect.backoff.max.ms", "100", "default.api.timeout.ms", "60000", "request.timeout.ms", "5000"));
    p.putAll(more);
    return new KafkaConsumer<>(p, new LongDeserializer(), new LongDeserializer());
  }

  private void produce() {
    Semaphore window = new Semaphore(IN_FLIGHT);
    while (sending) {
      for (int p = 0; p < PARTITIONS; p++) {
        window.acquireUninterruptibly();
        long value = sent[p]++;
        Map<Long, Long> known = acknowledged.get(p);
        producer.send(new ProducerRecord<>(topic, p, value, value), (metadata, e) -> {
          window.release();
          if (e == null) {
            known.put(value, metadata.offset());
            acknowledgedCount.incrementAndGet();
          } else {
            problems.add("record " + value + " failed: " + e);
          }
        });
      }
      LockSupport.parkNanos(1_000_000);
    }
    producer.flush();
  }

  private void consume() {
    try (KafkaConsumer<Long, Long> consumer = consumer(Map.of("group.id", group(), "auto.commit.interval.ms", "200"))) {
      consumer.subscribe(List.of(topic));
      while (reading) {
        readCount.addAndGet(consumer.poll(Duration.ofMillis(100)).count());
      }
    }
  }

  /** The consumer's group. */
  String group() {
    return topic + "-group";
  }

  /** Waits until so many more records were acknowledged, and so many more read, than until now. */
  void awaitProgress(int records) {
    long acknowledgedTarget = acknowledgedCount.get() + records;
    long readTarget = readCount.get() + records;
    long deadline = System.nanoTime() + Duration.ofSeconds(PROGRESS_SECONDS).toNanos();
    while (acknowledgedCount.get() < acknowledgedTarget || readCount.get() < readTarget) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no progress within " + PROGRESS_SECONDS + " s: acknowledged=" + acknowledgedCount + " of "
            + acknowledgedTarget + " read=" + readCount + " of " + readTarget + " problems=" + problems);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Ends the load, and compares what was acknowledged with what is there. */
  List<String> problems() throws InterruptedException {
    sending = false;
    reading = false;
    for (Thread thread : threads) {
      thread.join(Duration.ofMinutes(3).toMillis());
      if (thread.isAlive()) {
        problems.add(thread.getName() + " does not end");
      }
    }
    try (KafkaConsumer<Long, Long> consumer = consumer(Map.of())) {
      for (int p = 0; p < PARTITIONS; p++) {
        compare(consumer, p);
      }
    }
    return List.copyOf(problems);
  }

  private void compare(KafkaConsumer<Long, Long> consumer, int p) {
    TopicPartition tp = new TopicPartition(topic, p);
    List<Read> all = read(consumer, tp);
    Map<Long, Long> missing = new TreeMap<>(acknowledged.get(p));
    long expected = 0;
    for (Read r : all) {
      if (r.value != expected) {
        problems.add(tp + ": value " + r.value + " at offset " + r.offset + " where " + expected + " was to come");
        return;
      }
      Long offset = missing.remove(r.value);
      if (offset != null && offset >= 0 && offset != r.offset) {
        problems.add(tp + ": value " + r.value + " is at offset " + r.offset + ", acknowledged with " + offset);
        return;
      }
      expected++;
    }
    if (!missing.isEmpty()) {
      problems.add(tp + ": " + missing.size() + " acknowledged records are missing, first and last " + Collections.min(missing.keySet())
          + ", " + Collections.max(missing.keySet()));
    }
    if (expected != sent[p]) {
      problems.add(tp + ": " + expected + " records are there of " + sent[p]);
    }
  }

  /** Everything that this load wrote. */
  private List<Read> read(KafkaConsumer<Long, Long> consumer, TopicPartition tp) {
    consumer.assign(List.of(tp));
    consumer.seek(tp, firstOffsets[tp.partition()]);
    long end = consumer.endOffsets(List.of(tp)).get(tp);
    List<Read> all = new ArrayList<>();
    long deadline = System.nanoTime() + Duration.ofSeconds(PROGRESS_SECONDS).toNanos();
    while (consumer.position(tp) < end && System.nanoTime() < deadline) {
      for (ConsumerRecord<Long, Long> r : consumer.poll(Duration.ofSeconds(1))) {
        all.add(new Read(r.offset(), r.value()));
      }
    }
    return all;
  }

  @Override
  public void close() {
    sending = false;
    reading = false;
    producer.close(Duration.ofSeconds(5));
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofSeconds(10).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
