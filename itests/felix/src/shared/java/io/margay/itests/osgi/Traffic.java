package io.margay.itests.osgi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A producer that waits for all replicas and sends at a fixed rate, and a group of two consumers, that run until they are told to
 * end; and the notes that they keep, from which {@link #problems()} is worked out. The value of a record is its number among those
 * of its partition.
 */
public final class Traffic implements AutoCloseable {
  /** How many partitions the topic has. */
  public static final int PARTITIONS = 3;
  /** How many records are sent in a second. */
  public static final int RATE = Integer.getInteger("traffic.rate", 1_500);
  private static final long SEND_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1) * PARTITIONS / RATE;
  private static final long PROGRESS_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final String bootstrap;
  private final String topic;
  private final boolean retries;
  private final KafkaProducer<String, String> producer;
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  /** Without retries: how many records failed, by exception. */
  private final Map<String, AtomicLong> failures = new ConcurrentHashMap<>();
  /** By partition: offset to value of what was acknowledged. */
  private final List<Map<Long, String>> acknowledged = new ArrayList<>();
  /** By partition: what was read, in the order in which it was read. */
  private final List<List<Read>> read = new ArrayList<>();
  private final AtomicLong acknowledgedCount = new AtomicLong();
  private final AtomicLong readCount = new AtomicLong();
  /** By consumer: how many partitions it has; without those that take part in a rebalance. */
  private final Map<String, Integer> assigned = new ConcurrentHashMap<>();
  private final Pulse produced = new Pulse(PARTITIONS);
  private final Pulse consumed = new Pulse(PARTITIONS);
  private volatile boolean balanced;
  private volatile boolean sending = true;
  private volatile boolean reading = true;

  private record Read(long offset, String value) { }

  /** Traffic of clients with their usual settings. */
  public Traffic(String bootstrap, String topic) {
    this(bootstrap, topic, true);
  }

  /**
   * @param retries whether the producer is idempotent and tries again; else what fails is counted, see {@link #failures()}, and a
   *     record may be missing
   */
  public Traffic(String bootstrap, String topic, boolean retries) {
    this.bootstrap = bootstrap;
    this.topic = topic;
    this.retries = retries;
    for (int p = 0; p < PARTITIONS; p++) {
      acknowledged.add(new ConcurrentHashMap<>());
      read.add(Collections.synchronizedList(new ArrayList<>()));
    }
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "acks", "all", "enable.idempotence", retries,
        "max.in.flight.requests.per.connection", 5, "linger.ms", 0));
    if (!retries) {
      config.put("retries", 0);
    }
    producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
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
    long next = System.nanoTime();
    for (int n = 0; sending; n++) {
      for (int p = 0; p < PARTITIONS; p++) {
        send(p, Integer.toString(n), next);
      }
      next += SEND_EVERY_NANOS;
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      }
    }
    producer.flush();
  }

  /** @param since when the record was due, so that a producer that is held up counts as slow */
  private void send(int partition, String value, long since) {
    Map<Long, String> known = acknowledged.get(partition);
    producer.send(new ProducerRecord<>(topic, partition, null, value), (metadata, exception) -> {
      if (exception == null) {
        produced.answered(partition, since);
        known.put(metadata.offset(), value);
        acknowledgedCount.incrementAndGet();
      } else if (retries) {
        problems.add("record " + value + " failed: " + exception);
      } else {
        failures.computeIfAbsent(exception.getClass().getSimpleName(), n -> new AtomicLong()).incrementAndGet();
      }
    });
  }

  private void consume() {
    Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "group.id", group(),
        "auto.offset.reset", "earliest", "auto.commit.interval.ms", 200, "heartbeat.interval.ms", 500);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic), new Assignment());
      while (reading) {
        consumer.poll(Duration.ofMillis(100)).forEach(r -> {
          consumed.answered(r.partition(), System.nanoTime());
          read.get(r.partition()).add(new Read(r.offset(), r.value()));
          readCount.incrementAndGet();
        });
      }
      consumer.commitSync();
    }
  }

  /** The consumers' group. */
  public String group() {
    return topic + "-group";
  }

  /** Answers to the producer, a lane for each partition. */
  public Pulse produced() {
    return produced;
  }

  /** Records at the consumers, a lane for each partition. */
  public Pulse consumed() {
    return consumed;
  }

  /** How many records the producer sent again so far, because the broker answered with an error that passes, or not in time. */
  public long retried() {
    return (long) producer.metrics().entrySet().stream().filter(m -> m.getKey().name().equals("record-retry-total")
        && m.getKey().group().equals("producer-metrics")).mapToDouble(m -> (double) m.getValue().metricValue()).sum();
  }

  /** Without retries: how many records failed, by exception. */
  public Map<String, Long> failures() {
    Map<String, Long> now = new TreeMap<>();
    failures.forEach((name, count) -> now.put(name, count.get()));
    return now;
  }

  /** Notes what the group gives and takes. */
  private final class Assignment implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (balanced && reading) { // at the end, one consumer leaves before the other
        problems.add(Thread.currentThread().getName() + " took part in a rebalance");
      }
      assigned.put(Thread.currentThread().getName(), partitions.size());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (balanced && reading) {
        problems.add(Thread.currentThread().getName() + " had to give up " + partitions);
      }
      assigned.remove(Thread.currentThread().getName());
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      problems.add(Thread.currentThread().getName() + " lost " + partitions);
    }
  }

  /** Waits until both consumers have their part. From now on they are to keep it. */
  public void awaitBalance() {
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
  public void awaitProgress(int records) {
    awaitCounts(acknowledgedCount.get() + records, readCount.get() + records);
  }

  private void awaitCounts(long toBeAcknowledged, long toBeRead) {
    long deadline = System.nanoTime() + PROGRESS_TIMEOUT_NANOS;
    while (acknowledgedCount.get() < toBeAcknowledged || readCount.get() < toBeRead) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no progress: topic=" + topic + " acknowledged=" + acknowledgedCount + " of " + toBeAcknowledged
            + " read=" + readCount + " of " + toBeRead + " partitions=" + partitionStates() + " problems=" + problems);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** By partition: how many records were acknowledged and read, and where the broker says that the partition ends; and the group. */
  private List<String> partitionStates() {
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", bootstrap),
        new StringDeserializer(), new StringDeserializer())) {
      List<String> states = new ArrayList<>();
      for (int p = 0; p < PARTITIONS; p++) {
        TopicPartition tp = new TopicPartition(topic, p);
        states.add(acknowledged.get(p).size() + "/" + read.get(p).size() + "/" + consumer.endOffsets(List.of(tp)).get(tp));
      }
      states.add(groupState());
      return states;
    } catch (RuntimeException | ExecutionException e) {
      return List.of("cannot tell: " + e);
    }
  }

  private String groupState() throws ExecutionException {
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrap))) {
      return admin.describeConsumerGroups(List.of(group())).all().get() + " committed "
          + admin.listConsumerGroupOffsets(group()).partitionsToOffsetAndMetadata().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /** Stops sending, reads the rest, and says what was not as it has to be. */
  public List<String> problems() throws InterruptedException {
    sending = false;
    threads.get(0).join();
    awaitCounts(0, acknowledgedCount.get());
    reading = false;
    for (Thread t : threads) {
      t.join();
    }
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", bootstrap),
        new StringDeserializer(), new StringDeserializer())) {
      for (int p = 0; p < PARTITIONS; p++) {
        TopicPartition tp = new TopicPartition(topic, p);
        checkPartition(tp);
        long end = consumer.endOffsets(List.of(tp)).get(tp);
        // What was written twice and came too late to be read shows here. Without retries, what failed may have been written.
        if (retries && end != acknowledged.get(p).size()) {
          problems.add(tp + " ends at " + end + ", but " + acknowledged.get(p).size() + " records were acknowledged");
        }
      }
    }
    return List.copyOf(problems);
  }

  private void checkPartition(TopicPartition tp) {
    Map<Long, String> lost = new HashMap<>(acknowledged.get(tp.partition()));
    int expected = 0;
    for (Read r : read.get(tp.partition())) {
      if (retries ? !r.value.equals(Integer.toString(expected)) : Integer.parseInt(r.value) < expected) {
        problems.add(tp + ": read " + r.value + " at offset " + r.offset + " where " + expected + " was to come");
        break;
      }
      expected = Integer.parseInt(r.value) + 1;
      if (!r.value.equals(lost.remove(r.offset)) && retries) {
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
