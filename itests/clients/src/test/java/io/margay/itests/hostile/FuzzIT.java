package io.margay.itests.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Damaged frames of all APIs against the distribution, with Netty's search for leaks in its strictest form: no stack trace and no
 * error in the log, no buffer, file, connection or thread that stays, and a stock client that is served.
 *
 * <p>{@code -Dcases=n} sends more; a failure prints its seed, and {@code -Dseed=...} sends the same again.
 */
class FuzzIT {
  private static final int CASES = Integer.getInteger("cases", 3_000);
  private static final int WARM_UP = 300;
  private static final int CHECK_EVERY = 500;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @Test
  void damagedFramesLeaveNothingBehind() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    try (HostileBroker broker = started()) {
      Fuzzer fuzzer = new Fuzzer(broker, seed, createTopics(broker));
      for (int i = 0; i < WARM_UP; i++) {
        fuzzer.run(broker, i);
      }
      Member.roundTrip(broker.bootstrap(), "warm-up");
      Belongings before = settled(broker);
      for (int i = WARM_UP; i < CASES; i++) {
        fuzzer.run(broker, i);
        if (i % CHECK_EVERY == 0) {
          assertThat(badLines(broker)).as("the log after %d cases of seed %d", i, seed).isEmpty();
        }
      }
      assertThatCode(() -> Member.roundTrip(broker.bootstrap(), "after")).as("a group after %d cases of seed %d; the log:%n%s", CASES, seed,
          broker.log().lines().skip(Math.max(0, broker.log().lines().count() - 40)).collect(Collectors.joining("\n"))).doesNotThrowAnyException();
      assertThat(left(broker, before, PATIENCE_NANOS)).as("left behind by %d cases of seed %d", CASES, seed).isEmpty();
      HostileBroker.Outcome outcome = broker.finish();
      assertThat(outcome.peakMb()).as("peak of the memory, seed %d", seed).isLessThan(400);
      System.out.println("fuzz: " + fuzzer.frames() + " frames of " + fuzzer.apis() + " APIs, slowest turn of a stock client "
          + outcome.maxMs() + " ms, peak " + outcome.peakMb() + " MB, seed=" + seed);
    }
  }

  /** The test above finds what it looks for, and nothing where there is nothing. */
  @Test
  void whatIsPlantedIsFound() throws Exception {
    try (HostileBroker broker = started()) {
      Member.roundTrip(broker.bootstrap(), "warm-up");
      Belongings before = settled(broker);
      assertThat(left(broker, before, PATIENCE_NANOS)).isEmpty();
      Path log = broker.data().resolve("log/margay.log");
      Path gone = broker.data().resolve("logs/planted.log");
      for (Plant.Fault fault : Plant.Fault.values()) {
        broker.plant(fault, fault == Plant.Fault.FILE ? log : gone);
      }
      List<String> found = left(broker, before, 0);
      assertThat(found).contains("file " + log + ": 1 before, now 3", "file " + gone + " (deleted): 0 before, now 1",
          "thread planted-#: 0 before, now 1").anyMatch(l -> l.startsWith("socket:")).anyMatch(l -> l.contains("LEAK: "))
          .anyMatch(l -> l.startsWith("\tat " + Plant.class.getName()));
    }
  }

  private static HostileBroker started() throws Exception {
    HostileBroker broker = new HostileBroker(null, Map.of("MARGAY_OPTS", "-Dio.netty.leakDetection.level=paranoid",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false", "KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "50"));
    // the first transactional id creates the topic of transactions, whose coordinator looks at the time in two threads from then on
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id",
        "first"), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      for (long deadline = System.nanoTime() + PATIENCE_NANOS; broker.belongings().threads("transactions-#") < 2;) {
        assertThat(System.nanoTime()).as("two threads of the coordinator of transactions").isLessThan(deadline);
        LockSupport.parkNanos(20_000_000);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  private static List<byte[]> createTopics(HostileBroker broker) throws Exception {
    for (String topic : Fuzzer.TOPICS) {
      broker.createTopic(topic, 2, topic.endsWith("compacted") ? Map.of("cleanup.policy", "compact") : Map.of());
    }
    List<byte[]> ids = new ArrayList<>();
    try (Admin admin = broker.admin()) {
      for (TopicDescription d : admin.describeTopics(Fuzzer.TOPICS).allTopicNames().get().values()) {
        ids.add(ByteBuffer.allocate(16).putLong(d.topicId().getMostSignificantBits()).putLong(d.topicId().getLeastSignificantBits())
            .array());
      }
    }
    return ids;
  }

  /** Waits until connections that were closed by their clients are closed by the broker, too. */
  private static Belongings settled(HostileBroker broker) throws Exception {
    // The JVM opens a socket for the first that asks for a collection.
    broker.liveBytes();
    long last = broker.sockets();
    int same = 0;
    for (long deadline = System.nanoTime() + PATIENCE_NANOS; same < 5 && System.nanoTime() < deadline;) {
      LockSupport.parkNanos(200_000_000);
      long now = broker.sockets();
      same = now == last ? same + 1 : 0;
      last = now;
    }
    return broker.belongings();
  }

  /** @return buffers, files, sockets and threads that are there and were not before, and lines of the log that should not be there */
  private static List<String> left(HostileBroker broker, Belongings before, long patienceNanos) throws Exception {
    for (int i = 0; i < 3; i++) {
      // Netty reports a leak when a buffer is allocated after a collection.
      broker.liveBytes();
      Bystander.once(broker.bootstrap());
    }
    List<String> left = new ArrayList<>(broker.added(before, patienceNanos));
    left.addAll(badLines(broker));
    return left;
  }

  private static List<String> badLines(HostileBroker broker) {
    return (broker.log() + "\n" + broker.output()).lines()
        .filter(l -> l.contains(" ERROR ") || l.startsWith("\tat ") || l.contains("LEAK:") || l.contains("Exception:")).limit(100).toList();
  }
}
