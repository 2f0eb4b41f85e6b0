package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The common part of the handlers here: reads the request, sends the answer when it is complete, and turns a failure into the
 * answer that {@link #failed} builds. What varies is in the subclasses, one per API key.
 *
 * @param <Q> the request's type
 */
abstract class AdminHandler<Q extends Message> implements ApiHandler {
  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

  private final Api api;
  private final Supplier<Q> type;
  private final Access access;

  /** @param access what requests need */
  AdminHandler(Api api, Supplier<Q> type, Access access) {
    this.api = api;
    this.type = type;
    this.access = access;
  }

  @Override
  public final Api api() {
    return api;
  }

  @Override
  public final Access access() {
    return access;
  }

  @Override
  public final void handle(Request request) {
    Q message = request.read(type.get());
    long bytes = answerBytes(request, message);
    if (bytes > AnswerMemory.UNRESERVED_BYTES && !request.reserve(bytes)) {
      // No answer: it would have an entry for each thing that was asked for.
      request.close("the answer to " + api.name() + " would need " + bytes + " bytes, see margay.request.memory.bytes");
      return;
    }
    answer(request, message).whenComplete((response, e) -> {
      try {
        request.respond(e == null ? response : failed(request, message, ControllerRuntime.error(e)));
      } catch (RuntimeException bug) {
        // Nobody above would see it: the answer cannot be written in this version.
        LOG.error("An answer could not be written apiKey={} version={}", api.key(), request.version(), bug);
        request.close("the answer to " + api.name() + " could not be written");
      }
    });
  }

  /**
   * What the objects of an answer take at most, and what is made on the way to it: from counts alone, before any is made. It is
   * reserved, so that requests that are small for what they ask do not fill the heap.
   */
  long answerBytes(Request request, Q message) {
    return 0;
  }

  /** The answer, now or later; never blocks. */
  abstract CompletionStage<? extends Message> answer(Request request, Q message);

  /** The answer that carries an error for all of a request. */
  abstract Message failed(Request request, Q message, Outcome why);

  @Override
  public final Message errorResponse(Request request, Errors error) {
    Q message = type.get();
    try {
      request.read(message);
    } catch (MalformedMessageException e) {
      // What was asked for cannot be listed; an answer for nothing in particular remains.
      message = type.get();
    }
    return failed(request, message, Outcome.of(error));
  }

  static <M> CompletionStage<M> now(M response) {
    return CompletableFuture.completedFuture(response);
  }
}
