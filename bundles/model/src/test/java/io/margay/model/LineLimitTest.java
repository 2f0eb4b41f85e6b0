package io.margay.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LineLimitTest {
  private long now;
  private final LineLimit limit = new LineLimit(new Clock() {
    @Override
    public long millis() {
      throw new AssertionError();
    }

    @Override
    public long nanos() {
      return now;
    }
  });

  @Test
  void oneLineAMinuteAndCausePasses() {
    assertThat(limit.pass("a")).isZero();
    assertThat(limit.pass("a")).isEqualTo(LineLimit.HELD);
    assertThat(limit.pass("b")).isZero();
    now = TimeUnit.SECONDS.toNanos(59);
    assertThat(limit.pass("a")).isEqualTo(LineLimit.HELD);
    now = TimeUnit.SECONDS.toNanos(60);
    assertThat(limit.pass("a")).isEqualTo(2);
    assertThat(limit.pass("a")).isEqualTo(LineLimit.HELD);
  }

  @Test
  void causesAreBounded() {
    for (int i = 0; i <= LineLimit.MAX_CAUSES; i++) {
      assertThat(limit.pass("cause " + i)).isZero();
    }
    assertThat(limit.pass("one more")).isEqualTo(LineLimit.HELD);
    assertThat(limit.pass("cause 0")).isEqualTo(LineLimit.HELD);
    now = TimeUnit.SECONDS.toNanos(60);
    assertThat(limit.pass("a new one")).isZero();
    assertThat(limit.pass("a new one")).isEqualTo(LineLimit.HELD);
    assertThat(limit.pass("yet another")).isZero();
  }
}
