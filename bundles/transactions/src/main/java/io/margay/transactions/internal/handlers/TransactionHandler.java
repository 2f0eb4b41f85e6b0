package io.margay.transactions.internal.handlers;

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
abstract class TransactionHandler<Q extends Message> implements ApiHandler {
  /** A request that holds less needs no reservation. */
  private static final long FREE_BYTES = 64 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(TransactionHandler.class);
  private static final LineLimit LIMIT = new LineLimit(Clock.SYSTEM);

  private final Api api;
  private final Supplier<Q> type;
  private final short firstWithFenced;

  /** @param firstWithFenced the first version whose clients know PRODUCER_FENCED */
  TransactionHandler(Api api, Supplier<Q> type, int firstWithFenced) {
    this.api = api;
    this.type = type;
    this.firstWithFenced = (short) firstWithFenced;
  }

  /**
   * @param bytes what the request holds until it is answered, about
   * @return the answer, or a failure with the error of the whole request
   */
  abstract CompletionStage<? extends Message> serve(Q query, Request request, long bytes);

  /**
   * Whether the client may ask at all. What may be several in one request is left to {@link #serve}.
   *
   * @return the error of the whole request, or NONE
   */
  abstract Errors denial(Q query, Request request);

  /** What a request needs that is about one transactional id. */
  static Errors unlessAllowed(Request request, AclOperation operation, String transactionalId) {
    return request.allowed(operation, ResourceType.TRANSACTIONAL_ID, transactionalId) ? Errors.NONE
        : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  }

  /** @return estimated bytes of heap that serving the request takes, beyond what the frame holds */
  long extraBytes(Q query) {
    return 0;
  }

  /** @return an answer with nothing but the error */
  abstract Message error(Q query, Errors error, short version);

  /** The error as clients of a version know it. */
  final Errors inVersion(Errors error, short version) {
    return error == Errors.PRODUCER_FENCED && version < firstWithFenced ? Errors.INVALID_PRODUCER_EPOCH : error;
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
    long bytes = frameBytes + extraBytes(query);
    if (bytes > FREE_BYTES && !request.reserve(bytes)) {
      request.close(api.name() + " of " + frameBytes + " bytes, for which there is no memory");
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
      if (error == Errors.UNKNOWN_SERVER_ERROR && LIMIT.pass(api.name()) != LineLimit.HELD) {
        LOG.error("A request failed. api={} clientId={}", api.name(), request.clientId(), failure);
      }
      request.respond(error(query, inVersion(error, request.version()), request.version()));
    });
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
}
