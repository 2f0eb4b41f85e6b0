package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.model.Endpoint;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends requests to the other brokers of the cluster, through their inter-broker listener. One connection to each address is kept
 * until a broker closes it because it is idle. Safe for all threads.
 *
 * <p>The client may come and go: when it goes, it closes its connections, and requests in flight fail. Without it, only this broker
 * can be reached.
 */
final class RemoteBrokers {
  private static final String LISTENER = "inter.broker.listener.name";
  private static final String CLIENT_ID = "margay-shell";
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int IN_FLIGHT_MAX = 100;
  private static final int RESPONSE_BYTES_MAX = 100 * 1024 * 1024;

  private final NodeSettings settings;
  private final Map<RemoteClient.Target, CompletableFuture<RemoteConnection>> connections = new ConcurrentHashMap<>();
  private volatile RemoteClient client;

  RemoteBrokers(NodeSettings settings) {
    this.settings = settings;
  }

  void add(RemoteClient added) {
    client = added;
  }

  void remove(RemoteClient removed) {
    if (client == removed) {
      client = null;
    }
  }

  /** Closes all connections. */
  void close() {
    connections.values().forEach(opening -> opening.thenAccept(RemoteConnection::close));
  }

  /** Where a broker is reached; null when it cannot be. */
  Endpoint endpoint(BrokerImage broker) {
    if (client == null || broker == null || broker.endpoints().isEmpty()) {
      return null;
    }
    Setting<?> definition = settings.definition(Setting.Scope.BROKER, LISTENER);
    Object listener = definition == null ? null : settings.get(definition);
    return listener == null ? broker.endpoints().get(0) : broker.endpoint(listener.toString());
  }

  /**
   * Sends a request.
   *
   * @return completes with {@code response}, whose records are copies on the heap, on any thread; exceptionally with an exception
   *     whose message is for the user
   */
  <R extends Message> CompletableFuture<R> send(Endpoint to, Api api, Message request, R response, long timeoutMs) {
    RemoteClient.Target target =
        new RemoteClient.Target(to.host(), to.port(), CLIENT_ID, CONNECT_TIMEOUT_MS, IN_FLIGHT_MAX, RESPONSE_BYTES_MAX, Access.of(to));
    return connection(target).whenComplete((connection, failure) -> {
      if (failure != null) {
        // gives back the buffers of its records
        Messages.toBytes(request, api.highest());
      }
    }).thenCompose(connection -> {
      short version = connection.version(api);
      if (version < 0) {
        Messages.toBytes(request, api.highest());
        return CompletableFuture.failedFuture(new ShellException("the broker at " + target + " does not serve it"));
      }
      return connection.send(api, version, request, response, timeoutMs).thenApply(reply -> copied(reply, response, version));
    });
  }

  private CompletableFuture<RemoteConnection> connection(RemoteClient.Target target) {
    RemoteClient now = client;
    if (now == null) {
      return CompletableFuture.failedFuture(new ShellException("the bundle client, which reaches " + target + ", is not active"));
    }
    CompletableFuture<RemoteConnection> opening = new CompletableFuture<>();
    CompletableFuture<RemoteConnection> known = connections.putIfAbsent(target, opening);
    if (known != null) {
      return known;
    }
    now.connect(target).whenComplete((connection, failure) -> {
      if (failure == null) {
        opening.complete(connection);
        connection.closed().whenComplete((closed, e) -> connections.remove(target, opening));
      } else {
        connections.remove(target, opening);
        opening.completeExceptionally(failure);
      }
    });
    return opening;
  }

  private static <R extends Message> R copied(RemoteConnection.Reply<R> reply, R response, short version) {
    byte[] bytes;
    try (reply) {
      bytes = Messages.toBytes(reply.message(), version);
    }
    response.read(new MessageReader(bytes), version);
    return response;
  }
}
