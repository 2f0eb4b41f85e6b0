package io.margay.itests.felix;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.KafkaRoundTrip;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parts of a broker are replaced while clients work, and the clients see nothing of it: no record fails, what was acknowledged is
 * read once and in order, no connection is lost.
 */
class HotReplacementIT {
  private static final int TIMES = 3;
  private static final int RECORDS_BETWEEN = 300;

  private static FelixBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = FelixBroker.started();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"replication", "groups", "log", "storage-file", "controller"})
  void aPartIsUpdated(String part) throws Exception {
    replace(part, "updated", new String[] {"update"});
  }

  @ParameterizedTest
  @ValueSource(strings = {"replication", "groups", "log", "storage-file", "controller"})
  void aPartIsStoppedAndStarted(String part) throws Exception {
    replace(part, "restarted", new String[] {"stop", "start"});
  }

  private static void replace(String part, String name, String[] commands) throws Exception {
    String topic = part + "-" + name;
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, Map.of());
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic)) {
      traffic.awaitProgress(RECORDS_BETWEEN);
      traffic.awaitBalance();
      int connectionsEnded = broker.connectionsEnded();
      for (int i = 0; i < TIMES; i++) {
        for (String command : commands) {
          assertThat(broker.control(command + " io.margay." + part)).isEqualTo("done");
        }
        traffic.awaitProgress(RECORDS_BETWEEN);
      }
      assertThat(traffic.problems()).isEmpty();
      assertThat(broker.connectionsEnded()).isEqualTo(connectionsEnded);
    }
    assertThat(broker.control("states")).isEmpty();
  }
}
