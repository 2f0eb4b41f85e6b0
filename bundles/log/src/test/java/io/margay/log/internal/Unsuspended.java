package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.log.PartitionLog.Origin;
import io.margay.spi.storage.LogSlice;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What every user of a log does: waits while it is suspended. A move suspends its log for a moment, also one that goes on after a restart. */
final class Unsuspended {
  private Unsuspended() { }

  /** Appends a batch of producer 7 in epoch 0 with one record. */
  static Appended append(PartitionLog log, int sequence, String record) {
    while (true) {
      await(() -> !log.suspended());
      Appended appended = log.appendAsLeader(TestLog.produced(7, 0, sequence, record), new LeaderEpoch(0), Origin.CLIENT);
      if (appended != Appended.SUSPENDED) {
        return appended;
      }
    }
  }

  static LogSlice read(PartitionLog log, long offset, long end) throws IOException {
    while (true) {
      await(() -> !log.suspended());
      try {
        return log.read(offset, 1, end, true);
      } catch (LogSuspendedException e) {
        // suspended since
      }
    }
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
