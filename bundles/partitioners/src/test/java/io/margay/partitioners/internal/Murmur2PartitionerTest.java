package io.margay.partitioners.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerContract;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class Murmur2PartitionerTest extends PartitionerContract {
  @Override
  protected Partitioner partitioner() {
    return new Murmur2Partitioner();
  }

  @Override
  protected List<String> goodOptions() {
    return List.of("", "bytes=100");
  }

  @Override
  protected List<String> badOptions() {
    return List.of("x", "bytes", "bytes=0", "bytes=many", "bytes=1,bytes=2", "bytes=1,more=2");
  }

  @Test
  void choosesAsTheJavaClientDoes() {
    Random random = new Random(21);
    TopicPartitioner chooser = partitioner().create("");
    for (int i = 0; i < 20_000; i++) {
      byte[] key = new byte[i % 300];
      random.nextBytes(key);
      int partitions = 1 + random.nextInt(200);
      assertThat(Murmur2.hash(key)).isEqualTo(Utils.murmur2(key));
      // whether partitions have leaders does not matter to keys
      assertThat(chooser.partition(record(key, null), TopicView.of(partitions, new BitSet())))
          .isEqualTo(BuiltInPartitioner.partitionForKey(key, partitions));
    }
  }
}
