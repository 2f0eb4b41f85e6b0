package io.margay.itests.felix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An idempotent producer that waits for all replicas, and a group of two consumers, that run until they are told to end; and the
 * notes that they keep, from which {@link #problems()} is worked out. The value of a record is its number among those of its
 * partition.
 */
final class Traffic implements AutoCloseable {
  static final int PARTITIONS = 3;
  private static final long SEND_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PROGRESS_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final String bootstrap;
  private final String topic;
  private final KafkaProducer<String, String> producer;
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  /** By partition: offset to value of what was acknowledged. */
  private final List<Map<Long, String>> acknowledged = new ArrayList<>();
  /** By partition: what was read, in the order in which it was read. */
  private final List<List<Read>> read = new ArrayList<>();
  private final AtomicLong acknowledgedCount = new AtomicLong();
  private final AtomicLong readCount = new AtomicLong();
  /** By consumer: how many partitions it has. */
  private final Map<String, Integer> assigned = new ConcurrentHashMap<>();
  private volatile boolean balanced;
  private volatile boolean sending = true;
  private volatile boolean reading = true;

  private record Read(long offset, String value) { }

  Traffic(String bootstrap, String topic) {
    this.bootstrap = bootstrap;
    this.topic = topic;
    for (int p = 0; p < PARTITIONS; p++) {
      acknowledged.add(new ConcurrentHashMap<>());
      read.add(Collections.synchronizedList(new ArrayList<>()));
    }
    producer = new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrap, "acks", "all", "enable.idempotence", true, "linger.ms", 2),
        new StringSerializer(), new StringSerializer());
    run("itest-producer", this::produce);
    run("itest-consumer-1", this::consume);
    run("itest-consumer-2", this::consume);
  }

  private void run(String name, Runnable body) {
    Thread t = new Thread(() -> {
      try {
        body.run();
      } catch (RuntimeException e) {
        problems.add(name + " ended: " + e);
      }
    }, name);
    threads.add(t);
    t.start();
  }

  private void produce() {
    for (int n = 0; sending; n++) {
      for (int p = 0; p < PARTITIONS; p++) {
        String value = Integer.toString(n);
        Map<Long, String> known = acknowledged.get(p);
        producer.send(new ProducerRecord<>(topic, p, null, value), (metadata, exception) -> {
          if (exception != null) {
            problems.add("record " + value + " failed: " + exception);
          } else {
            known.put(metadata.offset(), value);
            acknowledgedCount.incrementAndGet();
          }
        });
      }
      LockSupport.parkNanos(SEND_EVERY_NANOS);
    }
    producer.flush();
  }

  private void consume() {
    Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "group.id", topic + "-group",
        "auto.offset.reset", "earliest", "auto.commit.interval.ms", 200, "heartbeat.interval.ms", 500);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic), new Assignment());
      while (reading) {
        consumer.poll(Duration.ofMillis(100)).forEach(r -> {
          read.get(r.partition()).add(new Read(r.offset(), r.value()));
          readCount.incrementAndGet();
        });
      }
      consumer.commitSync();
    }
  }

  /** Notes what the group gives and takes. */
  private final class Assignment implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      assigned.put(Thread.currentThread().getName(), partitions.size());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (balanced && reading) {
        problems.add(Thread.currentThread().getName() + " had to give up " + partitions);
      }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      problems.add(Thread.currentThread().getName() + " lost " + partitions);
    }
  }

  /** Waits until both consumers have their part. From now on they are to keep it. */
  void awaitBalance() {
    long deadline = System.nanoTime() + PROGRESS_TIMEOUT_NANOS;
    while (assigned.size() < 2 || assigned.values().stream().mapToInt(n -> n).sum() != PARTITIONS) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the group has no balance: " + assigned + " problems=" + problems);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    balanced = true;
  }

  /** Waits until so many more records were acknowledged, and so many more read, than until now. */
  void awaitProgress(int records) {
    awaitCounts(acknowledgedCount.get() + records, readCount.get() + records);
  }

  private void awaitCounts(long toBeAcknowledged, long toBeRead) {
    long deadline = System.nanoTime() + PROGRESS_TIMEOUT_NANOS;
    while (acknowledgedCount.get() < toBeAcknowledged || readCount.get() < toBeRead) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no progress: acknowledged=" + acknowledgedCount + " of " + toBeAcknowledged
            + " read=" + readCount + " of " + toBeRead + " problems=" + problems);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** Stops sending, reads the rest, and says what was not as it has to be. */
  List<String> problems() throws InterruptedException {
    sending = false;
    threads.get(0).join();
    awaitCounts(0, acknowledgedCount.get());
    // Something that comes twice may come now.
    long before = System.nanoTime();
    while (System.nanoTime() - before < TimeUnit.SECONDS.toNanos(1) && readCount.get() == acknowledgedCount.get()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    reading = false;
    for (Thread t : threads) {
      t.join();
    }
    for (int p = 0; p < PARTITIONS; p++) {
      checkPartition(p);
    }
    return List.copyOf(problems);
  }

  private void checkPartition(int p) {
    TopicPartition tp = new TopicPartition(topic, p);
    Map<Long, String> lost = new HashMap<>(acknowledged.get(p));
    int expected = 0;
    for (Read r : read.get(p)) {
      if (!r.value.equals(Integer.toString(expected))) {
        problems.add(tp + ": read " + r.value + " at offset " + r.offset + " where " + expected + " was to come");
        break;
      }
      expected++;
      if (!r.value.equals(lost.remove(r.offset))) {
        problems.add(tp + ": " + r.value + " was read at offset " + r.offset + " where it was not acknowledged");
        break;
      }
    }
    if (!lost.isEmpty()) {
      problems.add(tp + ": " + lost.size() + " acknowledged records were not read, among them "
          + lost.values().iterator().next());
    }
  }

  @Override
  public void close() {
    sending = false;
    reading = false;
    producer.close(Duration.ofSeconds(5));
    for (Thread t : threads) {
      try {
        t.join(TimeUnit.SECONDS.toMillis(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
