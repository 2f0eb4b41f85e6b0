package io.margay.http.internal;

import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.producer.ProduceException;
import io.margay.spi.producer.Producer.Sent;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes the records of one request whose partition the client chose: the service {@code Producer} always asks the partitioner.
 * One batch is in flight at a time, which keeps the order; records that arrive meanwhile form the next one. Its callers bound it:
 * a request has a bounded number of records in flight. Safe for all threads.
 */
final class PartitionWriter {
  private static final int BATCH_BYTES = 64 * 1024;
  private static final int BATCH_OVERHEAD_BYTES = 61;
  private static final int REQUEST_TIMEOUT_MS = 30_000;

  private record Waiting(RecordRequest record, long timestampMs, CompletableFuture<Sent> result) {
    int sizeBytes() {
      return RecordBatchBuilder.maxRecordSizeBytes(record.key().sizeBytes(), record.value().sizeBytes(), record.headers());
    }
  }

  private final Producing producing;
  private final Target target;
  private final int partition;
  private final int batchBytes;
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private boolean busy;

  /** @param target where the records go; a batch of several is never larger than the topic's {@code max.message.bytes} */
  PartitionWriter(Producing producing, Target target, int partition) {
    this.batchBytes = Math.min(BATCH_BYTES, target.maxBytes() - BATCH_OVERHEAD_BYTES);
    this.producing = producing;
    this.target = target;
    this.partition = partition;
  }

  /** @return completes when the record is written, as for {@code Producer} */
  CompletionStage<Sent> add(RecordRequest record) {
    Waiting waiting = new Waiting(record, record.timestampMs() == null ? System.currentTimeMillis() : record.timestampMs(),
        new CompletableFuture<>());
    synchronized (this) {
      queue.add(waiting);
      if (busy) {
        return waiting.result;
      }
      busy = true;
    }
    sendNext();
    return waiting.result;
  }

  private void sendNext() {
    List<Waiting> batch = new ArrayList<>();
    synchronized (this) {
      long bytes = 0;
      for (Waiting w = queue.peek(); w != null && (batch.isEmpty() || bytes + w.sizeBytes() <= batchBytes); w = queue.peek()) {
        bytes += w.sizeBytes();
        batch.add(queue.poll());
      }
      if (batch.isEmpty()) {
        busy = false;
        return;
      }
    }
    ProduceRequest request = new ProduceRequest().setAcks((short) -1).setTimeoutMs(REQUEST_TIMEOUT_MS).setTopicData(List.of(
        new ProduceRequest.TopicProduceData().setName(target.topic()).setTopicId(target.topicId()).setPartitionData(List.of(
            new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(records(batch))))));
    send(request).whenComplete((response, e) -> {
      answered(batch, response, e);
      sendNext();
    });
  }

  /** While the server is replaced, the batch waits; what it has sent is answered before that server goes. */
  private CompletionStage<ProduceResponse> send(ProduceRequest request) {
    return producing.clients().await(Producing.CLIENT, producing.limits().producerWaitMs()).thenCompose(lease -> {
      try {
        return lease.service().send(ProduceRequest.API, request, new ProduceResponse()).whenComplete((response, e) -> lease.close());
      } catch (RuntimeException e) {
        lease.close();
        throw e;
      }
    });
  }

  private static BufferRecords records(List<Waiting> batch) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      batch.forEach(w -> builder.append(w.timestampMs, w.record.key().bytes(), w.record.value().bytes(), w.record.headers()));
      return new BufferRecords(builder.build());
    }
  }

  private void answered(List<Waiting> batch, ProduceResponse response, Throwable failure) {
    if (failure != null) {
      batch.forEach(w -> w.result.completeExceptionally(failure));
      return;
    }
    ProduceResponse.PartitionProduceResponse answer = response.responses().get(0).partitionResponses().get(0);
    Errors error = Errors.forCode(answer.errorCode());
    for (int i = 0; i < batch.size(); i++) {
      if (error == Errors.NONE) {
        batch.get(i).result.complete(new Sent(partition, answer.baseOffset() + i));
      } else {
        batch.get(i).result.completeExceptionally(new ProduceException(error, "topic " + target.topic() + " partition " + partition + ": "
            + (answer.errorMessage() == null ? error.message() : answer.errorMessage())));
      }
    }
  }
}
