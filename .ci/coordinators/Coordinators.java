import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Stock Java clients that use the coordinators of a broker. Prints one line of JSON.
 *
 * <pre>
 *   transactions BOOTSTRAP TOPIC PRODUCERS SECONDS   10 records of 100 bytes each; what committing costs
 *   latency BOOTSTRAP TOPIC TRANSACTIONS             from the first send of a transaction until a reader of what is committed has it
 *   group BOOTSTRAP TOPIC MEMBERS PROTOCOL           members join, and half of them leave
 *   commits BOOTSTRAP TOPIC COMMITS                  offset commits of one consumer, one after the other
 *   share BOOTSTRAP TOPIC MEMBERS RECORDS            members of a share group consume records that are there, 100 bytes each
 * </pre>
 */
public final class Coordinators {
  private static final int RECORDS = 10;

  private Coordinators() { }

  /** See above. */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "transactions" -> transactions(args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      case "latency" -> latency(args[1], args[2], Integer.parseInt(args[3]));
      case "group" -> group(args[1], args[2], Integer.parseInt(args[3]), args[4]);
      case "commits" -> commits(args[1], args[2], Integer.parseInt(args[3]));
      case "share" -> share(args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(String bootstrap, String id) {
    KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "transactional.id", id),
        new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, String group, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "group.id", group, "enable.auto.commit", false,
        "auto.offset.reset", "earliest"));
    config.putAll(more);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static void transaction(KafkaProducer<byte[], byte[]> producer, String topic, byte[] value) {
    producer.beginTransaction();
    for (int i = 0; i < RECORDS; i++) {
      producer.send(new ProducerRecord<>(topic, value));
    }
    producer.commitTransaction();
  }

