package io.margay.telemetry.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.PushTelemetryRequest;
import io.margay.protocol.message.PushTelemetryResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Serves PushTelemetry (72). What is taken is decompressed and received on another thread: clients push over connections that they use for
 * records, too.
 */
final class PushTelemetryHandler implements ApiHandler {
  private final Telemetry telemetry;
  private final Executor executor;

  /** @param executor takes a bounded number of tasks */
  PushTelemetryHandler(Telemetry telemetry, Executor executor) {
    this.telemetry = telemetry;
    this.executor = executor;
  }

  @Override
  public Api api() {
    return PushTelemetryRequest.API;
  }

  @Override
  public Access access() {
    return Access.ANYONE;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public void handle(Request request) {
    PushTelemetryRequest push = request.read(new PushTelemetryRequest());
    Client client = Client.of(push.clientInstanceId(), request);
    Errors error = telemetry.admit(push, client);
    if (error != Errors.NONE) {
      request.respond(answer(error));
      return;
    }
    try {
      executor.execute(() -> {
        Errors taken = Errors.UNKNOWN_SERVER_ERROR;
        try {
          taken = telemetry.take(push, client, request::reserve);
        } finally {
          request.respond(answer(taken));
        }
      });
    } catch (RejectedExecutionException e) {
      request.respond(answer(Errors.THROTTLING_QUOTA_EXCEEDED));
    }
  }

  private static PushTelemetryResponse answer(Errors error) {
    return new PushTelemetryResponse().setErrorCode(error.code());
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return answer(passing(error));
  }

  /** After most other errors a client never pushes again. */
  static Errors passing(Errors error) {
    return error == Errors.REQUEST_TIMED_OUT ? Errors.THROTTLING_QUOTA_EXCEEDED : error;
  }
}
