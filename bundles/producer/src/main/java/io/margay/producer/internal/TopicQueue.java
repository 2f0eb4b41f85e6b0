package io.margay.producer.internal;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerSettings;
import io.margay.spi.producer.ProduceException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The records of one topic, from the call until their partition is known. While the partitioner is absent all of them wait here in
 * order: a record never overtakes an earlier one. Guarded by itself; results are never completed inside the lock.
 */
final class TopicQueue {
  private final RecordProducer producer;
  private final String name;
  private final TopicChoice choice = new TopicChoice();
  private final Map<Integer, PartitionQueue> partitions = new HashMap<>();
  private final Deque<PendingRecord> waiting = new ArrayDeque<>();

  TopicQueue(RecordProducer producer, String name) {
    this.producer = producer;
    this.name = name;
  }

  void add(PendingRecord record) {
    synchronized (this) {
      waiting.add(record);
      if (waiting.size() > 1) {
        // the record at the head waits for the partitioner already, and takes this one along
        return;
      }
    }
    try {
      await();
    } catch (RuntimeException | Error e) {
      failAll(Errors.UNKNOWN_SERVER_ERROR, "the partitioner of topic " + name + " cannot be found: " + e);
    }
  }

  private void await() {
    PartitionerChoice now = setting();
    CompletionStage<ServiceHolder.Lease<Partitioner>> lease = producer.partitioners().await(now.name(),
        producer.settings().get(LeaseSettings.MARGAY_HANDLER_WAIT_MS));
    lease.whenComplete((use, e) -> {
      if (e != null) {
        failAll(Errors.REQUEST_TIMED_OUT,
            "margay.partitioner of topic " + name + ": " + producer.partitioners().missing(now.name()));
      } else {
        try (use) {
          placeAll(use, now);
        }
      }
    });
  }

  private PartitionerChoice setting() {
    Map<String, String> overrides = producer.image().config(ConfigResource.topic(name));
    return PartitionerChoice.parse(producer.settings().topic(overrides).get(PartitionerSettings.MARGAY_PARTITIONER));
  }

  private void failAll(Errors error, String why) {
    for (PendingRecord record = poll(); record != null; record = poll()) {
      record.fail(error, why);
    }
  }

  private void placeAll(ServiceHolder.Lease<Partitioner> lease, PartitionerChoice now) {
    for (;;) {
      PendingRecord record;
      ProduceException failure = null;
      synchronized (this) {
        record = waiting.peek();
        if (record == null) {
          return;
        }
        TopicImage topic = producer.image().topic(name);
        try {
          if (topic == null) {
            throw new ProduceException(Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + name);
          }
          int partition = choice.partition(lease, now, topic, record.record());
          partitions.computeIfAbsent(partition, p -> new PartitionQueue(producer, name, p)).add(record);
        } catch (ProduceException e) {
          failure = e;
        } catch (RuntimeException | Error e) {
          // the record at the head must go, or all later records would wait behind it for ever
          failure = new ProduceException(Errors.UNKNOWN_SERVER_ERROR, "partitioner " + now.name() + " is broken: " + e);
        }
        waiting.poll();
      }
      if (failure != null) {
        record.result().completeExceptionally(failure);
      }
    }
  }

  synchronized void forget(Partitioner gone) {
    choice.forget(gone);
  }

  /** @return whether no record is in it */
  synchronized boolean isIdle() {
    return waiting.isEmpty() && partitions.values().stream().allMatch(PartitionQueue::isIdle);
  }

  private synchronized PendingRecord poll() {
    return waiting.poll();
  }

  /** Fails everything that is not written. */
  void close() {
    Map<Integer, PartitionQueue> all;
    synchronized (this) {
      all = Map.copyOf(partitions);
    }
    failAll(Errors.NETWORK_EXCEPTION, RecordProducer.CLOSED);
    all.values().forEach(PartitionQueue::close);
  }
}
