package io.margay.shares.internal.leader;

import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeaderPartition;
import java.io.IOException;
import java.time.Duration;

/** Where a group starts to read a partition that it has never read, as {@code share.auto.offset.reset} says. */
final class StartOffset {
  private static final String EARLIEST = "earliest";
  private static final String BY_DURATION = "by_duration:";

  private StartOffset() { }

  /** Whether it takes a search of the log, which may block. */
  static boolean isSearched(String reset) {
    return reset.startsWith(BY_DURATION);
  }

  static long find(String reset, LeaderPartition partition, boolean readCommitted, long nowMs) throws IOException {
    if (reset.equals(EARLIEST)) {
      return partition.logStartOffset();
    }
    if (isSearched(reset)) {
      long since = nowMs - Duration.parse(reset.substring(BY_DURATION.length())).toMillis();
      PartitionLog.FoundOffset found = partition.findByTimestamp(Math.max(0, since));
      if (found != null) {
        return found.offset();
      }
    }
    return readCommitted ? partition.lastStableOffset() : partition.highWatermark();
  }
}
