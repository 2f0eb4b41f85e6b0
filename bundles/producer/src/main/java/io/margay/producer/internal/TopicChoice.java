package io.margay.producer.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import io.margay.spi.producer.ProduceException;
import java.util.BitSet;

/**
 * The partitioner of one topic: created again when the setting changes or another service has taken over, so that a changed weight
 * counts for the next record and nothing from an uninstalled bundle is used. Not safe for several threads: {@link TopicQueue} holds
 * the lock.
 */
final class TopicChoice {
  private Partitioner service;
  private String setting;
  private TopicPartitioner partitioner;
  private TopicImage seen;
  private TopicView view;

  /**
   * @param lease the lease on the partitioner's service; not closed here
   * @param now the value of the setting
   * @return the partition
   * @throws ProduceException when options are wrong, or the partitioner fails
   */
  int partition(ServiceHolder.Lease<Partitioner> lease, PartitionerChoice now, TopicImage topic, PartitionerRecord record)
      throws ProduceException {
    int partition;
    try {
      if (service != lease.service() || !now.toString().equals(setting)) {
        partitioner = lease.service().create(now.options());
        service = lease.service();
        setting = now.toString();
      }
      partition = partitioner.partition(record, view(topic));
    } catch (IllegalArgumentException e) {
      throw new ProduceException(Errors.INVALID_CONFIG, "margay.partitioner of topic " + topic.name() + ": " + e.getMessage());
    }
    if (partition < 0 || partition >= topic.partitions().size()) {
      throw new ProduceException(Errors.UNKNOWN_SERVER_ERROR, "partitioner " + now.name() + " is broken: it chose partition "
          + partition + " of topic " + topic.name() + ", which has " + topic.partitions().size());
    }
    return partition;
  }

  /** A partitioner leaves: drops its objects now, because the next record may never come. */
  void forget(Partitioner gone) {
    if (service == gone) {
      service = null;
      partitioner = null;
    }
  }

  private TopicView view(TopicImage topic) {
    if (topic != seen) {
      BitSet available = new BitSet();
      topic.partitions().forEach(p -> available.set(p.index(), !p.leader().equals(BrokerId.NONE)));
      view = TopicView.of(topic.partitions().size(), available);
      seen = topic;
    }
    return view;
  }
}
