package io.margay.partitioners.internal;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.TopicPartitioner;
import org.osgi.service.component.annotations.Component;

/**
 * Stays on a partition until it got so many bytes, then moves to another one at random. Keys are ignored.
 *
 * <p>When this bundle is updated, records that ask for a partition now get it; those that come while it is away wait, in order.
 */
@Component(property = Partitioner.NAME_PROPERTY + "=" + StickyPartitioner.NAME)
public final class StickyPartitioner implements Partitioner {
  static final String NAME = "sticky";

  @Override
  public TopicPartitioner create(String options) {
    Options parsed = new Options(NAME, StickyChoice.EXPECTED, options);
    int bytes = parsed.take("bytes", StickyChoice.DEFAULT_BYTES, 1);
    parsed.end();
    return new StickyChoice(bytes);
  }
}
