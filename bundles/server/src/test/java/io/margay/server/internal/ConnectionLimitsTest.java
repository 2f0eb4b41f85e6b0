package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void anAddressMayHaveALimitOfItsOwn() throws Exception {
    ConnectionLimits limits = new ConnectionLimits(() -> 9, () -> 5, () -> Integer.MAX_VALUE);
    limits.overrides("10.0.0.1:2, ::1:3,");
    assertThat(limits.mostFrom(InetAddress.getByName("10.0.0.1"))).isEqualTo(2);
    assertThat(limits.mostFrom(InetAddress.getByName("::1"))).isEqualTo(3);
    assertThat(limits.mostFrom(InetAddress.getByName("10.0.0.2"))).isEqualTo(5);
    assertThat(limits.most()).isEqualTo(9);
    limits.overrides("");
    assertThat(limits.mostFrom(InetAddress.getByName("10.0.0.1"))).isEqualTo(5);
  }

  @Test
  void aSecondsWorthMayComeAtOnceAndThenOneAfterTheOther() {
    ConnectionLimits limits = new ConnectionLimits(() -> 9, () -> 9, () -> 4);
    for (int i = 0; i < 4; i++) {
      assertThat(limits.pauseNanos(0)).isZero();
    }
    assertThat(limits.pauseNanos(0)).isEqualTo(SECOND / 4);
    assertThat(limits.pauseNanos(SECOND / 4)).isEqualTo(SECOND / 4);
    assertThat(limits.pauseNanos(10 * SECOND)).isZero();
  }

  @Test
  void withoutARateThereIsNoPause() {
    ConnectionLimits limits = new ConnectionLimits(() -> 9, () -> 9, () -> Integer.MAX_VALUE);
    assertThat(limits.pauseNanos(5)).isZero();
    assertThat(limits.pauseNanos(5)).isZero();
  }
}
