package io.margay.itests.felix;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.HttpRecords;
import io.margay.itests.osgi.KafkaRoundTrip;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker serves from a Felix that was set up by somebody else. */
class FelixIT {
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

  @Test
  void everyBundleIsActive() throws Exception {
    assertThat(broker.control("states")).isEmpty();
  }

  /** The codecs with native code are loaded from bundles. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
  void whatIsProducedIsConsumed(String codec) throws Exception {
    String topic = "round-trip-" + codec;
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, 1, Map.of());
    KafkaRoundTrip.produce(broker.bootstrap(), topic, 500, codec);
    List<String> expected = IntStream.range(0, 500).mapToObj(Integer::toString).toList();
    assertThat(KafkaRoundTrip.consume(broker.bootstrap(), topic, "group-" + codec, 500)).isEqualTo(expected);
  }

  @Test
  void recordsComeOverHttp() throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), "over-http", 1, Map.of());
    HttpRecords.produce(broker.bootstrap(), "over-http", 10);
    assertThat(KafkaRoundTrip.consume(broker.bootstrap(), "over-http", "group-http", 10))
        .isEqualTo(IntStream.range(0, 10).mapToObj(Integer::toString).toList());
  }
}
