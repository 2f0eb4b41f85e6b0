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
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to one partition of a dead letter topic as an idempotent producer: one batch after the other, each again until it is in the log or its time
 * is over. So a batch whose answer is lost is not written twice. Safe for all threads.
 */
final class LetterBox {
  private static final Logger LOG = LoggerFactory.getLogger(LetterBox.class);
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
    private final BooleanSupplier wanted;
    private final long untilNanos = post.clock().nanos() + GIVE_UP_MS * 1_000_000;
    private final CompletableFuture<Errors> done = new CompletableFuture<>();

    Batch(List<Letter> letters, BooleanSupplier wanted) {
      this.letters = letters;
      this.wanted = wanted;
    }
  }

  /**
   * Writes letters after those before.
   *
   * @param wanted asked before each attempt; there is no further one when it says no
   * @return completes with NONE when the letters are in the log, else with an error; never fails
   */
  synchronized CompletableFuture<Errors> send(List<Letter> letters, BooleanSupplier wanted) {
    CompletableFuture<Errors> done = last.handle((before, failure) -> null).thenCompose(go -> {
      Batch batch = new Batch(letters, wanted);
      attempt(batch);
      return batch.done;
    });
    last = done;
    return done;
  }

  private void attempt(Batch batch) {
    CompletableFuture.completedFuture(null).thenCompose(go -> written(batch)).whenComplete((error, failure) -> {
      if (failure != null) {
        LOG.debug("Letters were not written. topic={} partition={}", to.topic(), to.partition(), failure);
      }
      ended(batch, failure != null ? Errors.NETWORK_EXCEPTION : error);
    });
  }

  private CompletionStage<Errors> written(Batch batch) {
    if (!batch.wanted.getAsBoolean()) {
      return CompletableFuture.completedFuture(Errors.OPERATION_NOT_ATTEMPTED);
    }
    PartitionImage partition = post.image().get().partition(to);
    if (partition == null || partition.leader().equals(BrokerId.NONE)) {
      return CompletableFuture.completedFuture(Errors.LEADER_NOT_AVAILABLE);
    }
    return producerId >= 0 ? produce(batch, partition.leader()) : post.requests().send(InitProducerIdRequest.API,
        new InitProducerIdRequest().setTransactionalId(null).setTransactionTimeoutMs(TIMEOUT_MS).setProducerId(-1).setProducerEpoch((short) -1),
        new InitProducerIdResponse()).thenCompose(response -> {
          Errors error = Errors.forCode(response.errorCode());
          if (error != Errors.NONE) {
            return CompletableFuture.completedFuture(error);
          }
          producerId = response.producerId();
          producerEpoch = response.producerEpoch();
          sequence = 0;
          return produce(batch, partition.leader());
        });
  }

  private CompletionStage<Errors> produce(Batch batch, BrokerId leader) {
    TopicImage topic = post.image().get().topic(to.topic());
    if (topic == null) {
      return CompletableFuture.completedFuture(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    ByteBuf records = records(batch.letters);
    // a view, released here: it may never come to a connection, which would release it
    return CompletableFuture.completedFuture(null).thenCompose(go -> post.links().send(leader, ProduceRequest.API, request(records, topic),
        new ProduceResponse(), r -> Errors.forCode(r.responses().get(0).partitionResponses().get(0).errorCode())))
        .whenComplete((error, failure) -> records.release());
  }

  private ByteBuf records(List<Letter> letters) {
    long now = post.clock().millis();
    try (RecordBatchBuilder builder = new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT)) {
      builder.producer(producerId, producerEpoch, sequence);
      letters.forEach(l -> builder.append(now, l.key(), l.value(), l.headers()));
      return builder.build();
    }
  }

  private ProduceRequest request(ByteBuf records, TopicImage topic) {
    ProduceRequest.TopicProduceData data = new ProduceRequest.TopicProduceData().setName(to.topic()).setTopicId(topic.id());
    data.setPartitionData(new ArrayList<>(List.of(
        new ProduceRequest.PartitionProduceData().setIndex(to.partition()).setRecords(BufferRecords.view(records)))));
    return new ProduceRequest().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS).setTopicData(new ArrayList<>(List.of(data)));
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
