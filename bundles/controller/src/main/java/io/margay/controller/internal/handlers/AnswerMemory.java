package io.margay.controller.internal.handlers;

import io.margay.spi.handler.Request;

/**
 * Reserves the memory of an answer while it is being built, in steps: its size is not known before. For one request, and one
 * thread.
 *
 * <p>Invariant: {@code takenBytes <= UNRESERVED_BYTES + reservedBytes}.
 */
final class AnswerMemory {
  /** Smaller answers are left to the bounds on requests under way and on bytes that are not sent. */
  static final long UNRESERVED_BYTES = 16 << 10;
  private static final long STEP_BYTES = 64 << 10;

  private final Request request;
  private long takenBytes;
  private long reservedBytes;

  AnswerMemory(Request request) {
    this.request = request;
  }

  /** Takes memory for a part; false when there is none left, and nothing is taken then. */
  boolean take(long bytes) {
    long missing = takenBytes + bytes - UNRESERVED_BYTES - reservedBytes;
    if (missing > 0) {
      long step = Math.max(missing, STEP_BYTES);
      if (!request.reserve(step)) {
        return false;
      }
      reservedBytes += step;
    }
    takenBytes += bytes;
    return true;
  }
}
