package io.margay.partitioners.internal;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.TopicPartitioner;
import org.osgi.service.component.annotations.Component;

/**
 * As the Java client: a key's partition comes from its hash, over all partitions, whether they have a leader or not. Records
 * without a key go where {@code sticky} puts them.
 *
 * <p>When this bundle is updated, records that ask for a partition now get it; those that come while it is away wait, in order.
 */
@Component(property = Partitioner.NAME_PROPERTY + "=" + Murmur2Partitioner.NAME)
public final class Murmur2Partitioner implements Partitioner {
  static final String NAME = "murmur2";

  @Override
  public TopicPartitioner create(String options) {
    Options parsed = new Options(NAME, StickyChoice.EXPECTED, options);
    StickyChoice keyless = new StickyChoice(parsed.take("bytes", StickyChoice.DEFAULT_BYTES, 1));
    parsed.end();
    return (record, topic) -> record.key() == null ? keyless.partition(record, topic)
        : Murmur2.partition(record.key(), topic.partitionCount());
  }
}
