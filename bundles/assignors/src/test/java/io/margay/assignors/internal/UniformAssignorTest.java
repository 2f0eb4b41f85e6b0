package io.margay.assignors.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.AssignorContract;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class UniformAssignorTest extends AssignorContract {
  @Override
  protected Assignor assignor() {
    return new UniformAssignor();
  }

  @Override
  protected boolean balancesTotals() {
    return true;
  }

  @Override
  protected boolean sticky() {
    return true;
  }

  private static Set<TopicPartition> partitions(String topic, int from, int to) {
    Set<TopicPartition> partitions = new HashSet<>();
    for (int p = from; p < to; p++) {
      partitions.add(new TopicPartition(topic, p));
    }
    return partitions;
  }

  @Test
  void balancesAlongChainsOfSubscriptions() {
    // a can give nothing to c directly, but to b, and b to c
    AssignorGroup group = new AssignorGroup(List.of(new AssignorMember("a", null, null, Set.of("x")),
        new AssignorMember("b", null, null, Set.of("x", "y")), new AssignorMember("c", null, null, Set.of("y"))),
        Map.of("x", 5, "y", 7), Map.of("a", partitions("x", 0, 5), "b", partitions("y", 0, 4), "c", partitions("y", 4, 7)));
    assertThat(assignor().assign(group).values()).allMatch(p -> p.size() == 4);
  }

  @Test
  void noMoveIsLeftThatWouldHelp() {
    Random random = new Random(12);
    for (int i = 0; i < 500; i++) {
      AssignorGroup group = with(random(random, false), assignor().assign(random(random, false)));
      Map<String, List<TopicPartition>> assignment = assignor().assign(group);
      for (AssignorMember giver : group.members()) {
        for (TopicPartition p : assignment.get(giver.id())) {
          for (AssignorMember taker : group.members()) {
            if (taker.topics().contains(p.topic())) {
              assertThat(assignment.get(giver.id()).size() - assignment.get(taker.id()).size()).isLessThanOrEqualTo(1);
            }
          }
        }
      }
    }
  }

  @Test
  @Timeout(30)
  void manyMembersAndPartitionsAreNoTrouble() {
    List<AssignorMember> members = new ArrayList<>();
    for (int m = 0; m < 500; m++) {
      members.add(new AssignorMember("m" + m, null, null, Set.of("t", "u")));
    }
    AssignorGroup group = new AssignorGroup(members, Map.of("t", 3000, "u", 2000), Map.of());
    Map<String, List<TopicPartition>> first = assignor().assign(group);
    assertThat(first.values()).allMatch(p -> p.size() == 10);
    AssignorGroup fewer = with(new AssignorGroup(members.subList(0, 250), group.partitionCounts(), Map.of()), first);
    AssignorGroup again = with(group, assignor().assign(fewer));
    assertThat(assignor().assign(again).values()).allMatch(p -> p.size() == 10);
  }
}
