package io.margay.itests.cluster;

import io.margay.itests.Broker;
import io.margay.itests.Clients;
import io.margay.itests.Ports;
import io.margay.itests.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A cluster of brokers on the loopback interface, each a process of its own with a vote on the metadata. Their ids begin with 1. */
final class Nodes implements AutoCloseable {
  private static final Pattern QUORUM = Pattern.compile("\\s*\"[^\"]*(LogAppender|NettyRpcService-worker|StateMachineUpdater|LeaderElection|"
      + "FollowerState|PeerMap|quorum)");
  private static final int STACK_LINES = 14;
  private final List<Broker> brokers = new ArrayList<>();

  private final boolean secured = Secured.Switch.isOn();

  private Nodes() { }

  /** Brokers that serve. @param settings environment variables for each of them */
  static Nodes started(int count, Map<String, String> settings) {
    return started(count, id -> settings);
  }

  /** Brokers that serve. @param settings gives the environment variables for the broker with an id */
  static Nodes started(int count, IntFunction<Map<String, String>> settings) {
    Nodes nodes = new Nodes();
    List<Integer> ports = Ports.free(2 * count);
    String voters = IntStream.range(0, count).mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(i)).collect(Collectors.joining(","));
    for (int i = 0; i < count; i++) {
      Broker broker = Broker.prepare();
      Map<String, String> all = new HashMap<>(Map.of("KAFKA_NODE_ID", Integer.toString(i + 1), "KAFKA_CONTROLLER_QUORUM_VOTERS", voters,
          "KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:" + ports.get(count + i)));
      all.putAll(settings.apply(i + 1));
      (nodes.secured ? Secured.Settings.broker(all) : all).forEach(broker::with);
      nodes.brokers.add(broker);
    }
    try {
      nodes.startMissing();
      nodes.secure();
    } catch (RuntimeException e) {
      nodes.close();
      throw e;
    }
    return nodes;
  }

  private void secure() {
    if (secured) {
      Path trusted = Path.of(brokers.get(0).get("KAFKA_SSL_TRUSTSTORE_LOCATION"));
      Secured.Settings.allow(bootstrap(), trusted);
      for (Broker broker : brokers) {
        Clients.want(broker.bootstrap(), Secured.Settings.client(Secured.APP, trusted));
        awaitAcls(broker);
      }
    }
  }

  private static void awaitAcls(Broker broker) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!broker.shell("acl:list").output().contains("kafka-cluster")) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("a broker does not get the ACLs: " + broker.log());
      }
    }
  }

  /** Starts the brokers that have no process, at the same time, and waits until they serve. */
  void startMissing() {
    CompletableFuture.allOf(brokers.stream().filter(b -> !b.isAlive()).map(b -> CompletableFuture.runAsync(b::start, task -> new Thread(task).start()))
        .toArray(CompletableFuture[]::new)).join();
  }

  /** @param id from 1 */
  Broker node(int id) {
    return brokers.get(id - 1);
  }

  int size() {
    return brokers.size();
  }

  String bootstrap() {
    return brokers.stream().map(Broker::bootstrap).collect(Collectors.joining(","));
  }

  /** Sends a signal to a broker's process. @param name such as STOP or CONT */
  void signal(int id, String name) {
    Run.of(Map.of(), null, "kill", "-" + name, Long.toString(node(id).pid()));
  }

  /** What each broker says about the cluster, what its quorum does, and the ends of their log files, for the message of a failure. */
  String logs() {
    return IntStream.rangeClosed(1, size()).mapToObj(id -> "--- node " + id + "\n" + view(id) + quorumThreads(id) + lastLines(node(id).log()))
        .collect(Collectors.joining("\n"));
  }

  /** The threads of the metadata quorum that do anything. */
  private String quorumThreads(int id) {
    if (!node(id).isAlive()) {
      return "";
    }
    String all = Run.of(Map.of(), null, "timeout", "10", Path.of(System.getProperty("java.home"), "bin/jstack").toString(),
        Long.toString(node(id).pid())).output();
    return Stream.of(all.split("\n\n")).filter(stack -> QUORUM.matcher(stack).lookingAt() && !stack.contains("EPoll.wait"))
        .map(stack -> stack.lines().limit(STACK_LINES).collect(Collectors.joining("\n", "", "\n"))).collect(Collectors.joining());
  }

  private String view(int id) {
    if (!node(id).isAlive()) {
      return "has no process\n";
    }
    return shell(id, "cluster:status") + shell(id, "partition:list") + shell(id, "quorum:status");
  }

  /** A broker that is stopped does not answer. */
  private String shell(int id, String command) {
    return Run.of(Map.of("MARGAY_DATA", node(id).data().toString()), null, "timeout", "10",
        Broker.HOME.resolve("bin/margay").toString(), "shell", command).output();
  }

  private static String lastLines(String log) {
    List<String> lines = log.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
  }

  @Override
  public void close() {
    brokers.forEach(broker -> Clients.forget(broker.bootstrap()));
    brokers.forEach(Broker::close);
  }
}
