package io.margay.simulation;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.OffsetFetchResponse;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Connects a node with its own cluster and with the other one, whose brokers it shows under other names. Plants flaws into what the other one
 * says.
 */
final class LinkClient implements RemoteClient {
  private static final String FAR = "far-";

  private final RemoteClient own;
  private final RemoteClient other;
  private final LinkFlaw flaw;

  LinkClient(RemoteClient own, RemoteClient other, LinkFlaw flaw) {
    this.own = own;
    this.other = other;
    this.flaw = flaw;
  }

  /** Where brokers of the other cluster listen. */
  static String bootstrap(int nodes) {
    StringBuilder text = new StringBuilder();
    for (int node = 1; node <= nodes; node++) {
      var endpoint = SimulatedNetwork.endpoint(node);
      text.append(node == 1 ? "" : ",").append(FAR).append(endpoint.host()).append(':').append(endpoint.port());
    }
    return text.toString();
  }

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    boolean far = target.host().startsWith(FAR);
    Target real = !far ? target : new Target(target.host().substring(FAR.length()), target.port(), target.clientId(), target.connectTimeoutMs(),
        target.maxInFlight(), target.maxResponseBytes(), target.access());
    return Awaited.of((far ? other : own).connect(real).thenApply(connection -> new Connection(connection, far)));
  }

  private final class Connection implements RemoteConnection {
    private final RemoteConnection connection;
    private final boolean far;

    Connection(RemoteConnection connection, boolean far) {
      this.connection = connection;
      this.far = far;
    }

    @Override
    public short version(Api api) {
      return connection.version(api);
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      return Awaited.of(connection.send(api, version, request, response, timeoutMs).thenApply(reply -> {
        if (far) {
          change(reply.message());
        }
        return reply;
      }));
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

  private void change(Message message) {
    if (message instanceof MetadataResponse metadata) {
      metadata.brokers().forEach(broker -> broker.setHost(FAR + broker.host()));
      if (flaw == LinkFlaw.FOREIGN_SOURCE) {
        metadata.topics().forEach(topic -> topic.setTopicId(new UUID(1, 1)));
      }
    } else if (message instanceof DescribeConfigsResponse configs && flaw == LinkFlaw.LOOPS) {
      configs.results().forEach(result -> result.configs().removeIf(config -> config.name().startsWith("margay.mirror.")));
    } else if (message instanceof OffsetFetchResponse offsets && flaw == LinkFlaw.SHIFTED_OFFSETS) {
      offsets.groups().forEach(group -> group.topics().forEach(topic -> topic.partitions().forEach(p -> p.setCommittedOffset(
          p.committedOffset() + 1))));
    }
  }
}
