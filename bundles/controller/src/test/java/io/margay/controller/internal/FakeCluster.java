package io.margay.controller.internal;

import io.margay.controller.internal.session.BrokerHistory;
import io.margay.controller.internal.session.Heartbeats;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.CommandCodec;
import io.margay.controller.internal.state.MetadataStateMachine;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.message.BrokerHeartbeatRequest;
import io.margay.protocol.message.BrokerHeartbeatResponse;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import io.margay.spi.time.ManualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Nodes with a common metadata log, connections between them, and a clock that a test moves. One thread. */
final class FakeCluster {
  final ManualTime time = new ManualTime();
  final Map<Integer, Node> nodes = new TreeMap<>();
  private final List<byte[]> commands = new ArrayList<>();
  private int leader = -1;

  /** Starts a process of a node; {@code kept} says whether its logs are whole. */
  Node start(int id, boolean kept) {
    Node before = nodes.get(id);
    Node node = new Node(id, kept, before == null ? BrokerHistory.Entry.NONE : before.history);
    nodes.put(id, node);
    for (int i = 0; i < commands.size(); i++) {
      node.machine.apply(i, 0, commands.get(i));
    }
    node.machine.onLeader(leader, leader == id);
    node.publish();
    node.presence.sessions().onReachable(true);
    node.presence.advertise(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "node", 9000 + id)));
    return node;
  }

  /** The same for a node that has not seen the metadata yet, and finds nobody who leads it. */
  Node startBehind(int id) {
    Node node = new Node(id, true, nodes.get(id).history);
    node.presence.advertise(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "node", 9000 + id)));
    return node;
  }

  /** Another node leads the metadata log. */
  void lead(int id) {
    leader = id;
    living().forEach(n -> n.machine.onLeader(id, id == n.id));
    living().forEach(Node::publish);
  }

  List<Node> living() {
    return nodes.values().stream().filter(n -> n.alive).toList();
  }

  /** The process ends at once; its connections break. */
  void kill(int id) {
    Node node = nodes.get(id);
    node.alive = false;
    if (leader == id) {
      leader = -1;
    }
    List.copyOf(node.connections).forEach(Link::drop);
    living().forEach(n -> List.copyOf(n.connections).stream().filter(l -> l.to == node).forEach(Link::drop));
  }

  @SuppressWarnings("unchecked")
  <T> T propose(Command command) {
    long index = commands.size();
    byte[] bytes = CommandCodec.encode(command);
    commands.add(bytes);
    Object result = null;
    for (Node node : living()) {
      result = MetadataStateMachine.result(node.machine.apply(index, 0, bytes)).result();
    }
    living().forEach(Node::publish);
    return (T) result;
  }

  ClusterImage image() {
    return living().get(0).image;
  }

  /** A process of a node. */
  final class Node implements BrokerPresence.Node, MetadataLog, RemoteClient {
    final int id;
    final MetadataStateMachine machine;
    final BrokerPresence presence;
    final List<Link> connections = new ArrayList<>();
    final List<String> fatal = new ArrayList<>();
    final List<Command> proposed = new ArrayList<>();
    private final boolean kept;
    private BrokerHistory.Entry history;
    ClusterImage image = ClusterImage.EMPTY;
    boolean alive = true;
    /** Stopped for a while: it neither sends nor answers. */
    boolean paused;
    int connects;

    Node(int id, boolean kept, BrokerHistory.Entry history) {
      this.id = id;
      this.kept = kept;
      this.history = history;
      System.setProperty("margay.process.id", id + "-" + commands.size());
      FakeSettings settings = OtherSettings.known().nodeId(new BrokerId(id));
      this.presence = new BrokerPresence(this, settings, new BrokerPresence.Outside(time, time, this), this::propose);
      System.clearProperty("margay.process.id");
      this.machine = new MetadataStateMachine(() -> { }, presence);
    }

    private CompletionStage<Object> propose(Command command) {
      proposed.add(command);
      return leader < 0 || !alive ? CompletableFuture.failedFuture(new NotLeaderException("nobody leads"))
          : CompletableFuture.completedFuture(FakeCluster.this.propose(command));
    }

    private void publish() {
      MetadataStateMachine.Publication publication = paused ? null : machine.takePublication();
      if (publication != null) {
        image = publication.image();
        presence.onImage(image);
      }
    }

    void resume() {
      paused = false;
      publish();
    }

    @Override
    public RemoteClient client() {
      return this;
    }

    @Override
    public List<String> keptEngines() {
      return kept ? List.of("file") : List.of();
    }

    @Override
    public BrokerHistory.Entry before() {
      return history;
    }

    @Override
    public void onRegistered(BrokerHistory.Entry entry) {
      history = entry;
    }

    @Override
    public CompletionStage<Void> handOverLead(Predicate<BrokerId> active) {
      int next = living().stream().map(n -> n.id).filter(n -> n != id && active.test(new BrokerId(n))).findFirst().orElse(-1);
      if (next >= 0) {
        lead(next);
      }
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void fatal(String why) {
      fatal.add(why);
    }

    @Override
    public CompletionStage<RemoteConnection> connect(Target target) {
      connects++;
      Node to = nodes.get(target.port() - 9000);
      if (!alive || !to.alive) {
        return CompletableFuture.failedFuture(new IOException("refused"));
      }
      Link link = new Link(this, to);
      connections.add(link);
      return CompletableFuture.completedFuture(link);
    }

    @Override
    public boolean isLeader() {
      return leader == id;
    }

    @Override
    public int leaderId() {
      return leader;
    }

    @Override
    public String clusterId() {
      return "cluster";
    }

    @Override
    public void attach(StateMachine attached) {
      throw new UnsupportedOperationException("the cluster applies commands itself");
    }

    @Override
    public void detach(StateMachine detached) {
      throw new UnsupportedOperationException("the cluster applies commands itself");
    }

    @Override
    public CompletionStage<byte[]> propose(byte[] command) {
      throw new UnsupportedOperationException("the cluster applies commands itself");
    }
  }

  /** A connection. */
  final class Link implements RemoteConnection {
    private final Node from;
    final Node to;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final List<CompletableFuture<?>> open = new ArrayList<>();
    private final List<Runnable> broken = new ArrayList<>();

    Link(Node from, Node to) {
      this.from = from;
      this.to = to;
    }

    void drop() {
      close();
    }

    @Override
    public short version(Api api) {
      return 1;
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      CompletableFuture<Reply<R>> reply = new CompletableFuture<>();
      if (from.paused || to.paused || !from.alive || !to.alive) {
        return reply;
      }
      open.add(reply);
      BooleanSupplier gone = Heartbeats.receive(to.presence.sessions(), (BrokerHeartbeatRequest) request, answer -> {
        BrokerHeartbeatResponse into = (BrokerHeartbeatResponse) response;
        into.setErrorCode(answer.errorCode()).setShouldShutDown(answer.shouldShutDown()).setIsFenced(answer.isFenced());
        open.remove(reply);
        reply.complete(new Reply<>() {
          @Override
          public R message() {
            return response;
          }

          @Override
          public void close() {
            // nothing is pooled
          }
        });
      });
      broken.add(gone::getAsBoolean);
      return reply;
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
      if (!from.connections.remove(this)) {
        return;
      }
      if (to.alive) {
        List.copyOf(broken).forEach(Runnable::run);
      }
      if (from.alive) {
        List.copyOf(open).forEach(o -> o.completeExceptionally(new IOException("closed")));
        closed.complete(null);
      }
    }
  }

  /** @return whether a broker is fenced */
  boolean fenced(int id) {
    return image().brokers().get(new BrokerId(id)).fenced();
  }
}
