package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import io.margay.itests.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kafka's tools for clusters, and the shell's, on four brokers. */
@Secured
class ClusterToolsIT {
  private static final String REASSIGN = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
  private static final String QUORUM = "org.apache.kafka.tools.MetadataQuorumCommand";
  private static final String ELECT = "org.apache.kafka.tools.LeaderElectionCommand";
  private static final String LOG_DIRS = "org.apache.kafka.tools.LogDirsCommand";
  private static final String CLUSTER = "org.apache.kafka.tools.ClusterTool";
  private static final String LEADERS = "leader.replication.throttled.replicas";
  private static final String FOLLOWERS = "follower.replication.throttled.replicas";
  private static final String LEADER_RATE = "leader.replication.throttled.rate";
  private static final int RECORD_BYTES = 10_000;
  private static final int FAT_BYTES = 8_000_000;

  private static Nodes nodes;
  private static ClusterView view;

  @BeforeAll
  static void start() {
    nodes = Nodes.started(4, Map.of());
    view = new ClusterView(nodes);
  }

  @BeforeEach
  void startAll() {
    nodes.startMissing();
    view.awaitAllBrokers();
  }

  @AfterAll
  static void stop() {
    if (view != null) {
      view.close();
    }
    nodes.close();
  }

  private static Run tool(String mainClass, String... args) {
    List<String> all = new ArrayList<>(List.of("--bootstrap-server", nodes.bootstrap(), "--command-config",
        Clients.file(nodes.bootstrap()).toString()));
    all.addAll(List.of(args));
    return Run.tool(null, mainClass, all.toArray(String[]::new));
  }

  private static Run shell(String command) {
    return nodes.node(1).shell(command).ok();
  }

  private static Path file(String name, String content) throws Exception {
    return Files.writeString(nodes.node(1).data().resolve(name), content);
  }

  private static String plan(String topic, int... replicas) {
    return "{\"version\":1,\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0,\"replicas\":"
        + Arrays.toString(replicas) + "}]}";
  }

  private static ConfigEntry setting(ConfigResource.Type type, String resource, String name) throws Exception {
    ConfigResource of = new ConfigResource(type, resource);
    Config config = view.admin().describeConfigs(List.of(of)).all().get(60, TimeUnit.SECONDS).get(of);
    return config.get(name);
  }

