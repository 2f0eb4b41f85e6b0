package io.margay.producer.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.producer.Producer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Produces records through the handlers of this server. The call chooses the partition and puts the record into its queue; one
 * thread of its own sends a batch for each partition at a time. Memory is bounded: a record that does not fit is refused at once.
 * Safe for all threads; owned by its component, which closes it.
 */
final class RecordProducer implements Producer, AutoCloseable {
  /** How long a record is tried again, in milliseconds. */
  static final int DELIVERY_MS = 30_000;
  /** Bytes of all records that are on their way. */
  static final long MEMORY_BYTES = 16 * 1024 * 1024;
  static final String CLOSED = "the producer was stopped; whether the record was written is not known";

  private final LocalClient client;
  private final ClusterMetadata metadata;
  private final NodeSettings settings;
  private final Scheduler scheduler;
  private final NamedServices<Partitioner> partitioners;
  private final Map<String, TopicQueue> topics = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final ExecutorService thread;
  private volatile boolean closed;

  RecordProducer(LocalClient client, ClusterMetadata metadata, NodeSettings settings, Scheduler scheduler,
      NamedServices<Partitioner> partitioners) {
    this.client = client;
    this.metadata = metadata;
    this.settings = settings;
    this.scheduler = scheduler;
    this.partitioners = partitioners;
    this.thread = Executors.newSingleThreadExecutor(task -> {
      Thread t = new Thread(task, "producer");
      t.setDaemon(true);
      return t;
    });
  }

  @Override
  public CompletionStage<Sent> send(String topic, byte[] key, byte[] value, List<RecordHeader> headers) {
    PendingRecord record = new PendingRecord(new PartitionerRecord(topic, key, value, List.copyOf(headers)));
    int size = record.sizeBytes();
    if (closed) {
      record.fail(Errors.NETWORK_EXCEPTION, CLOSED);
    } else if (metadata.image().topic(topic) == null) {
      record.fail(Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + topic);
    } else if (bytes.addAndGet(size) > MEMORY_BYTES) {
      bytes.addAndGet(-size);
      record.fail(Errors.REQUEST_TIMED_OUT,
          "more than " + MEMORY_BYTES + " bytes wait to be written; wait for results and try again");
    } else {
      record.result().whenComplete((sent, e) -> bytes.addAndGet(-size));
      topics.computeIfAbsent(topic, t -> new TopicQueue(this, t)).add(record);
      if (closed) {
        // it may have come in behind the one who closed
        record.fail(Errors.NETWORK_EXCEPTION, CLOSED);
      }
    }
    return record.result().copy();
  }

  /** Runs a task on the producer's thread; after the end it is dropped, since all records have failed then. */
  void execute(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  ClusterImage image() {
    return metadata.image();
  }

  LocalClient client() {
    return client;
  }

  NodeSettings settings() {
    return settings;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  NamedServices<Partitioner> partitioners() {
    return partitioners;
  }

  /** A partitioner goes. When this returns, nobody is inside it, and nothing of it is kept. */
  void remove(Partitioner gone) {
    partitioners.remove(gone);
    topics.values().forEach(topic -> topic.forget(gone));
  }

  @Override
  public void close() {
    closed = true;
    thread.shutdown();
    topics.values().forEach(TopicQueue::close);
  }
}
