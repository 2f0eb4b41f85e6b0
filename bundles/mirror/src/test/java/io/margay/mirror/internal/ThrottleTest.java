package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThrottleTest {
  @Test
  void whatCameIsWaitedForAtTheRate() {
    Throttle throttle = new Throttle(1_000);
    assertThat(throttle.isFree(0)).isTrue();
    throttle.take(500, 100);
    assertThat(throttle.isFree(599)).isFalse();
    assertThat(throttle.isFree(600)).isTrue();
    throttle.take(100, 10_000);
    assertThat(throttle.isFree(10_099)).isFalse();
    assertThat(throttle.isFree(10_100)).isTrue();
  }

  @Test
  void zeroIsNoLimit() {
    Throttle throttle = new Throttle(0);
    throttle.take(Long.MAX_VALUE, 0);
    assertThat(throttle.isFree(0)).isTrue();
  }
}
