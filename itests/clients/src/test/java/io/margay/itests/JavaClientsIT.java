package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The Java client, of today and of 2021, as programs of their own. */
class JavaClientsIT {
  private static Broker broker;

  @BeforeAll
  static void start() {
    broker = Broker.started();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void theClientOfToday() throws Exception {
    RoundTrip.main(new String[] {broker.bootstrap(), "java-today"});
  }

  @Test
  void theClientOf2021() {
    Run r = Run.java(System.getProperty("old.lib"), null, "io.margay.itests.RoundTrip", broker.bootstrap(), "java-2021").ok();
    assertThat(r.output()).contains("OK");
  }
}
