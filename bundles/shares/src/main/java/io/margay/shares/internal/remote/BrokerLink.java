package io.margay.shares.internal.remote;

import io.margay.coordinator.Brokers;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The connection to one other broker, opened when it is needed and again when it broke. Requests are sent at once; those that are open when it
 * breaks fail, and their owners ask again. Safe for all threads.
 */
final class BrokerLink implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int MAX_RESPONSE_BYTES = 16 << 20;
  private static final int MAX_IN_FLIGHT = 256;
  private static final int TIMEOUT_MS = 10_000;

  private final BrokerId broker;
  private final Brokers brokers;
  private CompletionStage<RemoteConnection> connection;
  private Endpoint address;
  private boolean closed;

  BrokerLink(BrokerId broker, Brokers brokers) {
    this.broker = broker;
    this.brokers = brokers;
  }

  /** Completes with what is made of the response while its buffer is there. */
  <Q extends Message, A extends Message, T> CompletionStage<T> send(Api api, Q request, A response, Function<A, T> use) {
    CompletionStage<RemoteConnection> connected;
    try {
      connected = connected();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return connected.thenCompose(c -> {
      short version = c.version(api);
      return version < 0 ? CompletableFuture.failedFuture(new IOException("broker " + broker + " does not serve " + api.name() + " now"))
          : c.send(api, version, request, response, TIMEOUT_MS).thenApply(reply -> {
            try (reply) {
              return use.apply(reply.message());
            }
          });
    });
  }

  private synchronized CompletionStage<RemoteConnection> connected() {
    Endpoint to = brokers.address(broker);
    RemoteClient client = brokers.client();
    if (closed || client == null || to == null) {
      return CompletableFuture.failedFuture(new IOException("broker " + broker + " cannot be reached now"));
    }
    if (connection != null && to.equals(address)) {
      return connection;
    }
    closeConnection();
    address = to;
    CompletionStage<RemoteConnection> opening = client.connect(new RemoteClient.Target(to.host(), to.port(),
        "broker-" + brokers.self() + "-shares", CONNECT_TIMEOUT_MS, MAX_IN_FLIGHT, MAX_RESPONSE_BYTES, Access.of(to)));
    connection = opening;
    opening.whenComplete((opened, failure) -> {
      if (failure != null) {
        forget(opening);
      } else {
        opened.closed().whenComplete((end, e) -> forget(opening));
      }
    });
    return opening;
  }

  private synchronized void forget(CompletionStage<RemoteConnection> which) {
    if (connection == which) {
      connection = null;
    }
  }

  private void closeConnection() {
    if (connection != null) {
      connection.thenAccept(RemoteConnection::close);
      connection = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeConnection();
  }
}
