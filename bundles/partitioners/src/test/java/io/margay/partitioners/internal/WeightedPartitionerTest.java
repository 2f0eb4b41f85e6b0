package io.margay.partitioners.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerContract;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class WeightedPartitionerTest extends PartitionerContract {
  @Override
  protected Partitioner partitioner() {
    return new WeightedPartitioner();
  }

  @Override
  protected List<String> goodOptions() {
    return List.of("", "0=5,1=1", "0=1,1=0", "*=3", " 2 = 4 , * = 1 ");
  }

  @Override
  protected List<String> badOptions() {
    return List.of("5", "0", "0=", "=5", "0=5,,1=1", "0=-1", "0=1.5", "x=1", "-1=2", "01=2", "0=1,0=2", "0=0,*=0", "0=1000001",
        "*=2000000", "0=99999999999");
  }

  private static byte[] key(int i) {
    return ("key-" + i).getBytes(StandardCharsets.UTF_8);
  }

  private static int[] keys(String options, int partitions, int count) {
    TopicPartitioner chooser = new WeightedPartitioner().create(options);
    int[] chosen = new int[count];
    for (int i = 0; i < count; i++) {
      chosen[i] = chooser.partition(record(key(i), null), TopicView.of(partitions));
    }
    return chosen;
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> partitioner().create("0=5,1=x")).hasMessage(
        "options of partitioner weighted: \"x\" of partition 1 is "
        + "not a whole number; expected PARTITION=WEIGHT,..., weights from 0 to 1000000, not all 0, and * for the others");
    TopicPartitioner chooser = partitioner().create("5=1,*=0");
    assertThatThrownBy(() -> chooser.partition(record(null, null), TopicView.of(3)))
        .hasMessage("partitioner weighted: none of the 3 partitions of topic t has a weight");
  }

  @Test
  void recordsWithoutKeyAreInExactProportion() {
    TopicPartitioner chooser = partitioner().create("0=5,1=1,2=0");
    int[] load = new int[4];
    for (int i = 0; i < 700; i++) {
      load[chooser.partition(record(null, null), TopicView.of(4))]++;
    }
    assertThat(load).containsExactly(500, 100, 0, 100);
  }

  @Test
  void onlyPartitionsWithALeaderTakePartIfThereIsOne() {
    TopicPartitioner chooser = partitioner().create("0=5,1=1,2=0");
    BitSet available = new BitSet();
    available.set(1, 3);
    for (int i = 0; i < 10; i++) {
      assertThat(chooser.partition(record(null, null), TopicView.of(4, available))).isEqualTo(1);
    }
    available.clear(1);
    assertThat(chooser.partition(record(null, null), TopicView.of(4, available))).isNotEqualTo(2);
  }

  @Test
  void keysAreInProportionToo() {
    int[] load = new int[3];
    for (int partition : keys("0=5,1=1,2=2", 3, 40_000)) {
      load[partition]++;
    }
    assertThat(load[0] / 5_000.0).isCloseTo(5, Offset.offset(0.15));
    assertThat(load[1] / 5_000.0).isCloseTo(1, Offset.offset(0.1));
    assertThat(load[2] / 5_000.0).isCloseTo(2, Offset.offset(0.1));
  }

  @Test
  void aChangedWeightMovesOnlyKeysOfThatPartition() {
    int[] before = keys("0=5,1=1", 6, 10_000);
    int[] after = keys("0=1,1=1", 6, 10_000);
    int moved = 0;
    for (int i = 0; i < before.length; i++) {
      if (before[i] != after[i]) {
        assertThat(before[i]).isZero();
        moved++;
      }
    }
    assertThat(moved).isBetween(2_500, 4_000);
  }
}
