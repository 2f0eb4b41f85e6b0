package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import java.lang.management.ManagementFactory;
import io.margay.server.internal.audit.RequestAudit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestCountsTest {
  private static final short VERSIONS = 18;

  private static HandlerTable handlers() {
    HandlerTable handlers = new HandlerTable(() -> 100L, new Authorization(() -> 100L, new LineLimit(Clock.SYSTEM)), new LineLimit(Clock.SYSTEM),
        RequestAudit.NONE);
    handlers.bind(new ApiVersionsHandler(handlers, () -> null));
    return handlers;
  }

  @Test
  void bucketsFollowEachOther() {
    assertThat(RequestCounts.bucket(0)).isZero();
    assertThat(RequestCounts.bucket(-1)).isZero();
    for (int bucket = 0; bucket < RequestCounts.BUCKETS - 1; bucket++) {
      long end = TimeUnit.MICROSECONDS.toNanos(RequestCounts.endMicros(bucket));
      assertThat(RequestCounts.bucket(end - 1)).as("just below the end of %s", bucket).isEqualTo(bucket);
      assertThat(RequestCounts.bucket(end)).as("at the end of %s", bucket).isEqualTo(bucket + 1);
    }
    assertThat(RequestCounts.bucket(Long.MAX_VALUE)).isEqualTo(RequestCounts.BUCKETS - 1);
    assertThat(RequestCounts.endMicros(RequestCounts.BUCKETS - 2)).isGreaterThan(TimeUnit.MINUTES.toMicros(1));
  }

  @Test
  void countsOfAllLoopsAreAdded() {
    RequestCounts one = new RequestCounts();
    RequestCounts other = new RequestCounts();
    one.started(VERSIONS);
    one.answered(VERSIONS, false, 1_000);
    other.started(VERSIONS);
    other.started(VERSIONS);
    other.answered(VERSIONS, true, 40_000_000);
    Map<String, Long> read = RequestCounts.read(List.of(one, other), handlers());
    assertThat(read).containsEntry("ApiVersions.started", 3L).containsEntry("ApiVersions.answered", 2L)
        .containsEntry("ApiVersions.errors", 1L).containsEntry("waiting", 0L).containsEntry("ApiVersions.micros.32", 1L).hasSize(6);
    assertThat(RequestCounts.read(List.of(), handlers())).containsExactly(Map.entry("waiting", 0L));
  }

  @Test
  void countingMakesNoObjects() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    RequestCounts counts = new RequestCounts();
    count(counts);
    long before = threads.getCurrentThreadAllocatedBytes();
    count(counts);
    // a few bytes may be the measurement's
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
  }

  private static void count(RequestCounts counts) {
    for (int i = 0; i < 100_000; i++) {
      counts.started(VERSIONS);
      counts.answered(VERSIONS, i % 2 == 0, i * 1_000L);
    }
  }
}
