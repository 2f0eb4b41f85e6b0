import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Stock Java clients on both sides of a mirror. Prints one line of JSON.
 *
 * <pre>
 *   await BOOTSTRAP TOPIC RECORDS SECONDS                        until a mirror has so many records
 *   lag SOURCE TARGET TOPIC MIRROR RATE SECONDS                  from the send of a record until a reader of the mirror has it, until a
 *                                                                reader of the source has it, and the difference
 *   offsets SOURCE TARGET TOPIC MIRROR OFFSET                    what a group that committed an offset at the source reads again
 * </pre>
 */
public final class Lag {
  private static final int VALUE_BYTES = 1024;
  private static final int WARM_UP_PERCENT = 20;
  private static final long OFFSETS_WAIT_MS = 60_000;

  private Lag() { }

  /** See above. */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "await" -> await(args[1], args[2], Long.parseLong(args[3]), Long.parseLong(args[4]));
      case "lag" -> lag(args[1], args[2], args[3], args[4], Integer.parseInt(args[5]), Integer.parseInt(args[6]));
      case "offsets" -> offsets(args[1], args[2], args[3], args[4], Long.parseLong(args[5]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap) {
    return new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", false, "auto.offset.reset", "earliest",
        "fetch.max.wait.ms", 100, "allow.auto.create.topics", false), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static void await(String bootstrap, String topic, long records, long seconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap)) {
      long there = 0;
      while (there < records) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(topic + " has " + there + " of " + records + " records after " + seconds + " s");
        }
        TimeUnit.MILLISECONDS.sleep(20);
        List<TopicPartition> partitions = consumer.listTopics().getOrDefault(topic, List.of()).stream()
            .map(p -> new TopicPartition(topic, p.partition())).toList();
        there = consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      }
      System.out.println("{\"records\": " + there + "}");
    }
  }

  private static void lag(String source, String target, String topic, String mirror, int rate, int seconds) throws Exception {
    int count = rate * seconds;
    long[] direct = new long[count];
    long[] mirrored = new long[count];
    Thread writer = new Thread(() -> write(source, topic, rate, count), "writer");
    CountDownLatch ready = new CountDownLatch(2);
    Thread here = new Thread(() -> read(source, topic, direct, ready), "reader of the source");
    Thread there = new Thread(() -> read(target, mirror, mirrored, ready), "reader of the mirror");
    here.start();
    there.start();
    ready.await();
    writer.start();
    writer.join();
    here.join();
    there.join();
    long[] beyond = new long[count];
    Arrays.setAll(beyond, i -> mirrored[i] - direct[i]);
    System.out.printf("{%s, %s, %s}%n", percentiles("mirror", mirrored), percentiles("direct", direct), percentiles("beyond", beyond));
  }

  private static String percentiles(String name, long[] nanos) {
    long[] sorted = Arrays.copyOfRange(nanos, nanos.length * WARM_UP_PERCENT / 100, nanos.length);
    Arrays.sort(sorted);
    return String.format("\"%s_p50_ms\": %.2f, \"%s_p99_ms\": %.2f", name, sorted[sorted.length / 2] / 1e6, name,
        sorted[sorted.length * 99 / 100] / 1e6);
  }

  private static void read(String bootstrap, String topic, long[] lags, CountDownLatch ready) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap)) {
      while (!consumer.listTopics().containsKey(topic)) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      consumer.seekToEnd(consumer.assignment());
      consumer.position(new TopicPartition(topic, 0));
      ready.countDown();
      for (int seen = 0; seen < lags.length;) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          lags[seen++] = System.nanoTime() - ByteBuffer.wrap(record.value()).getLong();
        }
      }
    }
  }

  /** The clock of the process is that of the reader, too. */
  private static void write(String bootstrap, String topic, int rate, int count) {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", 0),
        new ByteArraySerializer(), new ByteArraySerializer())) {
      long begin = System.nanoTime();
      for (int i = 0; i < count; i++) {
        LockSupport.parkNanos(begin + i * 1_000_000_000L / rate - System.nanoTime());
        byte[] value = new byte[VALUE_BYTES];
        ByteBuffer.wrap(value).putLong(System.nanoTime());
        producer.send(new ProducerRecord<>(topic, 0, null, value));
      }
    }
  }

  private static void offsets(String source, String target, String topic, String mirror, long offset) throws Exception {
    TopicPartition here = new TopicPartition(topic, 0);
    TopicPartition there = new TopicPartition(mirror, 0);
    try (Admin west = Admin.create(Map.of("bootstrap.servers", source)); Admin east = Admin.create(Map.of("bootstrap.servers", target))) {
      west.alterConsumerGroupOffsets("movers", Map.of(here, new OffsetAndMetadata(offset))).all().get();
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(OFFSETS_WAIT_MS);
      long found = 0;
      while (found < offset && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(200);
        OffsetAndMetadata committed = east.listConsumerGroupOffsets("movers").partitionsToOffsetAndMetadata().get().get(there);
        found = committed == null ? 0 : committed.offset();
      }
      System.out.println("{\"again\": " + (offset - found) + "}");
    }
  }
}
