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
 * Produces records through the handlers of this server. The call chooses the partition and puts the record into its queue; a
 * dedicated thread sends a batch for each partition at a time. Memory is bounded: a record that does not fit is refused at once.
 * Safe for all threads; owned by its component, which closes it.
 */
final class RecordProducer implements Producer, AutoCloseable {
  /** How long the producer retries a record, in milliseconds. */
  static final int DELIVERY_MS = 30_000;
  /** Queues of deleted topics are removed when there are this many more queues than topics. */
  private static final int MOST_LEFT = 100;
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
    int size = record.heapBytes();
    long most = settings.get(ProducerSettings.MARGAY_PRODUCER_MEMORY_BYTES);
    if (closed) {
      record.fail(Errors.NETWORK_EXCEPTION, CLOSED);
    } else if (metadata.image().topic(topic) == null) {
      record.fail(Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + topic);
    } else if (bytes.addAndGet(size) > most) {
      bytes.addAndGet(-size);
      record.fail(Errors.REQUEST_TIMED_OUT,
          "more than " + most + " bytes wait to be written; wait for results and try again");
    } else {
      record.result().whenComplete((sent, e) -> bytes.addAndGet(-size));
      queue(topic).add(record);
      if (closed) {
        // the closing thread may have passed the queue already
        record.fail(Errors.NETWORK_EXCEPTION, CLOSED);
      }
    }
    return record.result().copy();
  }

  private TopicQueue queue(String topic) {
    TopicQueue known = topics.get(topic);
    if (known != null) {
      return known;
    }
    ClusterImage image = metadata.image();
    if (topics.size() >= image.topics().size() + MOST_LEFT) {
      topics.entrySet().removeIf(queue -> image.topic(queue.getKey()) == null && queue.getValue().isIdle());
    }
    return topics.computeIfAbsent(topic, t -> new TopicQueue(this, t));
  }

  /** Runs a task on the producer's thread; after the end the task is dropped, because all records have failed then. */
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

  /** A partitioner leaves. When this returns, no call is inside it, and no reference to it is kept. */
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
