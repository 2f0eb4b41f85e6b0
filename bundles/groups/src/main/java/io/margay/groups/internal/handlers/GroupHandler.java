package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the handlers of this bundle have in common: decode, ask the coordinator, and answer with what comes of it, be it an error.
 *
 * @param <Q> the request's message
 */
abstract class GroupHandler<Q extends Message> implements ApiHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GroupHandler.class);

  private final Api api;
  private final Supplier<Q> type;

  GroupHandler(Api api, Supplier<Q> type) {
    this.api = api;
    this.type = type;
  }

  /** @return the answer, or a failure with the error of the whole request */
  abstract CompletionStage<? extends Message> serve(Q query, Request request);

  /** @return an answer with nothing but the error */
  abstract Message error(Q query, Errors error, short version);

  @Override
  public final Api api() {
    return api;
  }

  @Override
  public final void handle(Request request) {
    Q query = request.read(type.get());
    serve(query, request).whenComplete((answer, failure) -> {
      if (failure == null) {
        request.respond(answer);
        return;
      }
      Errors error = CoordinatorException.errorOf(failure);
      if (error == Errors.UNKNOWN_SERVER_ERROR) {
        LOG.error("A request failed. api={} clientId={}", api.name(), request.clientId(), failure);
      }
      request.respond(error(query, error, request.version()));
    });
  }

  @Override
  public final Message errorResponse(Request request, Errors error) {
    Q query = type.get();
    try {
      request.read(query);
    } catch (MalformedMessageException e) {
      // then the answer names none of what was asked for
      query = type.get();
    }
    // a coordinator that is being replaced is one that is not there: clients look for it again
    return error(query, error == Errors.REQUEST_TIMED_OUT ? Errors.COORDINATOR_NOT_AVAILABLE : error, request.version());
  }

  /** The address as Kafka shows it. */
  static String host(Request request) {
    return "/" + request.clientAddress().getHostAddress();
  }
}
