package io.margay.itests.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
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

  @Test
  void damagedFramesLeaveNothingBehind() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    Map<String, String> settings = Map.of("MARGAY_OPTS", "-Dio.netty.leakDetection.level=paranoid",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
    try (HostileBroker broker = new HostileBroker(null, settings)) {
      Fuzzer fuzzer = new Fuzzer(broker, seed, createTopics(broker));
      for (int i = 0; i < WARM_UP; i++) {
        fuzzer.run(broker, i);
      }
      Member.roundTrip(broker.bootstrap(), "warm-up");
      long sockets = settled(broker, Long.MAX_VALUE);
      int threads = broker.threads();
      for (int i = WARM_UP; i < CASES; i++) {
        fuzzer.run(broker, i);
        if (i % CHECK_EVERY == 0) {
          checkLog(broker, seed, i);
        }
      }
      Member.roundTrip(broker.bootstrap(), "after");
      assertThat(settled(broker, sockets)).as("sockets, seed %d", seed).isLessThanOrEqualTo(sockets);
      assertThat(broker.deletedFiles()).as("deleted files that are open, seed %d", seed).isEmpty();
      assertThat(broker.threads()).as("threads, seed %d: %s", seed, broker.threadNames()).isLessThanOrEqualTo(threads + 5);
      for (int i = 0; i < 3; i++) {
        // Netty reports a leak when a buffer is allocated after a collection.
        broker.liveBytes();
        Bystander.once(broker.bootstrap());
      }
      checkLog(broker, seed, CASES);
      HostileBroker.Outcome outcome = broker.finish();
      assertThat(outcome.peakMb()).as("peak of the memory, seed %d", seed).isLessThan(400);
      System.out.println("fuzz: " + fuzzer.frames() + " frames of " + fuzzer.apis() + " APIs, slowest turn of a stock client "
          + outcome.maxMs() + " ms, peak " + outcome.peakMb() + " MB, seed=" + seed);
    }
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

  /** Waits until connections that the fuzzer closed are closed here. @return how many sockets are open then */
  private static long settled(HostileBroker broker, long atMost) throws Exception {
    long last = broker.sockets();
    int same = 0;
    for (long deadline = System.nanoTime() + 30_000_000_000L; same < 5 && System.nanoTime() < deadline;) {
      LockSupport.parkNanos(200_000_000);
      long now = broker.sockets();
      same = now == last && now <= atMost ? same + 1 : 0;
      last = now;
    }
    return last;
  }

  private static void checkLog(HostileBroker broker, long seed, int cases) {
    List<String> bad = (broker.log() + "\n" + broker.output()).lines()
        .filter(l -> l.contains(" ERROR ") || l.startsWith("\tat ") || l.contains("LEAK:") || l.contains("Exception:")).limit(12).toList();
    assertThat(bad).as("lines of the log, among the first %d cases of seed %d", cases, seed).isEmpty();
  }
}
