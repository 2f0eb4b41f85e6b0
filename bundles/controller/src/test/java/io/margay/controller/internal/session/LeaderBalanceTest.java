package io.margay.controller.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LeaderBalanceTest {
  private static final UUID TOPIC = new UUID(1, 1);
  private static final BrokerId ONE = new BrokerId(1);
  private static final BrokerId TWO = new BrokerId(2);

  /** Ten partitions that broker 1 should lead; broker 2 leads the first {@code others} of them. */
  private static ClusterImage image(int others, boolean fenced, boolean inSync) {
    SortedMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    brokers.put(ONE, new BrokerImage(ONE, 1, List.of(), null, fenced));
    brokers.put(TWO, new BrokerImage(TWO, 2, List.of(), null, false));
    List<PartitionImage> partitions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      partitions.add(new PartitionImage(i, List.of(ONE, TWO), inSync ? List.of(ONE, TWO) : List.of(TWO), i < others ? TWO : ONE,
          new LeaderEpoch(0), 0));
    }
    return new ClusterImage("c", 1, TWO, brokers, TopicsImage.of(Map.of("t", new TopicImage("t", TOPIC, false, partitions))), Map.of(),
        Map.of());
  }

  @Test
  void leadershipReturnsAboveThePercentage() {
    assertThat(LeaderBalance.misplaced(image(1, false, true), 10)).isEmpty();
    assertThat(LeaderBalance.misplaced(image(2, false, true), 10))
        .containsExactly(new PartitionRef(TOPIC, 0), new PartitionRef(TOPIC, 1));
    assertThat(LeaderBalance.misplaced(image(1, false, true), 0)).hasSize(1);
  }

  @Test
  void leadershipReturnsOnlyToBrokersThatCanLead() {
    assertThat(LeaderBalance.misplaced(image(5, true, true), 10)).isEmpty();
    assertThat(LeaderBalance.misplaced(image(5, false, false), 10)).isEmpty();
  }
}
