package io.margay.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogLimitTest {
  private long nanos = -5;
  private final LogLimit limit = new LogLimit(new Clock() {
    @Override
    public long millis() {
      throw new AssertionError("the time of day may jump");
    }

    @Override
    public long nanos() {
      return nanos;
    }
  });

  @Test
  void oneLineOfEachCausePassesInAMinute() {
    assertThat(limit.permit("a")).isZero();
    assertThat(limit.permit("b")).isZero();
    assertThat(limit.permit("a")).isEqualTo(LogLimit.HELD_BACK);
    assertThat(limit.permit("a")).isEqualTo(LogLimit.HELD_BACK);
    nanos += 60_000_000_000L;
    assertThat(limit.permit("a")).isEqualTo(2);
    assertThat(limit.permit("a")).isEqualTo(LogLimit.HELD_BACK);
    assertThat(limit.permit("b")).isZero();
  }

  @Test
  void causesAreBounded() {
    for (int i = 0; i < 64; i++) {
      assertThat(limit.permit("cause " + i)).isZero();
    }
    assertThat(limit.permit("one more")).isZero();
    assertThat(limit.permit("yet another")).isEqualTo(LogLimit.HELD_BACK);
    assertThat(limit.permit("cause 3")).isEqualTo(LogLimit.HELD_BACK);
    nanos += 60_000_000_000L;
    assertThat(limit.permit("a new one")).isZero();
    assertThat(limit.permit("a new one")).isEqualTo(LogLimit.HELD_BACK);
    assertThat(limit.permit("yet another new one")).isZero();
  }
}
