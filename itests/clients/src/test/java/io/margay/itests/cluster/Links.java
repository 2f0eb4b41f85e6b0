package io.margay.itests.cluster;

import io.margay.itests.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The network between the nodes of a cluster on one machine, which can be cut in each direction between two of them. Clients are not
 * affected.
 *
 * <p>Node j has the name {@code node-j}. Node i has a hosts file of its own, where this name stands for the address {@code 127.0.i.j}.
 * There a relay accepts connections from i to j, and passes bytes to {@code 127.0.0.1}, where j listens on the same port. A direction
 * that is cut loses nothing: what is sent waits until the network is healed, as with a real one that sends lost packets again. New
 * connections are accepted meanwhile, and nothing comes through them. Needs Linux, where all of 127.0.0.0/8 is the machine itself.
 */
final class Links implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final int BUFFER_BYTES = 1 << 16;

  /** A direction. */
  private record Way(int from, int to) {
    Way back() {
      return new Way(to, from);
    }
  }

  private final int nodes;
  private final List<Integer> quorumPorts;
  private final List<Integer> peerPorts;
  private final List<Integer> clientPorts;
  private final Map<Integer, Path> hosts = new HashMap<>();
  private final Set<Way> cut = new HashSet<>();
  private final Set<ServerSocket> servers = ConcurrentHashMap.newKeySet();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private boolean closed;

  Links(int nodes) throws IOException {
    this.nodes = nodes;
    List<Integer> ports = Ports.free(3 * nodes);
    this.quorumPorts = ports.subList(0, nodes);
    this.peerPorts = ports.subList(nodes, 2 * nodes);
    this.clientPorts = ports.subList(2 * nodes, 3 * nodes);
    for (int from = 1; from <= nodes; from++) {
      hosts.put(from, writeHosts(from));
      for (int to = 1; to <= nodes; to++) {
        if (from != to) {
          listen(new Way(from, to), quorumPorts.get(to - 1));
          listen(new Way(from, to), peerPorts.get(to - 1));
        }
      }
    }
  }

  private Path writeHosts(int self) throws IOException {
    String peers = IntStream.rangeClosed(1, nodes).filter(node -> node != self).mapToObj(node -> "127.0." + self + "." + node + " node-" + node
        + "\n").collect(Collectors.joining());
    Path file = Files.createTempFile(Files.createDirectories(Path.of(System.getProperty("work.dir"))), "hosts", ".txt");
    return Files.writeString(file, "127.0.0.1 localhost node-" + self + " " + InetAddress.getLocalHost().getHostName() + "\n" + peers);
  }

  /** Environment variables with which a node reaches the others through here. */
  Map<String, String> settings(int node) {
    String listeners = "PLAINTEXT://127.0.0.1:" + clientPorts.get(node - 1) + ",PEER://node-" + node + ":" + peerPorts.get(node - 1);
    return Map.of("KAFKA_LISTENERS", listeners, "KAFKA_ADVERTISED_LISTENERS", listeners,
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,PEER:PLAINTEXT", "KAFKA_INTER_BROKER_LISTENER_NAME", "PEER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS", IntStream.rangeClosed(1, nodes).mapToObj(id -> id + "@node-" + id + ":" + quorumPorts.get(id - 1))
            .collect(Collectors.joining(",")), "MARGAY_OPTS", "-Djdk.net.hosts.file=" + hosts.get(node));
  }

  /** Nothing comes from one node to another until it is healed. */
  synchronized void cut(int from, int to) {
    cut.add(new Way(from, to));
  }

  /** Nothing comes from a node to any other one, and nothing to it. */
  void isolate(int node) {
    for (int other = 1; other <= nodes; other++) {
      cut(node, other);
      cut(other, node);
    }
  }

  synchronized void heal() {
    cut.clear();
    notifyAll();
  }

  private synchronized boolean awaitOpen(Way way) throws InterruptedException {
    while (!closed && cut.contains(way)) {
      wait();
    }
    return !closed;
  }

  private void listen(Way way, int port) throws IOException {
    ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, (byte) way.from, (byte) way.to}));
    servers.add(server);
    run("accept", () -> accept(server, way, port));
  }

  private static void run(String what, Runnable task) {
    Thread thread = new Thread(task, "links-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(ServerSocket server, Way way, int port) {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        sockets.add(near);
        run("connect", () -> connect(near, way, port));
      } catch (IOException e) {
        // closed
      }
    }
  }

  private void connect(Socket near, Way way, int port) {
    try {
      if (awaitOpen(way)) {
        Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(far);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        run("pass", () -> pass(near, far, way));
        pass(far, near, way.back());
      }
    } catch (IOException e) {
      // nobody listens there
      close(near);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void pass(Socket from, Socket to, Way way) {
    try {
      copy(from, to, way);
      // the end of a connection is not noticed either while the way is cut
      awaitOpen(way);
      close(from);
      close(to);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void copy(Socket from, Socket to, Way way) throws InterruptedException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0 && awaitOpen(way); n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      awaitOpen(way.back());
    }
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    for (ServerSocket server : servers) {
      server.close();
    }
    sockets.forEach(this::close);
    for (Path file : hosts.values()) {
      Files.delete(file);
    }
  }
}
