package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.time.ManualTime;
import org.junit.jupiter.api.Test;

class ReplicationThrottleTest {
  private final ManualTime time = new ManualTime();
  private final ReplicationThrottle throttle = new ReplicationThrottle(time);

  @Test
  void withoutARateNothingIsLimited() {
    throttle.take(Long.MAX_VALUE);
    assertThat(throttle.limited()).isFalse();
    assertThat(throttle.available()).isEqualTo(ReplicationThrottle.UNLIMITED);
    assertThat(throttle.waitMs()).isZero();
  }

  @Test
  void itHoldsWhatOneSecondBrings() {
    throttle.rate(1000);
    time.advance(60_000);
    assertThat(throttle.available()).isEqualTo(1000);
    throttle.take(400);
    assertThat(throttle.available()).isEqualTo(600);
    time.advance(100);
    assertThat(throttle.available()).isEqualTo(700);
  }

  @Test
  void whatWasTakenTooMuchIsPaidBack() {
    throttle.rate(1000);
    throttle.take(1500);
    assertThat(throttle.available()).isZero();
    assertThat(throttle.waitMs()).isEqualTo(501);
    time.advance(501);
    assertThat(throttle.waitMs()).isZero();
    throttle.take(100_000);
    assertThat(throttle.waitMs()).as("a look at a changed rate").isEqualTo(1000);
  }

  @Test
  void overTimeTheRateHoldsHoweverLargeABatchIs() {
    throttle.rate(1000);
    long taken = 0;
    for (int ms = 0; ms < 100_000; ms++) {
      if (throttle.available() > 0) {
        throttle.take(7_000);
        taken += 7_000;
      }
      time.advance(1);
    }
    assertThat(taken).isBetween(100_000L, 108_000L);
  }

  @Test
  void aHigherRateForgivesMostOfTheDebt() {
    throttle.rate(10);
    throttle.take(1_000_000);
    throttle.rate(100);
    time.advance(1_100);
    assertThat(throttle.available()).isEqualTo(10);
    throttle.rate(ReplicationThrottle.UNLIMITED);
    assertThat(throttle.waitMs()).isZero();
  }

  @Test
  void withARateOfZeroNothingMoves() {
    throttle.rate(0);
    time.advance(1_000_000);
    assertThat(throttle.available()).isZero();
    assertThat(throttle.waitMs()).isEqualTo(1000);
  }
}
