package io.margay.itests.cluster;

import io.margay.itests.Clients;
import io.margay.itests.WordCounting;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application of Kafka Streams counts words exactly once, while the broker that leads its topics is killed. */
@Secured
@Timeout(150)
class StreamsIT {
  private static final int LINES = 300;

  @Test
  void wordsAreCountedExactlyOnceThoughTheLeaderIsKilled() throws Exception {
    Map<String, String> settings = Map.of("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "3", "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3",
        "KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "1000");
    try (Nodes nodes = Nodes.started(3, settings); Admin admin = Admin.create(Clients.of(nodes.bootstrap()))) {
      Map<Integer, List<Integer>> replicas = Map.of(0, List.of(1, 2, 3), 1, List.of(1, 3, 2));
      admin.createTopics(List.of(new NewTopic(WordCounting.LINES, replicas).configs(Map.of("min.insync.replicas", "2")),
          new NewTopic(WordCounting.COUNTS, replicas).configs(Map.of("min.insync.replicas", "2")))).all().get();
      try (WordCounting words = new WordCounting(nodes.bootstrap())) {
        words.start(System.getProperty("margay.test.streams.protocol", "classic"), "3");
        words.produce(LINES / 3);
        words.readUntil(LINES / 6);
        nodes.node(1).kill();
        words.produce(LINES - LINES / 3);
        words.readAll();
      }
    }
  }
}
