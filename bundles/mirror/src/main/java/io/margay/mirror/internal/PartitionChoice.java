package io.margay.mirror.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.util.BitSet;

/**
 * The partitioner of one {@link Lane}. It is created again when another service has taken over, and dropped when its service is gone.
 * Used by one thread.
 */
final class PartitionChoice {
  private final NamedServices<Partitioner> services;
  private final PartitionerChoice wanted;
  private Partitioner service;
  private TopicPartitioner partitioner;
  private TopicImage seen;
  private TopicView view;

  PartitionChoice(NamedServices<Partitioner> services, PartitionerChoice wanted) {
    this.services = services;
    this.wanted = wanted;
  }

  /** A lease on the service, which the caller closes once; null when it is not there. */
  ServiceHolder.Lease<Partitioner> lease() {
    ServiceHolder.Lease<Partitioner> lease = services.lease(wanted.name());
    if (service != null && (lease == null || lease.service() != service)) {
      service = null;
      partitioner = null;
    }
    return lease;
  }

  /** What is missing, in words. */
  String missing() {
    return services.missing(wanted.name());
  }

  /** @throws IllegalArgumentException when it fails, because of its options for example, or chose a partition that does not exist */
  int partition(ServiceHolder.Lease<Partitioner> lease, TopicImage topic, PartitionerRecord record) {
    if (topic != seen) {
      BitSet available = new BitSet();
      topic.partitions().forEach(p -> available.set(p.index(), !p.leader().equals(BrokerId.NONE)));
      view = TopicView.of(topic.partitions().size(), available);
      seen = topic;
    }
    int partition;
    try {
      if (service == null) {
        partitioner = lease.service().create(wanted.options());
        service = lease.service();
      }
      partition = partitioner.partition(record, view);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
    if (partition < 0 || partition >= topic.partitions().size()) {
      throw new IllegalArgumentException("it chose partition " + partition + " of " + topic.partitions().size());
    }
    return partition;
  }
}
