package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterPlanTest {
  @TempDir
  private Path data;

  private Layout layout() {
    return new Layout(data.resolve("home"), data);
  }

  @Test
  void isChosenOnceAndKept() throws Exception {
    assertThat(ClusterPlan.load(layout())).isNull();
    ClusterPlan plan = ClusterPlan.create(layout(), 4);
    assertThat(ClusterPlan.load(layout())).isEqualTo(plan);
    assertThat(plan.clusterId()).matches("[A-Za-z0-9_-]{22}");
    assertThat(plan.nodes().stream().flatMap(n -> Stream.of(n.port(), n.quorumPort()))).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void threeNodesVoteAndTheOthersFollow() throws Exception {
    ClusterPlan plan = ClusterPlan.create(layout(), 4);
    String voters = plan.environment(plan.nodes().get(3)).get("KAFKA_CONTROLLER_QUORUM_VOTERS");
    assertThat(voters.split(",")).hasSize(3);
    assertThat(voters).startsWith("1@127.0.0.1:" + plan.nodes().get(0).quorumPort()).doesNotContain("4@");
    assertThat(plan.environment(plan.nodes().get(3))).containsEntry("KAFKA_NODE_ID", "4").containsEntry("CLUSTER_ID", plan.clusterId())
        .containsEntry("MARGAY_DATA", data.resolve("cluster/node-4").toString());
  }

  @Test
  void aDamagedFileIsNamed() throws Exception {
    ClusterPlan.create(layout(), 1);
    Files.writeString(data.resolve("cluster/cluster.properties"), "nodes=two\n");
    assertThatThrownBy(() -> ClusterPlan.load(layout())).isInstanceOf(IOException.class).hasMessageContaining("cluster.properties is damaged");
  }
}
