package io.margay.mirror.internal;

import io.margay.protocol.Api;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Message;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** A broker of the source with one partition in memory. Answers when the test says so. */
final class FakeSource implements RemoteClient {
  final TreeMap<Long, byte[]> batches = new TreeMap<>();
  final List<String> asked = new ArrayList<>();
  private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
  private final List<Connection> connections = new ArrayList<>();
  long start;
  long end;
  short fetchVersion = 17;
  Errors fetchError = Errors.NONE;
  boolean unreachable;
  int unclosed;

  void add(String... values) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      builder.baseOffset(end);
      for (String value : values) {
        builder.append(1_000, null, value.getBytes(StandardCharsets.UTF_8), List.of());
      }
      ByteBuf batch = builder.build();
      byte[] bytes = new byte[batch.readableBytes()];
      batch.readBytes(bytes);
      batch.release();
      batches.put(end, bytes);
      end += values.length;
    }
  }

  void cutTo(long offset) {
    batches.tailMap(offset, true).clear();
    end = offset;
  }

  /** Answers all requests; those that are sent meanwhile, too, but for fetches that find nothing. */
  void answer() {
    for (int i = 0; i < 200 && !answers.isEmpty(); i++) {
      answers.poll().run();
    }
  }

  void disconnect() {
    answers.clear();
    List.copyOf(connections).forEach(Connection::close);
  }

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    asked.add("connect");
    if (unreachable) {
      return CompletableFuture.failedFuture(new IOException("cannot connect to " + target));
    }
    Connection connection = new Connection();
    connections.add(connection);
    return CompletableFuture.completedFuture(connection);
  }

  private final class Connection implements RemoteConnection {
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final List<CompletableFuture<?>> open = new ArrayList<>();

    @Override
    public short version(Api api) {
      return api.equals(FetchRequest.API) ? fetchVersion : api.highest();
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      CompletableFuture<Reply<R>> result = new CompletableFuture<>();
      open.add(result);
      asked.add(api.name());
      answers.add(() -> {
        if (request instanceof FetchRequest fetch) {
          if (version >= 13 && fetch.topics().stream().anyMatch(topic -> topic.topicId().equals(KafkaUuid.ZERO))) {
            throw new IllegalStateException("a topic without an id was asked for by it");
          }
          fill(fetch, (FetchResponse) response);
        } else {
          fill((ListOffsetsRequest) request, (ListOffsetsResponse) response);
        }
        unclosed++;
        open.remove(result);
        result.complete(new Reply<>() {
          @Override
          public R message() {
            return response;
          }

          @Override
          public void close() {
            unclosed--;
          }
        });
      });
      return result;
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public CompletionStage<Void> closed() {
      return closed;
    }

    @Override
    public void close() {
      connections.remove(this);
      closed.complete(null);
      List.copyOf(open).forEach(each -> each.completeExceptionally(new IOException("the connection was closed")));
    }
  }

  private void fill(ListOffsetsRequest request, ListOffsetsResponse response) {
    request.topics().forEach(topic -> {
      ListOffsetsTopicResponse answer = new ListOffsetsTopicResponse().setName(topic.name());
      topic.partitions().forEach(p -> answer.partitions().add(new ListOffsetsPartitionResponse().setPartitionIndex(p.partitionIndex())
          .setOffset(p.timestamp() == -2 ? start : end)));
      response.topics().add(answer);
    });
  }

  private void fill(FetchRequest request, FetchResponse response) {
    request.topics().forEach(topic -> {
      FetchableTopicResponse answer = new FetchableTopicResponse().setTopic(topic.topic()).setTopicId(topic.topicId());
      topic.partitions().forEach(p -> {
        PartitionData data = new PartitionData().setPartitionIndex(p.partition()).setHighWatermark(end).setLogStartOffset(start);
        if (fetchError != Errors.NONE) {
          data.setErrorCode(fetchError.code());
        } else if (p.fetchOffset() < start || p.fetchOffset() > end) {
          data.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
        } else {
          Map.Entry<Long, byte[]> first = batches.floorEntry(p.fetchOffset());
          ByteBuf all = Unpooled.buffer();
          if (first != null && p.fetchOffset() < end) {
            batches.tailMap(first.getKey(), true).values().stream().limit(p.partitionMaxBytes() == 1 ? 1 : Long.MAX_VALUE)
                .forEach(all::writeBytes);
          }
          data.setRecords(new BufferRecords(all));
        }
        answer.partitions().add(data);
      });
      response.responses().add(answer);
    });
  }
}
