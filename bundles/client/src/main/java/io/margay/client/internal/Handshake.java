package io.margay.client.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.spi.client.RemoteConnection.Reply;
import java.io.IOException;
import java.util.concurrent.CompletionStage;

/** The first request of a connection: which versions does the broker serve? */
final class Handshake {
  /** Every broker reads this version, and nothing more is needed. */
  private static final short VERSION = 0;

  private Handshake() { }

  /** Completes when the connection knows the broker's versions. */
  static CompletionStage<Void> ofVersions(NettyConnection connection, long timeoutMs) {
    return connection.send(ApiVersionsRequest.API, VERSION, new ApiVersionsRequest(), new ApiVersionsResponse(), timeoutMs)
        .thenAccept(reply -> learn(connection, reply));
  }

  private static void learn(NettyConnection connection, Reply<ApiVersionsResponse> reply) {
    try (reply) {
      ApiVersionsResponse response = reply.message();
      if (response.errorCode() != Errors.NONE.code()) {
        throw new java.io.UncheckedIOException(new IOException(
            connection.target() + " refused to tell its versions: " + Errors.forCode(response.errorCode())));
      }
      for (ApiVersionsResponse.ApiVersion api : response.apiKeys()) {
        connection.learned(api.apiKey(), api.minVersion(), api.maxVersion());
      }
    }
  }
}
