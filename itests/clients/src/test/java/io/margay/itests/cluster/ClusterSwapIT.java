package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parts of a node are replaced while the node serves with two others, under the load of stock clients. Each time the load goes on, all
 * replicas are in sync again, and every record that was acknowledged is there, once, in order.
 */
class ClusterSwapIT {
  private static final String TOPIC = "swapped";
  private static Nodes nodes;
  private static ClusterView view;
  private ClusterLoad load;

  @BeforeAll
  static void start() {
    nodes = Nodes.started(3, Map.of());
    view = new ClusterView(nodes);
    view.awaitAllBrokers();
    view.create(TOPIC, Map.of("min.insync.replicas", "2"), List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2)));
  }

  @AfterAll
  static void stop() {
    if (view != null) {
      view.close();
    }
    nodes.close();
  }

  @BeforeEach
  void beginLoad() {
    view.awaitInSync(TOPIC, ClusterLoad.PARTITIONS);
    load = new ClusterLoad(nodes.bootstrap(), TOPIC);
    view.awaitProgress(load, 200);
  }

  @AfterEach
  void endLoad() {
    if (load != null) {
      load.close();
    }
  }

  private static Path jar(String part) throws IOException {
    try (Stream<Path> all = Files.walk(Broker.HOME)) {
      return all.filter(file -> file.getFileName().toString().matches("io\\.margay\\." + part + "-\\d.*\\.jar")).findFirst().orElseThrow();
    }
  }

  /** As a user does it, in the shell. */
  private static void update(int node, String part) throws IOException {
    Matcher found = Pattern.compile("(?m)^ *(\\d+)\\|Active *\\| *\\d+\\|io\\.margay\\." + part + " ")
        .matcher(nodes.node(node).shell("felix:lb -s").ok().output());
    assertThat(found.find()).as(part).isTrue();
    nodes.node(node).shell("felix:update " + found.group(1) + " " + jar(part).toUri()).ok();
    view.await(part + " is active again", () -> nodes.node(node).shell("felix:lb -s").ok().output()
        .matches("(?s).*\n *" + found.group(1) + "\\|Active .*"));
  }

  private void verify() throws Exception {
    view.awaitInSync(TOPIC, ClusterLoad.PARTITIONS);
    view.awaitProgress(load, 300);
    view.verify(load);
  }

  /** The active controller leads a partition as well, most of the time. */
  @ParameterizedTest
  @ValueSource(strings = {"storage-file", "log", "replication", "groups", "transactions", "controller", "consensus-ratis", "client",
      "placements", "assignors", "partitioners", "server", "config"})
  void aPartOfTheActiveControllerIsUpdated(String part) throws Exception {
    update(view.controller(), part);
    view.awaitProgress(load, 300);
    verify();
  }

  @Test
  void replicationIsUpdatedOnOneNodeAfterTheOther() throws Exception {
    for (int node = 1; node <= nodes.size(); node++) {
      update(node, "replication");
      view.awaitProgress(load, 200);
      view.awaitInSync(TOPIC, ClusterLoad.PARTITIONS);
    }
    verify();
  }
}
