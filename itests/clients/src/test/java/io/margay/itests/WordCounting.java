package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An application of Kafka Streams that counts words exactly once, in a process of its own; lines for it, and its counts. */
public final class WordCounting implements AutoCloseable {
  /** The topic of the lines. */
  public static final String LINES = "lines";
  /** The topic of the counts. */
  public static final String COUNTS = "counts";
  private static final int PARTITIONS = 2;
  private static final int WORDS = 10;
  private static final int WORDS_OF_LINE = 3;

  private final KafkaProducer<String, String> producer;
  private final KafkaConsumer<String, Long> consumer;
  private final Map<String, List<Long>> counts = new HashMap<>();
  private final String bootstrap;
  private final List<Process> applications = new ArrayList<>();
  private final List<Path> outputs = new ArrayList<>();
  private int lines;
  private int read;

  /** @param bootstrap addresses of brokers that have both topics, with {@value #PARTITIONS} partitions */
  public WordCounting(String bootstrap) {
    this.bootstrap = bootstrap;
    producer = new KafkaProducer<>(Clients.of(bootstrap), new StringSerializer(), new StringSerializer());
    consumer = new KafkaConsumer<>(Clients.of(bootstrap, "isolation.level", "read_committed", "auto.offset.reset",
        "earliest"), new StringDeserializer(), new LongDeserializer());
    consumer.assign(IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(COUNTS, p)).toList());
  }

  /**
   * Starts the application once more.
   *
   * @param arguments see {@code io.margay.itests.streams.WordCount}, after the topics and the directory of the state
   * @return its process
   */
  public Process start(String... arguments) throws IOException {
    Path work = Files.createTempDirectory(Path.of(System.getProperty("work.dir")), "streams");
    String built = Path.of(System.getProperty("streams.dir")).normalize().toString();
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", built + "/lib/*" + File.pathSeparator + built + "/classes",
        "-Dclient.config=" + Clients.file(bootstrap), "io.margay.itests.streams.WordCount", bootstrap, LINES, COUNTS, work.resolve("state").toString()));
    command.addAll(List.of(arguments));
    Path output = work.resolve("output.txt");
    outputs.add(output);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    applications.add(process);
    return process;
  }

  /** What all applications have printed. */
  public String output() {
    StringBuilder all = new StringBuilder();
    for (Path output : outputs) {
      try {
        all.append(Files.readString(output));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all.toString();
  }

  /** Produces more lines of words, so that each word comes equally often. */
  public void produce(int more) {
    for (int end = lines + more; lines < end; lines++) {
      int first = lines * WORDS_OF_LINE;
      String words = String.join(" ", IntStream.range(first, first + WORDS_OF_LINE).mapToObj(i -> "word" + i % WORDS).toList());
      producer.send(new ProducerRecord<>(LINES, lines % PARTITIONS, null, words));
    }
    producer.flush();
  }

  /** Reads counts until there are those of so many lines, while an application runs. */
  public void readUntil(int ofLines) {
    int wanted = ofLines * WORDS_OF_LINE;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (read < wanted) {
      assertThat(System.nanoTime()).as("%d of %d counts within a minute", read, wanted).isLessThan(deadline);
      assertThat(applications).as("an application runs").anyMatch(Process::isAlive);
      for (ConsumerRecord<String, Long> r : consumer.poll(Duration.ofMillis(200))) {
        counts.computeIfAbsent(r.key(), word -> new ArrayList<>()).add(r.value());
        read++;
      }
    }
  }

  /** Reads all counts: each word has each count once, in order. */
  public void readAll() {
    readUntil(lines);
    List<Long> expected = LongStream.rangeClosed(1, lines * WORDS_OF_LINE / WORDS).boxed().toList();
    assertThat(counts).hasSize(WORDS).allSatisfy((word, of) -> assertThat(of).as(word).isEqualTo(expected));
  }

  @Override
  public void close() {
    applications.forEach(Process::destroyForcibly);
    producer.close();
    consumer.close();
  }
}
