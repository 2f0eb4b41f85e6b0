package io.margay.replication.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests that cannot be served any more, on threads where no other code does it. */
public final class FailedRequests {
  private static final Logger LOG = LoggerFactory.getLogger(FailedRequests.class);

  private FailedRequests() { }

  /**
   * Answers a request whose handler threw, and logs the failure.
   *
   * @param request the request
   * @param handler the handler of the request
   * @param cause what the handler threw
   */
  public static void failed(Request request, ApiHandler handler, Throwable cause) {
    LOG.error("A request failed apiKey={} clientId={} correlationId={}", request.api().key(), request.clientId(),
        request.correlationId(), cause);
    answer(request, handler, Errors.UNKNOWN_SERVER_ERROR);
  }

  /** Answers with an error; closes the connection when the answer cannot carry one. */
  static void answer(Request request, ApiHandler handler, Errors reason) {
    Message error = handler.errorResponse(request, reason);
    if (error == null) {
      request.close("A request failed, and its answer cannot carry an error errorCode=" + reason);
    } else {
      request.respond(error);
    }
  }
}
