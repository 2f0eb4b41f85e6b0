package io.margay.shell.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Connects to fake brokers, by host; what is not there refuses the connection. */
final class FakeRemote implements RemoteClient {
  final Map<String, FakeBroker> brokers = new HashMap<>();
  final List<Connection> connections = new ArrayList<>();
  /** Replies that were not given back. */
  int repliesOpen;

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    FakeBroker broker = brokers.get(target.host());
    if (broker == null) {
      return CompletableFuture.failedFuture(new IOException("cannot connect to " + target + ": connection refused"));
    }
    Connection connection = new Connection(broker);
    connections.add(connection);
    return CompletableFuture.completedFuture(connection);
  }

  /** A connection to one of them. */
  final class Connection implements RemoteConnection {
    private final FakeBroker broker;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    Connection(FakeBroker broker) {
      this.broker = broker;
    }

    @Override
    public short version(Api api) {
      return broker.missing.contains(api.key()) ? -1 : api.highest();
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      if (closed.isDone()) {
        return CompletableFuture.failedFuture(new IOException("the connection is closed"));
      }
      return broker.send(api, request, response).thenApply(answer -> {
        repliesOpen++;
        return new Reply<R>() {
          @Override
          public R message() {
            return answer;
          }

          @Override
          public void close() {
            repliesOpen--;
          }
        };
      });
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public CompletionStage<Void> closed() {
      return closed;
    }

    @Override
    public void close() {
      closed.complete(null);
    }
  }
}
