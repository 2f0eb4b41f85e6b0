package io.margay.log.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * How many producers the logs of a node may know, each and together, and how many they know now. Safe for all threads.
 *
 * <p>A log that knows too many forgets its oldest. When all together know too many, a sweep forgets the oldest of all. Until the
 * sweep runs, a log that meets a new producer makes room itself once the node is a quarter above its limit. So there are never more
 * than that plus one for each log.
 */
final class ProducerLimits {
  private final IntSupplier perLog;
  private final IntSupplier perNode;
  private final AtomicInteger count = new AtomicInteger();

  /**
   * @param perLog the current limit of a log
   * @param perNode the current limit of all logs together
   */
  ProducerLimits(IntSupplier perLog, IntSupplier perNode) {
    this.perLog = perLog;
    this.perNode = perNode;
  }

  int perLog() {
    return perLog.getAsInt();
  }

  int perNode() {
    return perNode.getAsInt();
  }

  /** How many there are in all logs. Too high when a log was dropped without notice, until {@link #recounted}. */
  int count() {
    return count.get();
  }

  void added(int producers) {
    count.addAndGet(producers);
  }

  /** A count that was made log by log gave another result. */
  void recounted(int before, int now) {
    count.addAndGet(now - before);
  }

  boolean exceeded() {
    return count.get() > perNode();
  }

  /** Whether a log has to make room itself. */
  boolean farExceeded() {
    int limit = perNode();
    return count.get() >= limit + limit / 4;
  }
}
