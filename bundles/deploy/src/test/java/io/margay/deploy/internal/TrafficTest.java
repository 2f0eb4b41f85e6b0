package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TrafficTest {
  @Test
  void isTheDifferenceOfTheCounters() {
    Traffic.Api produce = Traffic.between(Map.of("Produce.answered", 10L, "Produce.errors", 1L, "Produce.micros.64", 10L),
        Map.of("Produce.answered", 110L, "Produce.errors", 6L, "Produce.started", 7L, "Produce.micros.64", 108L, "Produce.micros.512", 2L,
            "waiting", 3L)).api("Produce");
    assertThat(produce.answered()).isEqualTo(100);
    assertThat(produce.errorShare()).isEqualTo(0.05);
    assertThat(produce.p99Micros()).isEqualTo(512);
    assertThat(Traffic.between(Map.of(), Map.of()).api("Fetch")).isEqualTo(Traffic.Api.NONE);
  }

  @Test
  void oneInAHundredMayTakeLonger() {
    Map<String, Long> now = Map.of("Fetch.answered", 200L, "Fetch.micros.64", 197L, "Fetch.micros.96", 1L,
        "Fetch.micros." + Long.MAX_VALUE, 2L);
    assertThat(Traffic.between(Map.of(), now).api("Fetch").p99Micros()).isEqualTo(96);
  }

  @Test
  void aNewServerCountsFromZero() {
    Traffic traffic = Traffic.between(Map.of("Produce.answered", 1000L, "Produce.errors", 3L, "waiting", 9L),
        Map.of("Produce.answered", 20L, "Produce.errors", 4L, "waiting", 0L));
    assertThat(traffic.api("Produce").answered()).isEqualTo(20);
    assertThat(traffic.errors()).isEqualTo(4);
  }
}
