package io.margay.mirror.internal;

import io.margay.mirror.internal.LinkConfig.Address;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Asks the brokers of a cluster, one request at a time, and waits for the answers. What it holds is bounded by the number of brokers, and
 * by one answer. Used by one thread at a time.
 */
final class RemoteCluster implements AutoCloseable {
  static final int TIMEOUT_MS = 10_000;
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int RESPONSE_BYTES_MAX = 32 << 20;
  private static final int BROKERS_MAX = 1_000;
  /** The next versions name topics by id, or add partitions to a transaction by themselves. */
  private static final Map<String, Integer> HIGHEST = Map.of("OffsetFetch", 9, "OffsetCommit", 9, "Produce", 11, "AddPartitionsToTxn", 3,
      "TxnOffsetCommit", 4, "EndTxn", 4, "InitProducerId", 5);

  private final String clientId;
  private final Supplier<RemoteClient> client;
  private final Supplier<List<Address>> bootstrap;
  private final Supplier<Access> access;
  private final Map<Integer, Address> brokers = new HashMap<>();
  private final Map<Address, RemoteConnection> connections = new HashMap<>();

  /**
   * @param clientId what its requests carry
   * @param client opens connections; gives null while it is being replaced
   * @param bootstrap where to ask first
   * @param access how its brokers are reached
   */
  RemoteCluster(String clientId, Supplier<RemoteClient> client, Supplier<List<Address>> bootstrap, Supplier<Access> access) {
    this.clientId = clientId;
    this.client = client;
    this.bootstrap = bootstrap;
    this.access = access;
  }

  /** What makes a request of the version that both sides know. */
  @FunctionalInterface
  interface Versioned {
    Message of(short version);
  }

  /** Topics with their partitions and leaders; all of them when the names are null. */
  MetadataResponse metadata(List<String> names) throws IOException, InterruptedException {
    MetadataRequest request = new MetadataRequest().setAllowAutoTopicCreation(false).setTopics(names == null ? null
        : names.stream().map(n -> new MetadataRequest.MetadataRequestTopic().setName(n)).toList());
    MetadataResponse response = any(MetadataRequest.API, version -> request, new MetadataResponse());
    if (response.brokers().size() > BROKERS_MAX) {
      throw new IOException("the cluster names " + response.brokers().size() + " brokers, at most " + BROKERS_MAX + " are accepted");
    }
    brokers.clear();
    response.brokers().forEach(b -> brokers.put(b.nodeId(), new Address(b.host(), b.port())));
    connections.entrySet().removeIf(e -> {
      boolean stale = !brokers.containsValue(e.getKey()) && !bootstrap.get().contains(e.getKey());
      if (stale) {
        e.getValue().close();
      }
      return stale;
    });
    return response;
  }

  /** The brokers that the last metadata named. */
  Map<Integer, Address> brokers() {
    return Map.copyOf(brokers);
  }

  /** The broker that coordinates a group. */
  int coordinator(String group) throws IOException, InterruptedException {
    return coordinator((byte) 0, group);
  }

  /** The broker that coordinates the transactions of a transactional id. */
  int transactionCoordinator(String transactionalId) throws IOException, InterruptedException {
    return coordinator((byte) 1, transactionalId);
  }

  private int coordinator(byte type, String key) throws IOException, InterruptedException {
    FindCoordinatorResponse found = any(FindCoordinatorRequest.API, version -> version >= 4
        ? new FindCoordinatorRequest().setKeyType(type).setCoordinatorKeys(List.of(key))
        : new FindCoordinatorRequest().setKeyType(type).setKey(key), new FindCoordinatorResponse());
    boolean many = !found.coordinators().isEmpty();
    Errors error = Errors.forCode(many ? found.coordinators().get(0).errorCode() : found.errorCode());
    if (error != Errors.NONE) {
      throw new IOException("the coordinator of " + key + " is not known: " + error);
    }
    int id = many ? found.coordinators().get(0).nodeId() : found.nodeId();
    if (!brokers.containsKey(id)) {
      brokers.put(id, many ? new Address(found.coordinators().get(0).host(), found.coordinators().get(0).port())
          : new Address(found.host(), found.port()));
    }
    return id;
  }

  /** Asks the first broker that answers. */
  <R extends Message> R any(Api api, Versioned request, R response) throws IOException, InterruptedException {
    IOException failure = null;
    List<Address> first = bootstrap.get();
    List<Address> all = Stream.concat(first.stream(), brokers.values().stream().filter(b -> !first.contains(b))).toList();
    for (Address address : all) {
      try {
        return ask(address, api, Short.MAX_VALUE, request, response, done -> done);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure == null ? new IOException("no broker is known") : failure;
  }

  /** Asks one broker. The answer has no records. */
  <R extends Message> R at(int broker, Api api, Versioned request, R response) throws IOException, InterruptedException {
    return at(broker, api, request, response, done -> done);
  }

  /** Asks one broker. @param use gets the answer, whose records are valid during the call */
  <R extends Message, T> T at(int broker, Api api, Versioned request, R response, Function<R, T> use)
      throws IOException, InterruptedException {
    return at(broker, api, Short.MAX_VALUE, request, response, use);
  }

  /** Asks one broker, in no higher version than the one given. */
  <R extends Message, T> T at(int broker, Api api, short highest, Versioned request, R response, Function<R, T> use)
      throws IOException, InterruptedException {
    Address address = brokers.get(broker);
    if (address == null) {
      throw new IOException("broker " + broker + " is not known");
    }
    return ask(address, api, highest, request, response, use);
  }

  private <R extends Message, T> T ask(Address address, Api api, int highest, Versioned request, R response, Function<R, T> use)
      throws IOException, InterruptedException {
    RemoteConnection connection = connection(address);
    short version = (short) Math.min(connection.version(api), Math.min(highest, HIGHEST.getOrDefault(api.name(), highest)));
    if (version < 0) {
      throw new IOException("the broker at " + address + " does not serve a known version of " + api.name());
    }
    try (RemoteConnection.Reply<R> reply = await(connection.send(api, version, request.of(version), response, TIMEOUT_MS))) {
      return use.apply(reply.message());
    } catch (IOException e) {
      connections.remove(address, connection);
      connection.close();
      throw e;
    }
  }

  private RemoteConnection connection(Address address) throws IOException, InterruptedException {
    RemoteConnection known = connections.get(address);
    if (known != null && !known.closed().toCompletableFuture().isDone()) {
      return known;
    }
    RemoteClient now = client.get();
    if (now == null) {
      throw new IOException("the bundle client is not active");
    }
    RemoteConnection opened = await(now.connect(new RemoteClient.Target(address.host(), address.port(), clientId, CONNECT_TIMEOUT_MS, 1,
        RESPONSE_BYTES_MAX, access.get())));
    connections.put(address, opened);
    return opened;
  }

  private static <T> T await(CompletionStage<T> stage) throws IOException, InterruptedException {
    try {
      return stage.toCompletableFuture().get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + 2 * TIMEOUT_MS + " ms", e);
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw cause instanceof IOException io ? io : new IOException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    connections.values().forEach(RemoteConnection::close);
    connections.clear();
  }
}
