package io.margay.replication.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.time.ManualTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Connects the handlers of several brokers without sockets: each message takes a millisecond, and brokers may be unreachable. */
final class SimulatedNetwork {
  private static final long DELAY_MS = 1;

  private final ManualTime time;
  private final Map<Integer, Consumer<FakeRequest>> brokers = new HashMap<>();
  private final Set<Integer> stopped = new HashSet<>();
  private final List<FakeRequest> atWork = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  /** Requests that were sent, for tests that count them. */
  int requests;

  SimulatedNetwork(ManualTime time) {
    this.time = time;
  }

  /** @param port of the broker's listener */
  void serve(int port, Consumer<FakeRequest> handler) {
    brokers.put(port, handler);
  }

  /** A broker's connections break, and it accepts no new ones. */
  void down(int port) {
    brokers.remove(port);
    disconnect(port);
  }

  /** A broker's connections break. */
  void disconnect(int port) {
    List.copyOf(connections).stream().filter(connection -> connection.to == port || connection.from == port)
        .forEach(Connection::close);
  }

  /** A broker stops without dying, or goes on: what it should get or send waits. */
  void stop(int port, boolean now) {
    if (now) {
      stopped.add(port);
    } else {
      stopped.remove(port);
      connections.stream().filter(connection -> connection.from == port).forEach(Connection::deliver);
    }
  }

  /** What handlers left to their event loops. */
  void pump() {
    for (FakeRequest request : List.copyOf(atWork)) {
      request.runLoop();
    }
    atWork.removeIf(FakeRequest::isAnswered);
  }

  /** The client of one broker. */
  RemoteClient client(int from) {
    return target -> {
      CompletableFuture<RemoteConnection> result = new CompletableFuture<>();
      time.after(DELAY_MS, () -> {
        if (brokers.containsKey(target.port()) && brokers.containsKey(from)) {
          Connection opened = new Connection(from, target.port());
          connections.add(opened);
          result.complete(opened);
        } else {
          result.completeExceptionally(new IOException("connection refused"));
        }
      });
      return result;
    };
  }

  private final class Connection implements RemoteConnection {
    private final int from;
    private final int to;
    private final ArrayDeque<Open<?>> open = new ArrayDeque<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    Connection(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public short version(Api api) {
      return api.highest();
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      FakeRequest arriving = new FakeRequest(api, request, version);
      Open<R> sent = new Open<>(arriving, response, version, new CompletableFuture<>());
      requests++;
      if (closed.isDone()) {
        sent.result.completeExceptionally(new IOException("closed"));
        return sent.result;
      }
      open.add(sent);
      time.after(DELAY_MS, () -> {
        if (!closed.isDone() && brokers.containsKey(to)) {
          atWork.add(arriving);
          arriving.bytes().whenComplete((bytes, failure) -> time.after(DELAY_MS, this::deliver));
          brokers.get(to).accept(arriving);
        }
      });
      return sent.result;
    }

    /** In the order of the requests. */
    private void deliver() {
      while (!closed.isDone() && !stopped.contains(from) && !stopped.contains(to) && !open.isEmpty() && open.peek().request.isAnswered()) {
        open.poll().answer();
      }
    }

    @Override
    public Executor executor() {
      return task -> time.after(0, task);
    }

    @Override
    public CompletionStage<Void> closed() {
      return closed;
    }

    @Override
    public void close() {
      if (closed.isDone()) {
        return;
      }
      connections.remove(this);
      closed.complete(null);
      for (Open<?> request; (request = open.poll()) != null;) {
        if (!request.request.isAnswered()) {
          request.request.cancel();
        }
        request.result.completeExceptionally(new IOException("closed"));
      }
    }
  }

  private record Open<R extends Message>(FakeRequest request, R response, short version,
      CompletableFuture<RemoteConnection.Reply<R>> result) {
    void answer() {
      if (request.closedBecause() != null) {
        result.completeExceptionally(new IOException(request.closedBecause()));
        return;
      }
      response.read(new MessageReader(request.bytes().join()), version);
      result.complete(new RemoteConnection.Reply<>() {
        @Override
        public R message() {
          return response;
        }

        @Override
        public void close() { }
      });
    }
  }
}
