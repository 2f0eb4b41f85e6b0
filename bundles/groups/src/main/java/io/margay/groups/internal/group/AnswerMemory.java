package io.margay.groups.internal.group;

import io.margay.coordinator.CoordinatorException;
import io.margay.protocol.Errors;
import java.util.function.LongPredicate;

/**
 * Charges an answer that is being built to the memory of its request, in steps, because a request may name one partition many times.
 * Small answers are free. Safe for all threads, because shards add to one answer side by side.
 */
public final class AnswerMemory {
  private static final long STEP_BYTES = 64 * 1024;

  private final LongPredicate reserve;
  private long left = STEP_BYTES;

  /** @param reserve takes bytes, or says false when there are not so many */
  public AnswerMemory(LongPredicate reserve) {
    this.reserve = reserve;
  }

  /**
   * @param bytes how many more the answer takes
   * @throws CoordinatorException COORDINATOR_NOT_AVAILABLE when there is no memory for them
   */
  public synchronized void take(long bytes) {
    left -= bytes;
    while (left < 0) {
      if (!reserve.test(STEP_BYTES)) {
        throw new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE);
      }
      left += STEP_BYTES;
    }
  }
}
