package io.margay.replication.internal;

import io.margay.protocol.Errors;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;

/** Reserves memory for what handlers build for each partition that a request names, before they build it. */
public final class AnswerMemory {
  /** Up to this many partitions take less memory than a connection. */
  private static final int FEW = 64;
  /** For more partitions than this the only answer is to close the connection. */
  private static final int MOST_ERRORS = 10_000;

  private AnswerMemory() { }

  /**
   * @param request the request
   * @param handler the handler of the request
   * @param partitions how many it names
   * @param bytesEach what each takes in the answer
   * @return false when there is no memory for it; the request has been answered then
   */
  public static boolean reserve(Request request, ApiHandler handler, int partitions, int bytesEach) {
    if (partitions <= FEW || request.reserve((long) partitions * bytesEach)) {
      return true;
    }
    if (partitions <= MOST_ERRORS) {
      FailedRequests.answer(request, handler, Errors.THROTTLING_QUOTA_EXCEEDED);
    } else {
      request.close("A request names more partitions than there is memory for partitions=" + partitions);
    }
    return false;
  }
}
