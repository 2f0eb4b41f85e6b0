package io.margay.log.internal;

import io.margay.spi.log.PartitionLog;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The producers whose next transaction in one log is being verified, or is verified and not begun (KIP-890). Only in memory: after a
 * change of the leader, or a restart, producers are verified again. As many as a log knows producers; the oldest is forgotten then, and
 * its producer has to ask again. Used under the lock of its log.
 */
final class TransactionVerifications {
  private static final class Verification {
    private final long number;
    private boolean done;

    Verification(long number) {
      this.number = number;
    }
  }

  private final IntSupplier most;
  private final LinkedHashMap<Long, Verification> pending = new LinkedHashMap<>(2);
  private long last = PartitionLog.NO_VERIFICATION;

  TransactionVerifications(IntSupplier most) {
    this.most = most;
  }

  /** Returns the number of the producer's verification, a new one or that in progress. */
  long begin(long producerId) {
    Verification found = pending.get(producerId);
    if (found == null) {
      found = new Verification(++last);
      pending.put(producerId, found);
      if (pending.size() > most.getAsInt()) {
        Map.Entry<Long, Verification> oldest = pending.entrySet().iterator().next();
        pending.remove(oldest.getKey());
      }
    }
    return found.number;
  }

  /** Returns false when that verification is over. */
  boolean end(long producerId, long number) {
    Verification found = pending.get(producerId);
    boolean current = found != null && found.number == number;
    if (current) {
      found.done = true;
    }
    return current;
  }

  boolean isVerified(long producerId) {
    Verification found = pending.get(producerId);
    return found != null && found.done;
  }

  void forget(long producerId) {
    pending.remove(producerId);
  }

  int size() {
    return pending.size();
  }
}
