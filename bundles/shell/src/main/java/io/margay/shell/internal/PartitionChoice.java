package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.partitioner.TopicPartitioner;
import java.util.List;

/**
 * Chooses the partitions of the records of one command with the topic's partitioner. A changed setting and another bundle that
 * serves the name count for the next record. One thread.
 */
final class PartitionChoice {
  private final Requests requests;
  private final Strategies strategies;
  private final NodeSettings settings;
  private Partitioner service;
  private PartitionerChoice made;
  private TopicPartitioner partitioner;

  PartitionChoice(Requests requests, Strategies strategies, NodeSettings settings) {
    this.requests = requests;
    this.strategies = strategies;
    this.settings = settings;
  }

  /** The partition of a record. */
  int partition(TopicImage topic, byte[] key, byte[] value, List<RecordHeader> headers) throws InterruptedException {
    PartitionerChoice now = Strategies.partitioner(requests, settings, topic.name());
    return Strategies.use(strategies.partitioners(), now.name(), settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS), found -> {
      if (service != found || !now.equals(made)) {
        partitioner = found.create(now.options());
        service = found;
        made = now;
      }
      int partition = partitioner.partition(new PartitionerRecord(topic.name(), key, value, headers), Strategies.view(topic));
      return Strategies.checked(partition, now.name(), topic);
    });
  }
}
