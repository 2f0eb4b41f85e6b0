package io.margay.audit.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.audit.AuditSink;
import io.margay.spi.client.Access;
import io.margay.spi.client.LocalClient;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.Principal;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Events as records of the topic {@value #TOPIC}, acknowledged by all replicas in sync. The topic is created when the first event is written. All events
 * of a node are in one partition, so they keep their order. They are written to the leader, wherever it is: in process, or over the listener between
 * brokers. A batch whose answer is lost may be written twice; its lines have the same node and seq.
 */
final class TopicSink implements AuditSink, AutoCloseable {
  static final String NAME = "topic";
  static final String TOPIC = "__margay_audit";
  /** The client id that may write to topics of the server. */
  private static final String CLIENT_ID = "__admin_client";
  private static final int TIMEOUT_MS = 10_000;
  private static final int RESPONSE_BYTES_MAX = 1 << 20;

  /** What comes and goes; each may give null. */
  record Services(Supplier<LocalClient> local, Supplier<RemoteClient> remote, Supplier<Controller> controller, Supplier<ClusterImage> image) { }

  private final NodeSettings settings;
  private final Services services;
  /** To the leader, when that is another broker; guarded by this. */
  private CompletableFuture<RemoteConnection> connection;
  private RemoteClient.Target connectedTo;

  TopicSink(NodeSettings settings, Services services) {
    this.settings = settings;
    this.services = services;
  }

  @Override
  public CompletionStage<Void> write(List<Line> lines) {
    try {
      TopicImage topic = services.image().get().topic(TOPIC);
      if (topic == null) {
        return create().thenCompose(TopicSink::created);
      }
      if (!topic.internal()) {
        throw new IOException("there is a topic " + TOPIC + " that does not belong to the server; delete it, and another one is created");
      }
      int partition = settings.nodeId().value() % topic.partitions().size();
      BrokerId leader = topic.partitions().get(partition).leader();
      Supplier<ProduceRequest> request = () -> new ProduceRequest().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS).setTopicData(List.of(
          new ProduceRequest.TopicProduceData().setName(TOPIC).setTopicId(topic.id()).setPartitionData(List.of(
              new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(records(lines))))));
      return send(leader, request).thenCompose(TopicSink::check);
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private BufferRecords records(List<Line> lines) {
    byte[] key = Integer.toString(settings.nodeId().value()).getBytes(StandardCharsets.UTF_8);
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      lines.forEach(line -> builder.append(line.event().timeMs(), key, line.json(), List.of()));
      return new BufferRecords(builder.build());
    }
  }

  private CompletionStage<Errors> create() throws IOException {
    Controller controller = services.controller().get();
    if (controller == null) {
      throw new IOException("the controller is not there");
    }
    int brokers = (int) services.image().get().brokers().values().stream().filter(BrokerImage::active).count();
    int replicas = Math.max(1, Math.min(settings.get(SinkSettings.MARGAY_AUDIT_TOPIC_REPLICATION_FACTOR), brokers));
    return controller.createTopic(TOPIC, settings.get(SinkSettings.MARGAY_AUDIT_TOPIC_PARTITIONS), replicas, Map.of("cleanup.policy", "delete",
        "retention.ms", Long.toString(settings.get(SinkSettings.MARGAY_AUDIT_TOPIC_RETENTION_MS)), "retention.bytes",
        Long.toString(settings.get(SinkSettings.MARGAY_AUDIT_TOPIC_RETENTION_BYTES))), true);
  }

  /** Writes again in either case: the topic is there a moment later. */
  private static CompletionStage<Void> created(Errors error) {
    return CompletableFuture.failedFuture(new IOException(error == Errors.NONE || error == Errors.TOPIC_ALREADY_EXISTS
        ? "the topic " + TOPIC + " has just been created" : "the topic " + TOPIC + " cannot be created: " + text(error)));
  }

  private static String text(Errors error) {
    return error.message() + " (" + error.name() + ")";
  }

  /** @param request is made when it can be sent, because it has buffers */
  private CompletionStage<ProduceResponse> send(BrokerId leader, Supplier<ProduceRequest> request) throws IOException {
    if (leader.equals(settings.nodeId())) {
      LocalClient local = services.local().get();
      if (local == null) {
        throw new IOException("the server is not there");
      }
      return local.as(new LocalClient.Caller(new Principal("Service", "audit"), InetAddress.getLoopbackAddress(), CLIENT_ID, true))
          .send(ProduceRequest.API, request.get(), new ProduceResponse());
    }
    return connect(leader).thenCompose(to -> to.send(ProduceRequest.API, to.version(ProduceRequest.API), request.get(), new ProduceResponse(), 2L * TIMEOUT_MS)
        .thenApply(reply -> {
          try (reply) {
            return reply.message();
          }
        }));
  }

  private synchronized CompletionStage<RemoteConnection> connect(BrokerId leader) throws IOException {
    RemoteClient remote = services.remote().get();
    BrokerImage broker = leader.value() < 0 ? null : services.image().get().brokers().get(leader);
    Endpoint to = broker == null ? null : endpoint(broker);
    if (remote == null || to == null) {
      throw new IOException("the leader of " + TOPIC + " cannot be reached");
    }
    RemoteClient.Target target =
        new RemoteClient.Target(to.host(), to.port(), CLIENT_ID, TIMEOUT_MS, 2, RESPONSE_BYTES_MAX, Access.of(to));
    if (connection == null || connection.isCompletedExceptionally() || !target.equals(connectedTo)) {
      close();
      CompletableFuture<RemoteConnection> opening = remote.connect(target).toCompletableFuture();
      connection = opening;
      connectedTo = target;
      opening.thenAccept(open -> open.closed().whenComplete((closed, e) -> forget(opening)));
    }
    return connection;
  }

  private Endpoint endpoint(BrokerImage broker) {
    Setting<?> definition = settings.definition(Setting.Scope.BROKER, "inter.broker.listener.name");
    Object listener = definition == null ? null : settings.get(definition);
    return listener != null ? broker.endpoint(listener.toString()) : broker.endpoints().isEmpty() ? null : broker.endpoints().get(0);
  }

  private synchronized void forget(CompletableFuture<RemoteConnection> closed) {
    if (connection == closed) {
      connection = null;
    }
  }

  private static CompletionStage<Void> check(ProduceResponse response) {
    int[] code = new int[1];
    response.forEachError(c -> code[0] = c);
    if (code[0] == 0 && !response.responses().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.failedFuture(new IOException("writing to " + TOPIC + " failed: "
        + (code[0] == 0 ? "the answer says nothing about it" : text(Errors.forCode((short) code[0])))));
  }

  @Override
  public synchronized void close() {
    if (connection != null) {
      connection.thenAccept(RemoteConnection::close);
      connection = null;
    }
  }
}
