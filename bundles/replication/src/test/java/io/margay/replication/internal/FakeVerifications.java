package io.margay.replication.internal;

import io.margay.spi.log.PartitionLog;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The verifications of a {@link FakeLog}: a producer that is verified has a transaction open until it is forgotten. */
final class FakeVerifications {
  private final Set<Long> verified = ConcurrentHashMap.newKeySet();
  private volatile long number = 1;

  long begin(long producerId) {
    return verified.contains(producerId) ? PartitionLog.NO_VERIFICATION : number;
  }

  boolean end(long producerId, long given) {
    return given == number && verified.add(producerId);
  }

  /** What is under way for it counts no more. */
  void forget(long producerId) {
    verified.remove(producerId);
    number++;
  }

  /** As when the log is opened again. */
  void forgetAll() {
    verified.clear();
    number++;
  }
}
