package io.margay.shares.internal.letters;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Writes to one partition of a dead letter topic as an idempotent producer: one batch after the other, each again until it is in the log or its time
 * is over. So a batch whose answer is lost is not written twice. Safe for all threads.
 */
final class LetterBox {
  private static final int TIMEOUT_MS = 5_000;
  private static final long RETRY_MS = 200;
  private static final long GIVE_UP_MS = 60_000;
  private static final Set<Errors> PASSING = Set.of(Errors.NOT_LEADER_OR_FOLLOWER, Errors.LEADER_NOT_AVAILABLE, Errors.REQUEST_TIMED_OUT,
      Errors.NOT_ENOUGH_REPLICAS, Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_ID,
      Errors.KAFKA_STORAGE_ERROR, Errors.NETWORK_EXCEPTION, Errors.COORDINATOR_LOAD_IN_PROGRESS, Errors.COORDINATOR_NOT_AVAILABLE,
      Errors.THROTTLING_QUOTA_EXCEEDED);
  private static final Set<Errors> NEW_PRODUCER = Set.of(Errors.UNKNOWN_PRODUCER_ID, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
      Errors.INVALID_PRODUCER_EPOCH, Errors.INVALID_PRODUCER_ID_MAPPING);

  private final TopicPartition to;
  private final Post post;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
  /** Used by the batch that is under way. */
  private long producerId = -1;
  private short producerEpoch;
  private int sequence;

  LetterBox(TopicPartition to, Post post) {
    this.to = to;
    this.post = post;
  }

  private final class Batch {
    private final List<Letter> letters;
    private final long untilNanos = post.clock().nanos() + GIVE_UP_MS * 1_000_000;
    private final CompletableFuture<Errors> done = new CompletableFuture<>();

    Batch(List<Letter> letters) {
      this.letters = letters;
    }
  }

  /** Completes with NONE when the letters are in the log; never fails. */
  synchronized CompletableFuture<Errors> send(List<Letter> letters) {
    CompletableFuture<Errors> done = last.handle((before, failure) -> null).thenCompose(go -> {
      Batch batch = new Batch(letters);
      attempt(batch);
      return batch.done;
    });
    last = done;
    return done;
  }

  private void attempt(Batch batch) {
    PartitionImage partition = post.image().get().partition(to);
    if (partition == null || partition.leader().equals(BrokerId.NONE)) {
      ended(batch, Errors.LEADER_NOT_AVAILABLE);
    } else if (producerId < 0) {
      post.requests().send(InitProducerIdRequest.API, new InitProducerIdRequest().setTransactionalId(null).setTransactionTimeoutMs(TIMEOUT_MS)
          .setProducerId(-1).setProducerEpoch((short) -1), new InitProducerIdResponse()).whenComplete((response, failure) -> {
            Errors error = failure != null ? Errors.NETWORK_EXCEPTION : Errors.forCode(response.errorCode());
            if (error != Errors.NONE) {
              ended(batch, error);
              return;
            }
            producerId = response.producerId();
            producerEpoch = response.producerEpoch();
            sequence = 0;
            produce(batch, partition.leader());
          });
    } else {
      produce(batch, partition.leader());
    }
  }

  private void produce(Batch batch, BrokerId leader) {
    TopicImage topic = post.image().get().topic(to.topic());
    if (topic == null) {
      ended(batch, Errors.UNKNOWN_TOPIC_OR_PARTITION);
      return;
    }
    post.links().send(leader, ProduceRequest.API, request(batch.letters, topic), new ProduceResponse(), r -> r).whenComplete((response, failure) ->
        ended(batch, failure != null ? Errors.NETWORK_EXCEPTION
            : Errors.forCode(response.responses().get(0).partitionResponses().get(0).errorCode())));
  }

  private ProduceRequest request(List<Letter> letters, TopicImage topic) {
    long now = post.clock().millis();
    try (RecordBatchBuilder builder = new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT)) {
      builder.producer(producerId, producerEpoch, sequence);
      letters.forEach(l -> builder.append(now, l.key(), l.value(), l.headers()));
      ProduceRequest.TopicProduceData data = new ProduceRequest.TopicProduceData().setName(to.topic()).setTopicId(topic.id());
      data.setPartitionData(new ArrayList<>(List.of(
          new ProduceRequest.PartitionProduceData().setIndex(to.partition()).setRecords(new BufferRecords(builder.build())))));
      return new ProduceRequest().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS).setTopicData(new ArrayList<>(List.of(data)));
    }
  }

  private void ended(Batch batch, Errors error) {
    if (error == Errors.NONE || error == Errors.DUPLICATE_SEQUENCE_NUMBER) {
      sequence += batch.letters.size();
      batch.done.complete(Errors.NONE);
      return;
    }
    boolean again = (PASSING.contains(error) || NEW_PRODUCER.contains(error)) && post.clock().nanos() < batch.untilNanos
        && !post.links().closed();
    if (!again || NEW_PRODUCER.contains(error)) {
      // what became of the batch is not known, so its sequence numbers are not used again
      producerId = -1;
    }
    if (again) {
      post.scheduler().after(RETRY_MS, () -> attempt(batch));
    } else {
      batch.done.complete(error);
    }
  }
}