  private static void fill(String topic, int bytes) throws Exception {
    Map<String, Object> settings = Clients.of(nodes.bootstrap(), "acks", "all");
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < bytes / RECORD_BYTES; i++) {
        sent.add(producer.send(new ProducerRecord<>(topic, 0, null, new byte[RECORD_BYTES])));
      }
      for (Future<?> one : sent) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void replicasMoveUnderLoad() throws Exception {
    view.create("moved", Map.of("min.insync.replicas", "2"), List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2)));
    try (ClusterLoad load = new ClusterLoad(nodes.bootstrap(), "moved")) {
      view.awaitProgress(load, 500);
      Path topics = file("topics.json", "{\"version\":1,\"topics\":[{\"topic\":\"moved\"}]}");
      List<String> lines = tool(REASSIGN, "--generate", "--topics-to-move-json-file", topics.toString(), "--broker-list", "2,3,4").ok()
          .output().lines().toList();
      String proposed = lines.get(lines.indexOf("Proposed partition reassignment configuration") + 1);
      Path plan = file("moved.json", proposed);
      assertThat(tool(REASSIGN, "--execute", "--reassignment-json-file", plan.toString(), "--throttle", "50000000").ok().output())
          .contains("The inter-broker throttle limit was set to 50000000 B/s",
              "Successfully started partition reassignments for moved-0,moved-1,moved-2");
      view.await("the replicas are moved", () -> !view.isMoving("moved"));
      view.awaitProgress(load, 500);
      assertThat(tool(REASSIGN, "--verify", "--reassignment-json-file", plan.toString()).ok().output())
          .contains("moved-0 is completed", "moved-1 is completed", "moved-2 is completed", "Clearing topic-level throttles on topic moved");
      assertThat(setting(ConfigResource.Type.TOPIC, "moved", LEADERS).value()).isEmpty();
      assertThat(setting(ConfigResource.Type.BROKER, "2", LEADER_RATE).isDefault()).isTrue();
      view.await("replicas on 2, 3 and 4", () -> IntStream.range(0, ClusterLoad.PARTITIONS)
          .allMatch(p -> Set.copyOf(view.replicas("moved", p)).equals(Set.of(2, 3, 4))));

      // the shell takes broker 2 out again
      shell("reassign:plan --remove 2 --file " + nodes.node(1).data().resolve("without-2.json") + " moved");
      String without = nodes.node(1).data().resolve("without-2.json").toString();
      shell("reassign:start " + without);
      view.await("the replicas are moved", () -> shell("reassign:status " + without).output().matches("(?s).*Done: +3\n.*"));
      view.verify(load);
    }
  }

  @Test
  void aThrottleHoldsAndAMoveIsCancelled() throws Exception {
    view.create("fat", Map.of(), List.of(List.of(1, 2)));
    fill("fat", FAT_BYTES);
    Path away = file("away.json", plan("fat", 3, 4));
    int rate = FAT_BYTES / 4;
    long began = System.nanoTime();
    tool(REASSIGN, "--execute", "--reassignment-json-file", away.toString(), "--throttle", Integer.toString(rate)).ok();
    assertThat(setting(ConfigResource.Type.TOPIC, "fat", LEADERS).value()).isEqualTo("0:1,0:2");
    assertThat(setting(ConfigResource.Type.TOPIC, "fat", FOLLOWERS).value()).isEqualTo("0:3,0:4");
    view.await("the replicas are moved", () -> !view.isMoving("fat"));
    double seconds = (System.nanoTime() - began) / 1e9;
    // the leader sends it twice, and begins with the allowance of one second
    assertThat(seconds).as("seconds for two copies at a quarter of one per second").isGreaterThan(2 * 4 - 1 - 1);
    assertThat(tool(REASSIGN, "--verify", "--reassignment-json-file", away.toString()).ok().output()).contains("fat-0 is completed");

    Path back = file("back.json", plan("fat", 1, 2));
    tool(REASSIGN, "--execute", "--reassignment-json-file", back.toString(), "--throttle", "1000").ok();
    assertThat(tool(REASSIGN, "--list").ok().output()).contains("fat-0: replicas: 1,2,3,4. adding: 1,2. removing: 3,4.");
    assertThat(shell("reassign:status").output()).contains("fat", "moving", "Moving:      1");
    assertThat(tool(REASSIGN, "--cancel", "--reassignment-json-file", back.toString()).ok().output())
        .contains("Successfully cancelled partition reassignment for: fat-0");
    assertThat(view.isMoving("fat")).isFalse();
    awaitReplicas(3, 4);
    assertThat(setting(ConfigResource.Type.BROKER, "3", LEADER_RATE).isDefault()).isTrue();

    shell("config:set topic fat '" + LEADERS + "=*'");
    shell("config:set broker all " + LEADER_RATE + "=1000");
    shell("reassign:start fat:0=1,2");
    assertThat(shell("reassign:status").output()).contains("moving");
    assertThat(shell("reassign:cancel fat").output()).contains("cancelled");
    assertThat(shell("reassign:status").output()).contains("No replicas are being moved.");
    shell("reassign:start " + back);
    // a rate that is raised meanwhile lets it end
    shell("config:unset broker all " + LEADER_RATE);
    view.await("the replicas are moved", () -> !view.isMoving("fat"));
    awaitReplicas(1, 2);
  }

  /** The controller knows at once what other brokers, which may be asked, hear a little later. */
  private static void awaitReplicas(Integer... expected) {
    view.await("the replicas " + Arrays.toString(expected), () -> view.replicas("fat", 0).equals(List.of(expected)));
  }

  @Test
  void theQuorumTheLogDirectoriesAndTheClusterAreDescribed() {
    view.create("described", Map.of(), List.of(List.of(2, 3)));
    assertThat(tool(QUORUM, "describe", "--status").ok().output())
        .containsPattern("LeaderId: +" + view.controller() + "\\b").contains("CurrentVoters:", "\"id\": 4");
    assertThat(tool(QUORUM, "describe", "--replication").ok().output().lines().filter(line -> line.matches("\\d\\s.*(Leader|Follower)\\s*")))
        .hasSize(4);
    assertThat(tool(LOG_DIRS, "--describe", "--topic-list", "described", "--broker-list", "2,3").ok().output())
        .contains("\"broker\":2", "\"broker\":3", "\"partition\":\"described-0\"", "\"offsetLag\":0").doesNotContain("\"broker\":4");
    assertThat(Run.tool(null, CLUSTER, "list-endpoints", "--bootstrap-server", nodes.bootstrap(), "--command-config",
        Clients.file(nodes.bootstrap()).toString()).ok().output().lines()
        .filter(line -> line.contains("unfenced"))).hasSize(4);
  }

  @Test
  void aBrokerIsTakenOutAndUnregistered() throws Exception {
    view.create("elected", Map.of(), List.of(List.of(4, 1, 2)));
    nodes.node(4).kill();
    view.await("another leader", () -> view.leader("elected", 0) > 0 && view.leader("elected", 0) != 4);
    assertThat(unregister(4).output()).contains("Broker 4 holds replicas");
    nodes.node(4).start();
    view.awaitInSync("elected", 1);
    assertThat(tool(ELECT, "--election-type", "PREFERRED", "--topic", "elected", "--partition", "0").ok().output())
        .contains("Successfully completed leader election (PREFERRED) for partitions elected-0");
    view.await("the preferred leader", () -> view.leader("elected", 0) == 4);

    String without = nodes.node(1).data().resolve("without-4.json").toString();
    shell("reassign:plan --remove 4 --file " + without);
    shell("reassign:start " + without);
    view.await("no replica is left on 4", () -> shell("broker:list").output().matches("(?s).*\n +4 .* 0\n.*"));
    assertThat(unregister(4).output()).contains("stop it first");
    nodes.node(4).stop();
    view.await("the broker that has stopped is fenced", () -> shell("broker:list").output().matches("(?s).*\n +4 [^\n]* fenced .*"));
    unregister(4).ok();
    assertThat(shell("broker:list").output()).doesNotContainPattern("\n +4 ");
  }

  private static Run unregister(int broker) {
    String bootstrap = nodes.node(1).bootstrap();
    return Run.tool(null, CLUSTER, "unregister", "--bootstrap-server", bootstrap, "--command-config", Clients.file(nodes.bootstrap()).toString(),
        "--id", Integer.toString(broker));
  }
}
