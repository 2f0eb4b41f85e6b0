package io.margay.partitioners.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerContract;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class StickyPartitionerTest extends PartitionerContract {
  @Override
  protected Partitioner partitioner() {
    return new StickyPartitioner();
  }

  @Override
  protected List<String> goodOptions() {
    return List.of("", "bytes=1", "bytes=1000");
  }

  @Override
  protected List<String> badOptions() {
    return List.of("5", "bytes=-1", "byte=1");
  }

  @Override
  protected boolean keepsKeysTogether() {
    return false;
  }

  @Test
  void staysUntilTheBytesAreThereThenMoves() {
    TopicPartitioner chooser = partitioner().create("bytes=1000");
    int[] load = new int[4];
    int before = -1;
    for (int batch = 0; batch < 400; batch++) {
      int partition = chooser.partition(record(null, new byte[100]), TopicView.of(4));
      assertThat(partition).isNotEqualTo(before);
      for (int i = 1; i < 10; i++) {
        assertThat(chooser.partition(record(new byte[] {1}, new byte[99]), TopicView.of(4))).isEqualTo(partition);
      }
      load[partition]++;
      before = partition;
    }
    assertThat(Arrays.stream(load).min().getAsInt()).isGreaterThan(50);
  }

  @Test
  void leavesAPartitionThatHasNoLeader() {
    TopicPartitioner chooser = partitioner().create("");
    int first = chooser.partition(record(null, null), TopicView.of(3));
    BitSet available = new BitSet();
    available.set((first + 1) % 3);
    assertThat(chooser.partition(record(null, null), TopicView.of(3, available))).isEqualTo((first + 1) % 3);
  }
}
