package io.margay.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Several brokers on this machine that form a cluster, each a process with a data directory of its own: up, status, down, kill. */
final class LocalCluster {
  private static final int DEFAULT_NODES = 3;
  private static final int NOT_RUNNING = 3;
  private static final Pattern LEADER = Pattern.compile("(?m)^Leader: +(\\d+)");

  private final Layout layout;

  private LocalCluster(Layout layout) {
    this.layout = layout;
  }

  /**
   * Runs one of the commands; each prints lines like those for a single broker.
   *
   * @param words what follows {@code cluster} on the command line, checked by {@link CommandLine}
   * @return the exit code
   */
  static int run(Layout layout, String words) throws IOException, InterruptedException {
    String[] word = words.split(" ");
    LocalCluster cluster = new LocalCluster(layout);
    if (word[0].equals("up")) {
      return cluster.up(word.length == 1 ? 0 : Integer.parseInt(word[1]));
    }
    ClusterPlan plan = ClusterPlan.load(layout);
    if (plan == null) {
      System.out.println("There is no cluster in " + layout.data().resolve("cluster"));
      return word[0].equals("status") ? NOT_RUNNING : 0;
    }
    return switch (word[0]) {
      case "status" -> cluster.status(plan);
      case "down" -> cluster.down(plan);
      default -> cluster.kill(plan, Integer.parseInt(word[1]));
    };
  }

  /** Starts the nodes that do not run, all at once: a node is ready only when a majority of the voters runs. */
  private int up(int count) throws IOException, InterruptedException {
    ClusterPlan plan = ClusterPlan.load(layout);
    if (plan == null) {
      plan = ClusterPlan.create(layout, count == 0 ? DEFAULT_NODES : count);
      System.out.println("New cluster " + plan.clusterId() + " in " + plan.directory());
    } else if (count != 0 && count != plan.nodes().size()) {
      System.err.println("margay: the cluster in " + plan.directory() + " has " + plan.nodes().size() + " nodes; for another number, stop it"
          + " and remove that directory, or set another MARGAY_DATA");
      return 1;
    }
    List<Background.Started> started = new ArrayList<>();
    for (ClusterPlan.Node node : plan.nodes()) {
      OptionalLong owner = owner(plan, node);
      if (owner.isPresent()) {
        System.out.println("Node " + node.id() + " is already running, process " + owner.getAsLong());
      } else {
        started.add(Background.spawn(plan.layout(layout, node), "Node " + node.id() + ": ", plan.environment(node)));
      }
    }
    int code = 0;
    for (Background.Started node : started) {
      code = Math.max(code, node.awaitReady());
    }
    return code;
  }

  private int status(ClusterPlan plan) throws IOException, InterruptedException {
    int running = 0;
    System.out.println("Cluster " + plan.clusterId() + " in " + plan.directory());
    for (ClusterPlan.Node node : plan.nodes()) {
      OptionalLong owner = owner(plan, node);
      running += owner.isPresent() ? 1 : 0;
      System.out.println("Node " + node.id() + (owner.isPresent()
          ? " runs, process " + owner.getAsLong() + ", on " + node.address() + ", metadata leader " + leader(plan, node) : " does not run"));
    }
    return running == plan.nodes().size() ? 0 : NOT_RUNNING;
  }

  /** The leader of the metadata, as this node says. */
  private String leader(ClusterPlan plan, ClusterPlan.Node node) throws InterruptedException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try {
      SocketChannel channel = ShellClient.connect(plan.layout(layout, node), () -> owner(plan, node).isPresent());
      ShellClient.execute(channel, "quorum:status", InputStream.nullInputStream(), output, OutputStream.nullOutputStream());
    } catch (IOException e) {
      return "unknown (" + e.getMessage() + ")";
    }
    Matcher leader = LEADER.matcher(output.toString(StandardCharsets.UTF_8));
    return leader.find() ? leader.group(1) : "unknown";
  }

  /** All are asked to stop before any is waited for. */
  private int down(ClusterPlan plan) throws IOException, InterruptedException {
    Map<Integer, Long> processes = new TreeMap<>();
    for (ClusterPlan.Node node : plan.nodes()) {
      owner(plan, node).ifPresent(pid -> {
        processes.put(node.id(), pid);
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
      });
    }
    int code = 0;
    for (ClusterPlan.Node node : plan.nodes()) {
      Long pid = processes.get(node.id());
      if (pid == null) {
        System.out.println("Node " + node.id() + " does not run");
      } else {
        code = Math.max(code, Background.stop(pid, "Node " + node.id() + ": "));
      }
    }
    return code;
  }

  /** As a crash does it: the process ends at once, and writes nothing. */
  private int kill(ClusterPlan plan, int id) throws IOException {
    ClusterPlan.Node node = plan.nodes().stream().filter(n -> n.id() == id).findFirst().orElse(null);
    if (node == null) {
      System.err.println("margay: the cluster has no node " + id);
      return 1;
    }
    OptionalLong owner = owner(plan, node);
    if (owner.isEmpty()) {
      System.out.println("Node " + id + " does not run");
      return 0;
    }
    ProcessHandle.of(owner.getAsLong()).ifPresent(process -> {
      process.destroyForcibly();
      process.onExit().join();
    });
    System.out.println("Node " + id + " killed, process " + owner.getAsLong());
    return 0;
  }

  private OptionalLong owner(ClusterPlan plan, ClusterPlan.Node node) throws IOException {
    return InstanceLock.owner(plan.layout(layout, node).pidFile());
  }
}
