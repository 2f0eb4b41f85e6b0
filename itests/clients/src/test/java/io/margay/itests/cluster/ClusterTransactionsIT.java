package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions in a cluster whose brokers are killed one after the other, coordinators and leaders alike. */
@Secured
@Timeout(240)
class ClusterTransactionsIT {
  private static final int PARTITIONS = 6;

  private static void awaitMore(TransactionHistory history) {
    int before = history.committed();
    long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    while (history.committed() < before + 100) {
      assertThat(System.nanoTime()).as("more transactions within 40 s").isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Test
  void killedBrokersLoseNoTransactionAndTearNone() throws Exception {
    Map<String, String> settings = Map.of("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "6",
        "KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "1000");
    try (Nodes nodes = Nodes.started(3, settings)) {
      try (Admin admin = Admin.create(Clients.of(nodes.bootstrap()))) {
        admin.createTopics(List.of(new NewTopic("history", PARTITIONS, (short) 3).configs(Map.of("min.insync.replicas", "2")))).all().get();
      }
      try (TransactionHistory history = new TransactionHistory(nodes.bootstrap(), "history", PARTITIONS)) {
        history.start(3);
        awaitMore(history);
        for (int node = 1; node <= 3; node++) {
          nodes.node(node).kill();
          awaitMore(history);
          nodes.startMissing();
          awaitMore(history);
        }
        history.stop();
        history.verify();
      }
    }
  }
}
