package io.margay.controller.internal.session;

import io.margay.metadata.BrokerImage;
import io.margay.model.Endpoint;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Asks whether the process of a broker is gone: its machine answers, and refuses connections to the broker's listener. A machine that does
 * not answer, or a process that is slow, proves nothing. Safe for all threads.
 */
public final class ProcessProbe {
  private static final int CONNECT_TIMEOUT_MS = 1_000;
  private static final int MAX_RESPONSE_BYTES = 64 * 1024;

  private final Supplier<RemoteClient> client;
  private final String listener;

  /**
   * @param client connects to brokers; gives null while nothing can
   * @param listener name of the listener for brokers
   */
  public ProcessProbe(Supplier<RemoteClient> client, String listener) {
    this.client = client;
    this.listener = listener;
  }

  /**
   * @param broker the broker
   * @return completes with whether its listener refuses connections; with false when that is not known; never exceptionally
   */
  public CompletionStage<Boolean> isGone(BrokerImage broker) {
    RemoteClient with = client.get();
    Endpoint endpoint = broker.endpoint(listener);
    if (with == null || endpoint == null) {
      return CompletableFuture.completedFuture(false);
    }
    return with.connect(new RemoteClient.Target(endpoint.host(), endpoint.port(), "margay-probe", CONNECT_TIMEOUT_MS, 1,
        MAX_RESPONSE_BYTES, Access.of(endpoint))).handle(ProcessProbe::refused);
  }

  private static boolean refused(RemoteConnection made, Throwable failure) {
    if (made != null) {
      made.close();
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ConnectException;
  }
}
