package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.consensus.QuorumNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuorumConfigTest {
  private static List<QuorumNode> nodes(String... texts) {
    return List.of(texts).stream().map(QuorumNode::parse).toList();
  }

  @Test
  void nodesWithTheSameVotersHaveTheSameClusterId() {
    String id = QuorumConfig.clusterIdOf(nodes("1@a:1", "2@b:1", "3@c:1"));
    assertThat(id).hasSize(22).isEqualTo(QuorumConfig.clusterIdOf(nodes("3@c:1", "1@a:1", "2@b:1")));
    assertThat(id).isNotEqualTo(QuorumConfig.clusterIdOf(nodes("1@a:2", "2@b:1", "3@c:1")));
  }

  @Test
  void withoutVotersAnIdIsNeeded() {
    assertThatThrownBy(() -> QuorumConfig.clusterIdOf(List.of())).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("margay.cluster.id");
  }
}
