package io.margay.replication.internal;

import io.margay.protocol.Errors;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;

/** Reserves what handlers build for each partition that a request names, before they build it. */
public final class AnswerMemory {
  /** What as many partitions take is less than what a connection takes. */
  private static final int FEW = 64;
  /** For more partitions than that there is no answer but the end of the connection. */
  private static final int MOST_ERRORS = 10_000;

  private AnswerMemory() { }

  /**
   * @param request the request
   * @param handler whose request it is
   * @param partitions how many it names
   * @param bytesEach what each takes in the answer
   * @return false when there is no memory for it; the request is answered then
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
