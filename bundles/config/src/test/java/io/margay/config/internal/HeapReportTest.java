package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.memory.MemoryUser;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeapReportTest {
  private static final long MB = 1 << 20;

  private record User(String name, long usedBytes, long limitBytes, String largest) implements MemoryUser { }

  private final HeapReport report = new HeapReport();

  @Test
  void namesTheLargestUsersFirst() {
    String line = report.lineOrNull(240 * MB, 256 * MB, List.of(
        new User("requests", 10 * MB, 64 * MB, ""),
        new User("groups", 150 * MB, Long.MAX_VALUE, "group a 100.0 MB")), 0);
    assertThat(line).contains("240.0 of 256.0 MB").contains("groups 150.0 MB (group a 100.0 MB), requests 10.0 MB of 64.0");
  }

  @Test
  void aUserThatFailsHidesNoOther() {
    MemoryUser failing = new MemoryUser() {
      @Override
      public String name() {
        throw new IllegalStateException("is leaving");
      }

      @Override
      public long usedBytes() {
        return 0;
      }

      @Override
      public long limitBytes() {
        return 0;
      }
    };
    assertThat(report.lineOrNull(1, 1, List.of(failing, new User("indexes", 3 * MB, 4 * MB, "")), 0))
        .contains("indexes 3.0 MB of 4.0").contains("is leaving");
  }

  @Test
  void speaksOnceAMinute() {
    long start = Long.MAX_VALUE - 5; // the clock may wrap
    assertThat(report.lineOrNull(1, 1, List.of(), start)).contains("none");
    assertThat(report.lineOrNull(1, 1, List.of(), start + TimeUnit.SECONDS.toNanos(59))).isNull();
    assertThat(report.lineOrNull(1, 1, List.of(), start + TimeUnit.SECONDS.toNanos(60))).isNotNull();
  }

  @Test
  void theJvmTellsWhenACollectionLeavesMoreThanTheThreshold() throws Exception {
    HeapPool pool = HeapPool.find();
    assertThat(pool).isNotNull();
    CountDownLatch told = new CountDownLatch(1);
    pool.watch(1, told::countDown);
    try {
      System.gc();
      assertThat(told.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(pool.usedBytes()).isPositive();
    } finally {
      pool.close();
    }
  }
}
