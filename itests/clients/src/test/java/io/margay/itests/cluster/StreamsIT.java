package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application of Kafka Streams counts words exactly once, while the broker that leads its topics is killed. */
@Timeout(150)
class StreamsIT {
  private static final int PARTITIONS = 2;
  private static final int WORDS = 10;
  private static final int LINES = 300;
  private static final int WORDS_OF_LINE = 3;

  private static Process application(String bootstrap) throws Exception {
    Path work = Files.createTempDirectory(Path.of(System.getProperty("work.dir")), "streams");
    String built = Path.of(System.getProperty("streams.dir")).normalize().toString();
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC", "-cp", built + "/lib/*" + File.pathSeparator + built + "/classes", "io.margay.itests.streams.WordCount",
        bootstrap, "lines", "counts", work.resolve("state").toString()).redirectErrorStream(true)
            .redirectOutput(work.resolve("output.txt").toFile()).start();
  }

  /** Lines of words, so that each word comes equally often. */
  private static void produce(KafkaProducer<String, String> producer, int from, int to) {
    for (int line = from; line < to; line++) {
      int first = line * WORDS_OF_LINE;
      String words = String.join(" ", IntStream.range(first, first + WORDS_OF_LINE).mapToObj(i -> "word" + i % WORDS).toList());
      producer.send(new ProducerRecord<>("lines", line % PARTITIONS, null, words));
    }
    producer.flush();
  }

  /** Counts that were read, by word in the order of the log. */
  private static final class Counts implements AutoCloseable {
    private final KafkaConsumer<String, Long> consumer;
    private final Map<String, List<Long>> counts = new HashMap<>();
    private int read;

    Counts(String bootstrap) {
      consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed", "auto.offset.reset",
          "earliest"), new StringDeserializer(), new LongDeserializer());
      consumer.assign(IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition("counts", p)).toList());
    }

    void readUntil(int records, Process application) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (read < records) {
        assertThat(System.nanoTime()).as("%d of %d counts within a minute", read, records).isLessThan(deadline);
        assertThat(application.isAlive()).as("the application runs").isTrue();
        for (ConsumerRecord<String, Long> r : consumer.poll(Duration.ofMillis(200))) {
          counts.computeIfAbsent(r.key(), word -> new ArrayList<>()).add(r.value());
          read++;
        }
      }
    }

    @Override
    public void close() {
      consumer.close();
    }
  }

  @Test
  void wordsAreCountedExactlyOnceThoughTheLeaderIsKilled() throws Exception {
    Map<String, String> settings = Map.of("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "3", "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3",
        "KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "1000");
    Process application = null;
    try (Nodes nodes = Nodes.started(3, settings); Admin admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap()))) {
      Map<Integer, List<Integer>> replicas = Map.of(0, List.of(1, 2, 3), 1, List.of(1, 3, 2));
      admin.createTopics(List.of(new NewTopic("lines", replicas).configs(Map.of("min.insync.replicas", "2")),
          new NewTopic("counts", replicas).configs(Map.of("min.insync.replicas", "2")))).all().get();
      application = application(nodes.bootstrap());
      try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", nodes.bootstrap()), new StringSerializer(),
          new StringSerializer()); Counts counts = new Counts(nodes.bootstrap())) {
        produce(producer, 0, LINES / 3);
        counts.readUntil(LINES / 6 * WORDS_OF_LINE, application);
        nodes.node(1).kill();
        produce(producer, LINES / 3, LINES);
        counts.readUntil(LINES * WORDS_OF_LINE, application);
        int each = LINES * WORDS_OF_LINE / WORDS;
        List<Long> expected = LongStream.rangeClosed(1, each).boxed().toList();
        assertThat(counts.counts).hasSize(WORDS).allSatisfy((word, of) -> assertThat(of).as(word).isEqualTo(expected));
      }
    } finally {
      if (application != null) {
        application.destroyForcibly();
      }
    }
  }
}
