package io.margay.spi.client;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Sends requests to the handlers of this server without a socket, as the shell does. Safe for all threads. */
@ProviderType
public interface LocalClient {
  /**
   * Sends a request in the highest version that its handler serves.
   *
   * @param api the API
   * @param request the request
   * @param response a new message of the API's response type, filled by the answer; records in it are copies on the heap
   * @param <R> its type
   * @return completes with {@code response}, on any thread; exceptionally when no handler serves the API or the server stops
   */
  <R extends Message> CompletionStage<R> send(Api api, Message request, R response);
}
