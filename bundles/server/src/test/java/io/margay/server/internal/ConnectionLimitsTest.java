package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void anAddressMayHaveALimitOfItsOwn() throws Exception {
    ConnectionLimits limits = new ConnectionLimits(() -> 9, listener -> 7, () -> 5, () -> Integer.MAX_VALUE);
    limits.overrides("10.0.0.1:2, ::1:3,", lookup -> {
      throw new AssertionError("an address needs no name server");
    });
    assertThat(limits.mostFrom(InetAddress.getByName("10.0.0.1"))).isEqualTo(2);
    assertThat(limits.mostFrom(InetAddress.getByName("::1"))).isEqualTo(3);
    assertThat(limits.mostFrom(InetAddress.getByName("10.0.0.2"))).isEqualTo(5);
    assertThat(limits.most()).isEqualTo(9);
    limits.overrides("", Runnable::run);
    assertThat(limits.mostFrom(InetAddress.getByName("10.0.0.1"))).isEqualTo(5);
  }

  /** A name server that is slow delays nobody, and its answer does not replace what was set meanwhile. */
  @Test
  void namesAreLookedUpElsewhere() throws Exception {
    ConnectionLimits limits = new ConnectionLimits(() -> 9, listener -> 7, () -> 5, () -> Integer.MAX_VALUE);
    InetAddress local = InetAddress.getByName("127.0.0.1");
    List<Runnable> lookups = new ArrayList<>();
    limits.overrides("localhost:1,10.0.0.1:2", lookups::add);
    assertThat(limits.mostFrom(InetAddress.getByName("10.0.0.1"))).isEqualTo(2);
    assertThat(limits.mostFrom(local)).isEqualTo(5);
    limits.overrides("localhost:4", lookups::add);
    lookups.get(1).run();
    lookups.get(0).run();
    assertThat(limits.mostFrom(local)).isEqualTo(4);
  }

  @Test
  void eachLimitHasItsName() throws Exception {
    InetAddress a = InetAddress.getByName("10.0.0.1");
    InetAddress b = InetAddress.getByName("10.0.0.2");
    ConnectionCounts counts = new ConnectionCounts(TestServers.limits(3, 2, 1));
    assertThat(counts.add("L", a)).isNull();
    assertThat(counts.add("L", a)).contains("max.connections.per.ip=1");
    assertThat(counts.add("L", b)).isNull();
    assertThat(counts.add("L", InetAddress.getByName("10.0.0.3"))).contains("listener.name.l.max.connections=2");
    assertThat(counts.add("M", InetAddress.getByName("10.0.0.3"))).isNull();
    assertThat(counts.add("M", InetAddress.getByName("10.0.0.4"))).contains("max.connections=3");
    assertThat(counts.all()).isEqualTo(3);
    counts.remove("L", a);
    assertThat(counts.add("L", a)).isNull();
  }

  @Test
  void noConnectionIsForgottenWhereManyComeAndGoAtOnce() throws Exception {
    ConnectionCounts counts = new ConnectionCounts(TestServers.limits(1_000, 1_000, 2));
    InetAddress address = InetAddress.getByName("10.0.0.1");
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread = new Thread(() -> {
        for (int i = 0; i < 50_000; i++) {
          if (counts.add("L", address) == null) {
            counts.remove("L", address);
          }
        }
      });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(counts.all()).isZero();
    assertThat(counts.add("L", address)).isNull();
    assertThat(counts.add("L", address)).isNull();
    assertThat(counts.add("L", address)).contains("max.connections.per.ip=2");
  }

  @Test
  void aSecondsWorthMayComeAtOnceAndThenOneAfterTheOther() {
    ConnectionLimits limits = new ConnectionLimits(() -> 9, listener -> 7, () -> 9, () -> 4);
    for (int i = 0; i < 4; i++) {
      assertThat(limits.pauseNanos(0)).isZero();
    }
    assertThat(limits.pauseNanos(0)).isEqualTo(SECOND / 4);
    assertThat(limits.pauseNanos(SECOND / 4)).isEqualTo(SECOND / 4);
    assertThat(limits.pauseNanos(10 * SECOND)).isZero();
  }

  @Test
  void withoutARateThereIsNoPause() {
    ConnectionLimits limits = new ConnectionLimits(() -> 9, listener -> 7, () -> 9, () -> Integer.MAX_VALUE);
    assertThat(limits.pauseNanos(5)).isZero();
    assertThat(limits.pauseNanos(5)).isZero();
  }
}