  /** The first third is to warm up; MARK lines tell the caller when what counts begins and ends. */
  private static void transactions(String bootstrap, String topic, int count, int seconds) throws Exception {
    List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      producers.add(producer(bootstrap, topic + "-" + count + "-" + i));
    }
    AtomicInteger done = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (KafkaProducer<byte[], byte[]> producer : producers) {
      Thread thread = new Thread(() -> {
        byte[] value = new byte[100];
        while (!stop.get()) {
          transaction(producer, topic, value);
          done.incrementAndGet();
        }
      });
      thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
      thread.start();
      threads.add(thread);
    }
    Thread.sleep(seconds * 1000L / 3);
    mark();
    int before = done.get();
    long since = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    int after = done.get();
    long nanos = System.nanoTime() - since;
    mark();
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new IllegalStateException(failure.get());
    }
    producers.forEach(KafkaProducer::close);
    System.out.printf("{\"per_s\": %.3f, \"count\": %d}%n", (after - before) * 1e9 / nanos, after - before);
  }

  /** The caller reads the CPU time, and goes on with a line. */
  private static void mark() throws Exception {
    System.out.println("MARK");
    while (System.in.read() != '\n') {
      // a whole line
    }
  }

  private static void latency(String bootstrap, String topic, int count) throws Exception {
    long[] nanos = new long[count];
    try (KafkaProducer<byte[], byte[]> producer = producer(bootstrap, topic + "-latency");
        KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap, topic, Map.of("isolation.level", "read_committed"))) {
      TopicPartition tp = new TopicPartition(topic, 0);
      consumer.assign(Set.of(tp));
      consumer.seekToEnd(Set.of(tp));
      consumer.position(tp);
      for (int i = -count / 3; i < count; i++) {
        long since = System.nanoTime();
        producer.beginTransaction();
        for (int r = 0; r < RECORDS; r++) {
          producer.send(new ProducerRecord<>(topic, 0, null, new byte[100]));
        }
        producer.commitTransaction();
        for (int read = 0; read < RECORDS;) {
          read += consumer.poll(Duration.ofSeconds(1)).count();
        }
        if (i >= 0) {
          nanos[i] = System.nanoTime() - since;
        }
      }
    }
    Arrays.sort(nanos);
    System.out.printf("{\"p50_ms\": %.3f, \"p99_ms\": %.3f}%n", nanos[count / 2] / 1e6, nanos[count * 99 / 100] / 1e6);
  }

  /** A member that polls until it is told to leave. */
  private static final class Member implements Runnable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private volatile boolean leaving;
    private volatile int assigned;

    Member(String bootstrap, String topic, String protocol) {
      this.topic = topic;
      Map<String, Object> more = new HashMap<>(Map.of("group.protocol", protocol));
      if (protocol.equals("classic")) {
        more.put("heartbeat.interval.ms", 1000);
        more.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
      }
      consumer = consumer(bootstrap, topic + "-" + protocol, more);
    }

    @Override
    public void run() {
      consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
          assigned -= partitions.size();
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
          assigned += partitions.size();
        }
      });
      while (!leaving) {
        consumer.poll(Duration.ofMillis(100));
      }
      assigned = 0;
      consumer.close();
    }
  }

  /** Two partitions for each member: everyone has two when all have joined, and four when half of them have left. */
  private static void group(String bootstrap, String topic, int count, String protocol) throws Exception {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(new Member(bootstrap, topic, protocol));
    }
    List<Thread> threads = members.stream().map(Thread::new).toList();
    long since = System.nanoTime();
    threads.forEach(Thread::start);
    await(members, 2);
    double joinedS = (System.nanoTime() - since) / 1e9;
    since = System.nanoTime();
    List<Member> stay = members.subList(count / 2, count);
    members.subList(0, count / 2).forEach(m -> m.leaving = true);
    await(stay, 4);
    double settledS = (System.nanoTime() - since) / 1e9;
    stay.forEach(m -> m.leaving = true);
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.printf("{\"join_s\": %.3f, \"settle_s\": %.3f}%n", joinedS, settledS);
  }

  private static void await(List<Member> members, int each) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (!members.stream().allMatch(m -> m.assigned == each)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the group does not settle: " + members.stream().map(m -> m.assigned).toList());
      }
      Thread.sleep(10);
    }
  }

  private static void commits(String bootstrap, String topic, int count) throws Exception {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap, topic + "-commits", Map.of())) {
      TopicPartition tp = new TopicPartition(topic, 0);
      consumer.assign(Set.of(tp));
      for (int i = 0; i < count / 3; i++) {
        consumer.commitSync(Map.of(tp, new OffsetAndMetadata(i)));
      }
      mark();
      long since = System.nanoTime();
      for (int i = 0; i < count; i++) {
        consumer.commitSync(Map.of(tp, new OffsetAndMetadata(i)));
      }
      long nanos = System.nanoTime() - since;
      mark();
      System.out.printf("{\"per_s\": %.3f, \"count\": %d}%n", count * 1e9 / nanos, count);
    }
  }

  /** What was delivered more than once counts once. */
  private static void share(String bootstrap, String topic, int count, int records) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", "5"),
        new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        producer.send(new ProducerRecord<>(topic, new byte[100]));
      }
    }
    String group = topic + "-share";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), List.of(
          new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET)))).all().get();
    }
    AtomicInteger left = new AtomicInteger(records);
    AtomicReference<Long> first = new AtomicReference<>();
    List<Thread> members = new ArrayList<>();
    mark();
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(() -> {
        try (KafkaShareConsumer<byte[], byte[]> consumer = new KafkaShareConsumer<>(
            Map.of("bootstrap.servers", bootstrap, "group.id", group), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
          consumer.subscribe(Set.of(topic));
          while (left.get() > 0) {
            int once = 0;
            for (var r : consumer.poll(Duration.ofMillis(200))) {
              once += r.deliveryCount().orElse((short) 1) == 1 ? 1 : 0;
            }
            if (once > 0) {
              first.compareAndSet(null, System.nanoTime());
              left.addAndGet(-once);
            }
          }
        }
      });
      members.add(thread);
      thread.start();
    }
    while (left.get() > 0) {
      Thread.sleep(5);
    }
    long nanos = System.nanoTime() - first.get();
    mark();
    for (Thread member : members) {
      member.join();
    }
    System.out.printf("{\"per_s\": %.3f, \"count\": %d}%n", records * 1e9 / nanos, records);
  }
}
