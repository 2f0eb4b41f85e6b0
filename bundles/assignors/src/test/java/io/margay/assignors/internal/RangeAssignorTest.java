package io.margay.assignors.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.AssignorContract;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.junit.jupiter.api.Test;

class RangeAssignorTest extends AssignorContract {
  @Override
  protected Assignor assignor() {
    return new RangeAssignor();
  }

  @Override
  protected boolean balancesTotals() {
    return false;
  }

  @Override
  protected boolean sticky() {
    return false;
  }

  @Test
  void isTheSameAsInTheJavaClient() {
    Random random = new Random(11);
    for (int i = 0; i < 500; i++) {
      AssignorGroup group = random(random, i % 2 == 0);
      Map<String, Subscription> subscriptions = new HashMap<>();
      for (AssignorMember member : group.members()) {
        Subscription subscription = new Subscription(new ArrayList<>(member.topics()));
        subscription.setGroupInstanceId(Optional.ofNullable(member.instanceId()));
        subscriptions.put(member.id(), subscription);
      }
      Map<String, Integer> counts = new HashMap<>(group.partitionCounts());
      Map<String, List<TopicPartition>> expected = new TreeMap<>();
      new org.apache.kafka.clients.consumer.RangeAssignor().assign(counts, subscriptions).forEach((member, partitions) ->
          expected.put(member, partitions.stream().map(p -> new TopicPartition(p.topic(), p.partition())).sorted().toList()));
      assertThat(assignor().assign(group)).isEqualTo(expected);
    }
  }

  @Test
  void topicsOfOneSizeAreCoPartitioned() {
    Set<String> both = Set.of("orders", "payments");
    List<AssignorMember> members = new ArrayList<>();
    for (int m = 0; m < 3; m++) {
      members.add(new AssignorMember("m" + m, null, null, both));
    }
    assignor().assign(new AssignorGroup(members, Map.of("orders", 8, "payments", 8), Map.of())).values().forEach(partitions -> {
      List<Integer> orders = partitions.stream().filter(p -> p.topic().equals("orders")).map(TopicPartition::partition).toList();
      List<Integer> payments = partitions.stream()
          .filter(p -> p.topic().equals("payments")).map(TopicPartition::partition).toList();
      assertThat(orders).isEqualTo(payments);
    });
  }
}
