package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessClockTest {
  @Test
  void readsTheStartBehindACommandWithSpacesAndParentheses() {
    String stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1 0 0 0 11 12 0 0 20 0 1 0 123450 9 9 9 9";
    assertThat(ProcessClock.ageMs(stat, "1235.12 900.00")).isEqualTo(620);
  }

  @Test
  void isNeverNegative() {
    String stat = "1 (x) S 1 4711 4711 0 -1 4194560 1 0 0 0 11 12 0 0 20 0 1 0 100 9";
    assertThat(ProcessClock.ageMs(stat, "0.99 0.00")).isZero();
  }

  @Test
  void theProcessBeganBeforeNow() {
    assertThat(ProcessClock.startMs()).isLessThanOrEqualTo(System.currentTimeMillis());
  }
}
