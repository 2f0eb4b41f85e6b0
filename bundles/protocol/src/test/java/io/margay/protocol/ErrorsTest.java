package io.margay.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.Test;

class ErrorsTest {
  @Test
  void areThoseOfKafka() {
    assertThat(Arrays.stream(Errors.values()).map(e -> e.code() + " " + e.name() + " " + e.retriable()))
        .containsExactlyInAnyOrderElementsOf(Arrays.stream(org.apache.kafka.common.protocol.Errors.values())
            .map(e -> e.code() + " " + e.name() + " " + (e.exception() instanceof RetriableException)).toList());
  }

  @Test
  void areFoundByCode() {
    for (Errors error : Errors.values()) {
      assertThat(Errors.forCode(error.code())).isSameAs(error);
      assertThat(error.message()).endsWith(".");
    }
    assertThat(Errors.forCode((short) -2)).isSameAs(Errors.UNKNOWN_SERVER_ERROR);
    assertThat(Errors.forCode(Short.MAX_VALUE)).isSameAs(Errors.UNKNOWN_SERVER_ERROR);
  }
}
