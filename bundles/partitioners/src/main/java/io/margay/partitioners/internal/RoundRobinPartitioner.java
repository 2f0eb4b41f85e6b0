package io.margay.partitioners.internal;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.TopicPartitioner;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Component;

/**
 * One record after the other to the next partition that has a leader, or to the next of all when none has one. Keys are ignored.
 *
 * <p>When this bundle is updated, records that ask for a partition now get it; those that come while it is away wait, in order.
 */
@Component(property = Partitioner.NAME_PROPERTY + "=" + RoundRobinPartitioner.NAME)
public final class RoundRobinPartitioner implements Partitioner {
  static final String NAME = "round-robin";

  @Override
  public TopicPartitioner create(String options) {
    new Options(NAME, "none", options).end();
    AtomicInteger next = new AtomicInteger();
    return (record, topic) -> {
      int turn = next.getAndIncrement() & Integer.MAX_VALUE;
      return topic.availableCount() > 0 ? topic.available(turn % topic.availableCount()) : turn % topic.partitionCount();
    };
  }
}
