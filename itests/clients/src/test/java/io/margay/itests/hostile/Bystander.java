package io.margay.itests.hostile;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;

/**
 * A stock client that has nothing to do with the attack: it writes a record of 2 MB, reads it, and begins again, on a thread of its
 * own. Keeps how long the slowest turn took.
 */
final class Bystander implements AutoCloseable {
  static final String TOPIC = "bystander";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final int RECORD_BYTES = 2_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaProducer<Long, byte[]> producer;
  private final KafkaConsumer<Long, byte[]> consumer;
  private final byte[] value = new byte[RECORD_BYTES];
  private final Thread thread = new Thread(this::work, "bystander");
  private volatile boolean stopped;
  private volatile long maxMs;
  private volatile Exception failure;

  private Bystander(String bootstrap) {
    new Random(1).nextBytes(value);
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("max.request.size", "3000000");
    p.put("delivery.timeout.ms", Long.toString(PATIENCE.toMillis()));
    p.put("request.timeout.ms", "15000");
    p.put("reconnect.backoff.max.ms", "200");
    producer = new KafkaProducer<>(p, new LongSerializer(), new ByteArraySerializer());
    Properties c = new Properties();
    c.put("bootstrap.servers", bootstrap);
    c.put("enable.auto.commit", "false");
    c.put("reconnect.backoff.max.ms", "200");
    consumer = new KafkaConsumer<>(c, new LongDeserializer(), new ByteArrayDeserializer());
    consumer.assign(List.of(PARTITION));
    consumer.seekToEnd(List.of(PARTITION));
    consumer.position(PARTITION);
  }

  /** Makes the topic of all bystanders; what they wrote is soon deleted. */
  static void createTopic(Admin admin) throws Exception {
    NewTopic topic = new NewTopic(PARTITION.topic(), 1, (short) 1)
        .configs(Map.of("max.message.bytes", "3000000", "segment.bytes", "16000000", "retention.bytes", "32000000"));
    HostileBroker.create(admin, topic);
  }

  /** Begins to work, after a first turn that warms the client up. */
  static Bystander started(String bootstrap) throws Exception {
    Bystander b = new Bystander(bootstrap);
    b.turn();
    b.thread.setDaemon(true);
    b.thread.start();
    return b;
  }

  /** One turn of a client that was not connected before. @return how many ms it took, connecting included */
  static long once(String bootstrap) throws Exception {
    long start = System.nanoTime();
    Bystander b = new Bystander(bootstrap);
    try {
      b.turn();
    } finally {
      b.release();
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  private void work() {
    try {
      while (!stopped) {
        long start = System.nanoTime();
        turn();
        maxMs = Math.max(maxMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        // Leaves the machine to the attack: there is nothing to read now.
        consumer.poll(Duration.ofMillis(50));
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  private void turn() throws Exception {
    long n = System.nanoTime();
    producer.send(new ProducerRecord<>(PARTITION.topic(), 0, n, value)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (long deadline = n + PATIENCE.toNanos(); System.nanoTime() < deadline;) {
      for (ConsumerRecord<Long, byte[]> r : consumer.poll(Duration.ofMillis(200))) {
        if (r.key() == n) {
          return;
        }
      }
    }
    throw new IllegalStateException("the record that was acknowledged was not read in " + PATIENCE);
  }

  /** Waits for the turn that is under way. @return how many ms the slowest turn took */
  long stop() throws Exception {
    stopped = true;
    thread.join(2 * PATIENCE.toMillis());
    if (thread.isAlive()) {
      throw new AssertionError("the stock client hangs");
    }
    if (failure != null) {
      throw new AssertionError("the stock client failed: " + failure, failure);
    }
    return maxMs;
  }

  private void release() {
    producer.close(Duration.ZERO);
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
  }

  /** No client stays behind: it would create its topic, with the defaults, at the next broker that gets the port of this one. */
  @Override
  public void close() {
    stopped = true;
    producer.close(Duration.ZERO);
    consumer.wakeup();
    try {
      thread.join(2 * PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      release();
    }
  }
}
