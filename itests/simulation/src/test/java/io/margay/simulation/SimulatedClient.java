package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection.Reply;
import io.margay.spi.client.RemoteConnection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A client of one partition, as stock clients are: learns the leader from any broker, sends one request at a time, and after an error asks
 * again for the leader.
 */
abstract class SimulatedClient {
  private static final long PAUSE_MS = 50;
  private static final int TIMEOUT_MS = 3_000;
  private static final Set<Errors> RETRIABLE = EnumSet.of(Errors.NOT_LEADER_OR_FOLLOWER, Errors.NOT_ENOUGH_REPLICAS,
      Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND, Errors.REQUEST_TIMED_OUT, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_ID,
      Errors.LEADER_NOT_AVAILABLE, Errors.KAFKA_STORAGE_ERROR, Errors.FENCED_LEADER_EPOCH, Errors.UNKNOWN_LEADER_EPOCH,
      Errors.OFFSET_NOT_AVAILABLE, Errors.COORDINATOR_LOAD_IN_PROGRESS, Errors.COORDINATOR_NOT_AVAILABLE, Errors.NOT_COORDINATOR,
      Errors.NOT_CONTROLLER,
      // a leader that does not know yet that its topic is no mirror any more
      Errors.POLICY_VIOLATION);

  protected final World world;
  protected final Invariants invariants;
  protected final SimulatedProcess process;
  protected final TopicPartition tp;
  private final RemoteClient client;
  private final int nodes;
  private final Map<Integer, RemoteConnection> connections = new HashMap<>();
  protected UUID topicId;
  protected int leaderEpoch = -1;
  private int leader = -1;
  private boolean ended;

  SimulatedClient(SimulatedNetwork network, Machine machine, Invariants invariants, TopicPartition tp, int nodes) {
    this.world = network.world();
    this.invariants = invariants;
    this.process = new SimulatedProcess(world, machine);
    this.client = network.client(process);
    this.tp = tp;
    this.nodes = nodes;
  }

  /** Takes the next step; the leader is known. */
  abstract void proceed();

  void end() {
    ended = true;
  }

  boolean ended() {
    return ended;
  }

  final void next() {
    if (ended) {
      return;
    }
    if (leader < 0) {
      askForLeader();
    } else {
      proceed();
    }
  }

  /** After an error. */
  final void again(Errors error) {
    if (error != Errors.NONE && !RETRIABLE.contains(error)) {
      invariants.fail("a client that retries meets no fatal error", "%s got %s", this, error);
    }
    leader = -1;
    process.after(PAUSE_MS, this::next);
  }

  private void askForLeader() {
    int any = (int) world.random(1, nodes + 1);
    send(any, MetadataRequest.API, new MetadataRequest().setTopics(List.of(new MetadataRequestTopic().setName(tp.topic()))).setAllowAutoTopicCreation(false),
        new MetadataResponse(), response -> {
          var topic = response.topics().stream().filter(t -> tp.topic().equals(t.name())).findFirst().orElse(null);
          var found = topic == null ? null : topic.partitions().stream().filter(p -> p.partitionIndex() == tp.partition()).findFirst()
              .orElse(null);
          if (found == null || found.leaderId() < 0) {
            again(Errors.NONE);
            return;
          }
          topicId = topic.topicId();
          if (found.leaderEpoch() < leaderEpoch) {
            again(Errors.NONE);
            return;
          }
          leaderEpoch = found.leaderEpoch();
          leader = found.leaderId();
          next();
        });
  }

  <R extends Message> void toLeader(Api api, Message request, R response, Consumer<R> answered) {
    send(leader, api, request, response, answered);
  }

  <R extends Message> void toAny(Api api, Message request, R response, Consumer<R> answered) {
    send((int) world.random(1, nodes + 1), api, request, response, answered);
  }

  final <R extends Message> void send(int node, Api api, Message request, R response, Consumer<R> answered) {
    RemoteConnection connection = connections.get(node);
    if (connection != null) {
      short version = connection.version(api);
      connection.send(api, version, request, response, TIMEOUT_MS).whenComplete((reply, failure) -> {
        if (failure != null) {
          connection.close();
          connections.remove(node, connection);
          again(Errors.NONE);
          return;
        }
        try (Reply<R> read = reply) {
          answered.accept(read.message());
        }
      });
      return;
    }
    var endpoint = SimulatedNetwork.endpoint(node);
    client.connect(new RemoteClient.Target(endpoint.host(), endpoint.port(), "client", 1_000, 5, 1 << 20, Access.PLAINTEXT)).whenComplete((made, failure) -> {
      if (failure != null) {
        again(Errors.NONE);
      } else {
        connections.put(node, made);
        send(node, api, request, response, answered);
      }
    });
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + " " + process.id() + " of " + tp;
  }
}
