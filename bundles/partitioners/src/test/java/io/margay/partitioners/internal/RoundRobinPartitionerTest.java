package io.margay.partitioners.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerContract;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class RoundRobinPartitionerTest extends PartitionerContract {
  @Override
  protected Partitioner partitioner() {
    return new RoundRobinPartitioner();
  }

  @Override
  protected boolean keepsKeysTogether() {
    return false;
  }

  @Test
  void goesRoundThePartitionsThatHaveALeader() {
    TopicPartitioner chooser = partitioner().create("");
    for (int i = 0; i < 9; i++) {
      assertThat(chooser.partition(record(new byte[] {1}, null), TopicView.of(3))).isEqualTo(i % 3);
    }
    BitSet available = new BitSet();
    available.set(1);
    available.set(4);
    int first = chooser.partition(record(null, null), TopicView.of(6, available));
    assertThat(first).isIn(1, 4);
    assertThat(chooser.partition(record(null, null), TopicView.of(6, available))).isEqualTo(5 - first);
  }
}
