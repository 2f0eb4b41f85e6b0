package io.margay.telemetry.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.GetTelemetrySubscriptionsRequest;
import io.margay.protocol.message.GetTelemetrySubscriptionsResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;

/** Serves GetTelemetrySubscriptions (71). */
final class GetTelemetrySubscriptionsHandler implements ApiHandler {
  private final Telemetry telemetry;

  GetTelemetrySubscriptionsHandler(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public Api api() {
    return GetTelemetrySubscriptionsRequest.API;
  }

  @Override
  public Access access() {
    return Access.ANYONE;
  }

  @Override
  public void handle(Request request) {
    GetTelemetrySubscriptionsRequest query = request.read(new GetTelemetrySubscriptionsRequest());
    request.respond(telemetry.subscriptionOf(Client.of(Telemetry.idOf(query.clientInstanceId()), request)));
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new GetTelemetrySubscriptionsResponse().setErrorCode(PushTelemetryHandler.passing(error).code());
  }
}
