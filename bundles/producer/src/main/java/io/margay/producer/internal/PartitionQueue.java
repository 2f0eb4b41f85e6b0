package io.margay.producer.internal;

import io.margay.metadata.TopicImage;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.producer.Producer.Sent;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The records of one partition. One batch is in flight at a time, which keeps the order; records that arrive meanwhile form the
 * next batch. Guarded by itself; requests are sent by the producer's thread.
 */
final class PartitionQueue {
  private static final int BATCH_BYTES = 64 * 1024;
  private static final int BATCH_RECORDS = 1_000;
  private static final int REQUEST_TIMEOUT_MS = 30_000;
  private static final int RETRY_MS = 100;
  /**
   * Retriable errors after which it is certain that nothing was written: after any other error, a retry might write records twice.
   */
  private static final Set<Errors> NOT_WRITTEN = EnumSet.of(Errors.NOT_LEADER_OR_FOLLOWER, Errors.LEADER_NOT_AVAILABLE,
      Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.NOT_ENOUGH_REPLICAS);

  private final RecordProducer producer;
  private final String topic;
  private final int partition;
  private final Deque<PendingRecord> queue = new ArrayDeque<>();
  private List<PendingRecord> underWay = List.of();

  PartitionQueue(RecordProducer producer, String topic, int partition) {
    this.producer = producer;
    this.topic = topic;
    this.partition = partition;
  }

  synchronized void add(PendingRecord record) {
    queue.add(record);
    if (underWay.isEmpty() && queue.size() == 1) {
      producer.execute(this::sendNext);
    }
  }

  private void sendNext() {
    List<PendingRecord> batch = new ArrayList<>();
    synchronized (this) {
      int bytes = 0;
      while (!queue.isEmpty() && batch.size() < BATCH_RECORDS) {
        bytes += queue.peek().sizeBytes();
        if (!batch.isEmpty() && bytes > BATCH_BYTES) {
          break;
        }
        batch.add(queue.poll());
      }
      underWay = batch;
    }
    if (!batch.isEmpty()) {
      send(batch);
    }
  }

  private void send(List<PendingRecord> batch) {
    try {
      sendNow(batch);
    } catch (RuntimeException | Error e) {
      fail(batch, Errors.UNKNOWN_SERVER_ERROR, "topic " + topic + " partition " + partition + ": the request could not be sent: " + e);
    }
  }

  private void sendNow(List<PendingRecord> batch) {
    TopicImage image = producer.image().topic(topic);
    if (image == null) {
      fail(batch, Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + topic);
      return;
    }
    ProduceRequest request = new ProduceRequest().setAcks((short) -1).setTimeoutMs(REQUEST_TIMEOUT_MS).setTopicData(List.of(
        new ProduceRequest.TopicProduceData().setName(topic).setTopicId(image.id()).setPartitionData(List.of(
            new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(records(batch))))));
    producer.client().send(ProduceRequest.API, request, new ProduceResponse())
        .whenComplete((response, e) -> producer.execute(() -> answered(batch, response, e)));
  }

  private static BufferRecords records(List<PendingRecord> batch) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      batch.forEach(r -> builder.append(r.timestampMs(), r.record().key(), r.record().value(), r.record().headers()));
      return new BufferRecords(builder.build());
    }
  }

  private void answered(List<PendingRecord> batch, ProduceResponse response, Throwable failure) {
    if (failure != null) {
      fail(batch, Errors.NETWORK_EXCEPTION, "topic " + topic + " partition " + partition + ": the request failed: " + failure);
      return;
    }
    if (response.responses().isEmpty() || response.responses().get(0).partitionResponses().isEmpty()) {
      fail(batch, Errors.UNKNOWN_SERVER_ERROR, "topic " + topic + " partition " + partition + ": the answer names no partition");
      return;
    }
    ProduceResponse.PartitionProduceResponse answer = response.responses().get(0).partitionResponses().get(0);
    Errors error = Errors.forCode(answer.errorCode());
    if (error == Errors.NONE) {
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).result().complete(new Sent(partition, answer.baseOffset() + i));
      }
      sendNext();
    } else if (NOT_WRITTEN.contains(error) && batch.get(0).ageMs() < RecordProducer.DELIVERY_MS) {
      producer.scheduler().after(RETRY_MS, () -> producer.execute(() -> send(batch)));
    } else {
      fail(batch, error, "topic " + topic + " partition " + partition + ": "
          + (answer.errorMessage() == null ? error.message() : answer.errorMessage()));
    }
  }

  private void fail(List<PendingRecord> batch, Errors error, String message) {
    batch.forEach(record -> record.fail(error, message));
    sendNext();
  }

  /** @return whether no record is in it */
  synchronized boolean isIdle() {
    return queue.isEmpty() && underWay.isEmpty();
  }

  /** Fails the unanswered records. */
  void close() {
    List<PendingRecord> all;
    synchronized (this) {
      all = new ArrayList<>(underWay);
      all.addAll(queue);
      queue.clear();
    }
    all.forEach(record -> record.fail(Errors.NETWORK_EXCEPTION, RecordProducer.CLOSED));
  }
}
