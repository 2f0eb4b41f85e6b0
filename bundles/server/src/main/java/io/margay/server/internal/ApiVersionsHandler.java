package io.margay.server.internal;

import io.margay.metadata.ClusterImage;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Answers what is served, computed from the handlers that are there or were there (KIP-35, KIP-511, KIP-584). Stateless.
 */
final class ApiVersionsHandler implements ApiHandler {
  /** The API key. */
  static final short KEY = ApiVersionsRequest.API.key();
  /** Stands for a version that is not served, which is answered in version 0. */
  static final short UNSUPPORTED = -1;

  private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");
  private static final short PRODUCE = 0;

  private final HandlerTable handlers;
  private final Supplier<ClusterImage> image;

  ApiVersionsHandler(HandlerTable handlers, Supplier<ClusterImage> image) {
    this.handlers = handlers;
    this.image = image;
  }

  @Override
  public Api api() {
    return ApiVersionsRequest.API;
  }

  @Override
  public Access access() {
    return Access.ANYONE;
  }

  @Override
  public void handle(Request request) {
    if (request.version() == UNSUPPORTED) {
      request.respond(unsupported());
      return;
    }
    ApiVersionsRequest body = request.read(new ApiVersionsRequest());
    if (request.version() >= 3
        && !(SOFTWARE.matcher(body.clientSoftwareName()).matches() && SOFTWARE.matcher(body.clientSoftwareVersion()).matches())) {
      request.respond(errorResponse(request, Errors.INVALID_REQUEST));
      return;
    }
    if (request.version() >= 3 && request instanceof RoutedRequest routed) {
      routed.software(body.clientSoftwareName(), body.clientSoftwareVersion());
    }
    ApiVersionsResponse response = new ApiVersionsResponse();
    for (short key = 0; key < HandlerTable.MAX_KEYS; key++) {
      HandlerTable.Entry e = handlers.entry(key);
      if (e != null) {
        // librdkafka looks for Produce v0 before it believes that compression works, though the lowest served is 3
        add(response, key, key == PRODUCE ? 0 : e.lowest(), e.highest());
      }
    }
    addFeatures(response, request.version());
    request.respond(response);
  }

  private void addFeatures(ApiVersionsResponse response, short version) {
    ClusterImage now = image.get();
    if (version < 3 || now.features().isEmpty()) {
      return;
    }
    for (Map.Entry<String, Short> f : now.features().entrySet()) {
      if (f.getValue() > 0) {
        response.supportedFeatures().add(new ApiVersionsResponse.SupportedFeatureKey().setName(f.getKey())
            .setMinVersion((short) 1).setMaxVersion(f.getValue()));
        response.finalizedFeatures().add(new ApiVersionsResponse.FinalizedFeatureKey().setName(f.getKey())
            .setMinVersionLevel(f.getValue()).setMaxVersionLevel(f.getValue()));
      }
    }
    response.setFinalizedFeaturesEpoch(Math.max(0, now.offset()));
  }

  private static ApiVersionsResponse unsupported() {
    ApiVersionsResponse response = new ApiVersionsResponse().setErrorCode(Errors.UNSUPPORTED_VERSION.code());
    add(response, KEY, ApiVersionsRequest.API.lowest(), ApiVersionsRequest.API.highest());
    return response;
  }

  private static void add(ApiVersionsResponse response, short key, short lowest, short highest) {
    response.apiKeys().add(new ApiVersionsResponse.ApiVersion().setApiKey(key).setMinVersion(lowest).setMaxVersion(highest));
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new ApiVersionsResponse().setErrorCode(error.code());
  }
}
