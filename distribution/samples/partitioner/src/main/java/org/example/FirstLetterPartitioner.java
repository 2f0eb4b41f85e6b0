package org.example;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.TopicPartitioner;
import org.osgi.service.component.annotations.Component;

/** Keys that begin with the same byte go to the same partition; records without a key go to the partition of the option. */
@Component(property = Partitioner.NAME_PROPERTY + "=first-letter")
public final class FirstLetterPartitioner implements Partitioner {
  @Override
  public TopicPartitioner create(String options) {
    if (!options.isEmpty() && !options.matches("keyless=[0-9]{1,6}")) {
      throw new IllegalArgumentException("options of partitioner first-letter: \"" + options + "\"; expected keyless=PARTITION");
    }
    int keyless = options.isEmpty() ? 0 : Integer.parseInt(options.substring("keyless=".length()));
    return (record, topic) -> {
      byte[] key = record.key();
      int number = key == null || key.length == 0 ? keyless : key[0] & 0xff;
      return number % topic.partitionCount();
    };
  }
}
