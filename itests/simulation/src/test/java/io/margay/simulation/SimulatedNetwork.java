package io.margay.simulation;

import io.margay.model.Endpoint;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.handler.ApiHandler;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Connects processes: datagrams, which may be late, lost, doubled or out of order, for the metadata quorum; and connections, which are as
 * those of TCP: what is sent arrives in order or not at all. A direction between two machines may be blocked.
 */
final class SimulatedNetwork {
  static final String LISTENER = "PLAINTEXT";
  private static final int FIRST_PORT = 9000;
  private static final long LATE_MICROS = 200_000;

  private final World world;
  private final Map<Integer, Machine> machines = new HashMap<>();
  private final Map<Integer, Server> servers = new HashMap<>();
  private final Set<String> blocked = new TreeSet<>();
  private final List<SimulatedConnection> connections = new ArrayList<>();
  /** Of the cluster that it connects. */
  String clusterId = "AAAAAAAAAAAAAAAAAAAAAQ";
  /** What a message takes at most. */
  long delayMicros = 1_500;
  /** How many of a thousand datagrams are overtaken by others. */
  int latePerMille;
  /** Is told of each vote, before it is synced. */
  IntConsumer whenVoted = node -> { };
  /** How many of a thousand datagrams are lost, and as many are doubled. */
  int lossPerMille;

  /** A process that serves requests. */
  private record Server(SimulatedProcess process, Map<Short, ApiHandler> handlers, Consumer<Consumer<SimulatedQuorum>> quorum) { }

  SimulatedNetwork(World world) {
    this.world = world;
  }

  World world() {
    return world;
  }

  void add(Machine machine) {
    machines.put(machine.id, machine);
  }

  static Endpoint endpoint(int node) {
    return new Endpoint(LISTENER, LISTENER, "node" + node, FIRST_PORT + node);
  }

  /** A process takes requests from now on, until it ends. */
  void serve(SimulatedProcess process, Map<Short, ApiHandler> handlers, Consumer<Consumer<SimulatedQuorum>> quorum) {
    servers.put(process.id(), new Server(process, handlers, quorum));
    process.whenDead(() -> servers.remove(process.id()));
  }

  ApiHandler handler(SimulatedProcess process, short api) {
    Server server = servers.get(process.id());
    ApiHandler handler = server == null || server.process != process ? null : server.handlers.get(api);
    if (handler == null) {
      throw new IllegalStateException("nobody serves " + api + " on " + process.id());
    }
    return handler;
  }

  void block(int from, int to, boolean now) {
    String direction = from + ">" + to;
    if (now) {
      blocked.add(direction);
    } else {
      blocked.remove(direction);
    }
  }

  void calm() {
    lossPerMille = 0;
    delayMicros = 1_500;
  }

  void heal() {
    blocked.clear();
    latePerMille = 0;
    calm();
  }

  boolean blocked(int from, int to) {
    return blocked.contains(from + ">" + to);
  }

  long delay() {
    return world.random(100, delayMicros);
  }

  /** Sends to the part in the quorum that another node has. */
  void datagram(SimulatedProcess from, int to, Consumer<SimulatedQuorum> message) {
    int copies = world.chance(lossPerMille) ? 0 : world.chance(lossPerMille) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      long late = world.chance(latePerMille) ? world.random(0, LATE_MICROS) : 0;
      world.after(delay() + late, () -> {
        Server server = servers.get(to);
        if (server != null && !blocked(from.id(), to)) {
          server.process.run(0, () -> server.quorum.accept(message));
        }
      });
    }
  }

  /** The client of one process. */
  RemoteClient client(SimulatedProcess from) {
    return target -> {
      CompletableFuture<io.margay.spi.client.RemoteConnection> result = new CompletableFuture<>();
      int to = target.port() - FIRST_PORT;
      long outMicros = delay();
      long backMicros = delay();
      world.after(outMicros, () -> {
        Machine machine = machines.get(to);
        if (!machine.up || blocked(from.id(), to) || blocked(to, from.id())) {
          from.run(target.connectTimeoutMs() * 1000L, () -> fail(result, new IOException("cannot reach " + target)));
          return;
        }
        Server server = servers.get(to);
        if (server == null) {
          from.run(backMicros, () -> fail(result, new ConnectException("connection refused by " + target)));
          return;
        }
        if (!from.alive()) {
          return;
        }
        SimulatedConnection opened = new SimulatedConnection(this, from, server.process, target);
        connections.add(opened);
        from.run(backMicros, () -> result.complete(opened));
      });
      return result;
    };
  }

  private static void fail(CompletableFuture<?> result, IOException why) {
    result.completeExceptionally(why);
  }

  void closed(SimulatedConnection connection) {
    connections.remove(connection);
  }

  /** A process has ended, and its machine says so to all that it was connected with; or the machine has, which says nothing. */
  void ended(SimulatedProcess process) {
    for (SimulatedConnection connection : List.copyOf(connections)) {
      connection.ended(process);
    }
  }
}
