package io.margay.simulation;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.message.FetchRequest;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Plants {@link Flaw#NO_EPOCH_CHECK}: takes the leader epochs out of all fetches. */
record EpochlessClient(RemoteClient client) implements RemoteClient {
  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    return client.connect(target).thenApply(Epochless::new);
  }

  private record Epochless(RemoteConnection connection) implements RemoteConnection {
    @Override
    public short version(Api api) {
      return connection.version(api);
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      if (request instanceof FetchRequest fetch) {
        fetch.topics().forEach(topic -> topic.partitions().forEach(p -> p.setCurrentLeaderEpoch(-1).setLastFetchedEpoch(-1)));
      }
      return connection.send(api, version, request, response, timeoutMs);
    }

    @Override
    public Executor executor() {
      return connection.executor();
    }

    @Override
    public CompletionStage<Void> closed() {
      return connection.closed();
    }

    @Override
    public void close() {
      connection.close();
    }
  }
}
