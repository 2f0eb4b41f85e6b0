package io.margay.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.UUID;

/**
 * The nodes of a cluster on this machine: chosen at the first start, kept in a file, and the same at each later start.
 *
 * @param directory where the file and the directories of the nodes are
 * @param clusterId the cluster's id
 * @param nodes the nodes, with ids from 1
 */
record ClusterPlan(Path directory, String clusterId, List<Node> nodes) {
  /** More nodes would only have more copies of the metadata to wait for; the others follow. */
  static final int MAX_VOTERS = 3;
  static final int MAX_NODES = 9;
  private static final String FILE = "cluster.properties";
  private static final String HOST = "127.0.0.1";
  private static final int FIRST_PORT = 9092;
  private static final int PORTS_TRIED = 1000;

  /**
   * A node.
   *
   * @param id its node id
   * @param port its port for clients
   * @param quorumPort its port for the other nodes' metadata
   */
  record Node(int id, int port, int quorumPort) {
    String address() {
      return HOST + ":" + port;
    }
  }

  /** The plan of the directory of this layout, null when there is none. */
  static ClusterPlan load(Layout layout) throws IOException {
    Path directory = layout.data().resolve("cluster");
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    }
    List<Node> nodes = new ArrayList<>();
    try {
      int count = Integer.parseInt(properties.getProperty("nodes", ""));
      for (int id = 1; id <= count; id++) {
        nodes.add(new Node(id, Integer.parseInt(properties.getProperty("node." + id + ".port", "")),
            Integer.parseInt(properties.getProperty("node." + id + ".quorum.port", ""))));
      }
    } catch (NumberFormatException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
    return new ClusterPlan(directory, properties.getProperty("cluster.id"), nodes);
  }

  /** Chooses ports that are free now, a new id, and writes the file. */
  static ClusterPlan create(Layout layout, int count) throws IOException {
    Path directory = Files.createDirectories(layout.data().resolve("cluster"));
    UUID id = UUID.randomUUID();
    byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array();
    List<Node> nodes = new ArrayList<>();
    List<Integer> ports = freePorts(2 * count);
    for (int i = 0; i < count; i++) {
      nodes.add(new Node(i + 1, ports.get(i), ports.get(count + i)));
    }
    ClusterPlan plan = new ClusterPlan(directory, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), nodes);
    Properties properties = new Properties();
    properties.setProperty("cluster.id", plan.clusterId);
    properties.setProperty("nodes", Integer.toString(count));
    for (Node node : nodes) {
      properties.setProperty("node." + node.id + ".port", Integer.toString(node.port));
      properties.setProperty("node." + node.id + ".quorum.port", Integer.toString(node.quorumPort));
    }
    try (OutputStream out = Files.newOutputStream(directory.resolve(FILE))) {
      properties.store(out, "The nodes of bin/margay cluster. Without this file, a new cluster is made.");
    }
    return plan;
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<Integer> free = new ArrayList<>();
    for (int port = FIRST_PORT; free.size() < count && port < FIRST_PORT + PORTS_TRIED; port++) {
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
        free.add(socket.getLocalPort());
      } catch (IOException e) {
        // in use: the next one
      }
    }
    if (free.size() < count) {
      throw new IOException("found only " + free.size() + " of " + count + " free ports from " + FIRST_PORT + " on");
    }
    return free;
  }

  /** The data directory of a node, with this home. */
  Layout layout(Layout ours, Node node) {
    return new Layout(ours.home(), directory.resolve("node-" + node.id));
  }

  /** The variables that make a process this node. */
  Map<String, String> environment(Node node) {
    StringJoiner voters = new StringJoiner(",");
    nodes.stream().limit(MAX_VOTERS).forEach(n -> voters.add(n.id + "@" + HOST + ":" + n.quorumPort));
    Map<String, String> variables = new HashMap<>();
    variables.put("MARGAY_DATA", directory.resolve("node-" + node.id).toString());
    variables.put("KAFKA_NODE_ID", Integer.toString(node.id));
    variables.put("KAFKA_LISTENERS", "PLAINTEXT://" + node.address());
    variables.put("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://" + node.address());
    variables.put("KAFKA_CONTROLLER_QUORUM_VOTERS", voters.toString());
    variables.put("MARGAY_QUORUM_LISTENER", HOST + ":" + node.quorumPort);
    variables.put("CLUSTER_ID", clusterId);
    return variables;
  }
}
