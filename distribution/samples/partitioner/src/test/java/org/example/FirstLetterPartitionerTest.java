package org.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerContract;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every partitioner has to keep, and what is special about this one. */
class FirstLetterPartitionerTest extends PartitionerContract {
  @Override
  protected Partitioner partitioner() {
    return new FirstLetterPartitioner();
  }

  @Override
  protected List<String> goodOptions() {
    return List.of("", "keyless=3");
  }

  @Override
  protected List<String> badOptions() {
    return List.of("keyless", "keyless=", "keyless=-1", "keyless=many");
  }

  @Test
  void theFirstByteDecides() {
    TopicPartitioner chooses = partitioner().create("keyless=3");
    TopicView topic = TopicView.of(4);
    assertThat(chooses.partition(record(new byte[] {'a', 'b'}, null), topic)).isEqualTo('a' % 4);
    assertThat(chooses.partition(record(null, null), topic)).isEqualTo(3);
  }
}
