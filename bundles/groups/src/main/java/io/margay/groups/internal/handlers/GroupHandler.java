package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the handlers of this bundle have in common: decode, reserve memory for what the request holds until it is answered, ask the
 * coordinator, and answer, perhaps with an error.
 *
 * @param <Q> the request's message
 */
abstract class GroupHandler<Q extends Message> implements ApiHandler {
  /** A request that holds less needs no reservation. */
  private static final long FREE_BYTES = 64 * 1024;
  /** More answers with nothing but an error are not made. */
  private static final int ERRORS_MAX = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(GroupHandler.class);
  private static final LineLimit LIMIT = new LineLimit(Clock.SYSTEM);

  private final Api api;
  private final Supplier<Q> type;

  GroupHandler(Api api, Supplier<Q> type) {
    this.api = api;
    this.type = type;
  }

  /**
   * @param bytes what the request holds until it is answered, about
   * @return the answer, or a failure with the error of the whole request
   */
  abstract CompletionStage<? extends Message> serve(Q query, Request request, long bytes);

  /**
   * Whether the client may ask at all. Topics, and groups of which there may be several, are left to {@link #serve}.
   *
   * @return the error of the whole request, or NONE
   */
  abstract Errors denial(Q query, Request request);

  /** What a request needs that is about one group. */
  static Errors unlessAllowed(Request request, AclOperation operation, String groupId) {
    return request.allowed(operation, ResourceType.GROUP, groupId) ? Errors.NONE : Errors.GROUP_AUTHORIZATION_FAILED;
  }

  /** @return how many elements the query has, each of which has an answer of its own */
  int elements(Q query) {
    return 1;
  }

  /** @return estimated bytes of heap that serving one element takes, beyond what the frame holds */
  int elementBytes() {
    return 0;
  }

  /** @return an answer with nothing but the error */
  abstract Message error(Q query, Errors error, short version);

  /** @return the same, with a reason in words where the answer has room for it; the reason may be null */
  Message error(Q query, Errors error, String why, short version) {
    return error(query, error, version);
  }

  private static String reasonOf(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof CoordinatorException) {
        return t.getMessage();
      }
    }
    return null;
  }

  @Override
  public final Api api() {
    return api;
  }

  @Override
  public final Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public final void handle(Request request) {
    int frameBytes = request.body().readableBytes();
    Q query = request.read(type.get());
    int elements = elements(query);
    long bytes = frameBytes + (long) elements * elementBytes();
    if (bytes > FREE_BYTES && !request.reserve(bytes)) {
      refuse(query, request, elements);
      return;
    }
    Errors denied = denial(query, request);
    if (denied != Errors.NONE) {
      request.respond(error(query, denied, request.version()));
      return;
    }
    serve(query, request, bytes).whenComplete((answer, failure) -> {
      if (failure == null) {
        request.respond(answer);
        return;
      }
      Errors error = CoordinatorException.errorOf(failure);
      if (error == Errors.UNKNOWN_SERVER_ERROR && LIMIT.pass(api.name()) >= 0) {
        LOG.error("A request failed. api={} clientId={}", api.name(), request.clientId(), failure);
      }
      request.respond(error(query, error, reasonOf(failure), request.version()));
    });
  }

  /** There is no memory for it now; an error that clients retry, where it is small enough itself. */
  private void refuse(Q query, Request request, int elements) {
    if (elements <= ERRORS_MAX) {
      request.respond(error(query, Errors.COORDINATOR_NOT_AVAILABLE, request.version()));
    } else {
      request.close(api.name() + " asks for " + elements + " things at once, for which there is no memory");
    }
  }

  @Override
  public final Message errorResponse(Request request, Errors error) {
    Q query = type.get();
    try {
      request.read(query);
    } catch (MalformedMessageException e) {
      // then the answer has no elements
      query = type.get();
    }
    // while the coordinator is being replaced, clients look for it again
    return error(query, error == Errors.REQUEST_TIMED_OUT ? Errors.COORDINATOR_NOT_AVAILABLE : error, request.version());
  }

  /** The address in Kafka's form. */
  static String host(Request request) {
    return "/" + request.clientAddress().getHostAddress();
  }
}
