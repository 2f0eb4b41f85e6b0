package io.margay.shares.internal.letters;

import io.margay.protocol.Api;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordBatches;
import io.margay.protocol.record.RecordHeader;
import io.margay.protocol.record.RecordReader;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** A broker that leads a partition of a dead letter topic, reached over connections; it takes each sequence number of a producer once. */
final class LetterBroker implements RemoteClient {
  /** What a letter has. */
  record Stored(String key, String value, List<RecordHeader> headers) {
    String header(String name) {
      return headers.stream().filter(h -> h.key().equals(name)).map(h -> new String(h.value())).findFirst().orElse(null);
    }
  }

  final List<Stored> letters = new ArrayList<>();
  /** How many answers are lost after the request was served. */
  int lostAnswers;
  Errors failWith = Errors.NONE;
  /** Whether there are no connections. */
  boolean unreachable;
  int connections;
  /** Whether connections do not serve what is asked for. */
  boolean servesNothing;
  /** Whether answers lack what was asked for. */
  boolean malformed;
  /** Larger batches are refused. */
  int maxBytes = 1 << 20;
  private long producerId = -1;
  private int nextSequence;

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    connections++;
    return unreachable ? CompletableFuture.failedFuture(new IOException("refused")) : CompletableFuture.completedFuture(new Connection());
  }

  private void serve(Message request, Message response) {
    if (request instanceof ProduceRequest produce) {
      ProduceRequest.PartitionProduceData data = produce.topicData().get(0).partitionData().get(0);
      ProduceResponse.PartitionProduceResponse answer = new ProduceResponse.PartitionProduceResponse().setErrorCode(append(data).code());
      ((ProduceResponse) response).responses().add(new ProduceResponse.TopicProduceResponse().setPartitionResponses(List.of(answer)));
      data.records().release();
    } else if (response instanceof ListOffsetsResponse offsets) {
      offsets.topics().add(new ListOffsetsResponse.ListOffsetsTopicResponse().setPartitions(List.of(
          new ListOffsetsResponse.ListOffsetsPartitionResponse().setOffset(letters.size()))));
    } else {
      FetchRequest.FetchPartition asked = ((FetchRequest) request).topics().get(0).partitions().get(0);
      ((FetchResponse) response).responses().add(new FetchResponse.FetchableTopicResponse().setPartitions(List.of(
          new FetchResponse.PartitionData().setRecords(read(asked.fetchOffset())))));
    }
  }

  private Errors append(ProduceRequest.PartitionProduceData data) {
    if (failWith != Errors.NONE) {
      return failWith;
    }
    if (data.records().sizeBytes() > maxBytes) {
      return Errors.MESSAGE_TOO_LARGE;
    }
    BatchCursor cursor = RecordBatches.cursor(data.records().bufferOrNull());
    cursor.next();
    if (cursor.batch().producerId() != producerId) {
      producerId = cursor.batch().producerId();
      nextSequence = 0;
    }
    if (cursor.batch().baseSequence() < nextSequence) {
      return Errors.DUPLICATE_SEQUENCE_NUMBER;
    }
    try (RecordReader reader = RecordReader.open(cursor.batch(), 1 << 20)) {
      while (reader.hasNext()) {
        Record record = reader.next();
        letters.add(new Stored(record.hasKey() ? new String(record.keyBytes()) : null, record.hasValue() ? new String(record.valueBytes()) : null,
            record.headers()));
        nextSequence++;
      }
    }
    return Errors.NONE;
  }

  private BufferRecords read(long from) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      builder.baseOffset(from);
      letters.subList((int) from, letters.size()).forEach(l -> builder.append(0, (byte[]) null, null, l.headers()));
      return new BufferRecords(builder.build());
    }
  }

  private final class Connection implements RemoteConnection {
    @Override
    public short version(Api api) {
      return servesNothing ? -1 : api.highest();
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      if (!malformed) {
        serve(request, response);
      }
      if (lostAnswers > 0) {
        lostAnswers--;
        return CompletableFuture.failedFuture(new IOException("the answer is lost"));
      }
      return CompletableFuture.completedFuture(new Reply<>() {
        @Override
        public R message() {
          return response;
        }

        @Override
        public void close() {
          // nothing is pooled
        }
      });
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public CompletionStage<Void> closed() {
      return new CompletableFuture<>();
    }

    @Override
    public void close() {
      // nothing to close
    }
  }
}
