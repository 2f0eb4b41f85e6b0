package io.margay.mirror.internal;

import io.margay.protocol.Api;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Message;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.MetadataResponse.MetadataResponseBroker;
import io.margay.protocol.message.MetadataResponse.MetadataResponsePartition;
import io.margay.protocol.message.MetadataResponse.MetadataResponseTopic;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/** Broker 1 of a source with partitions in memory, which answers at once. Offset n has the timestamp 1000 + n. */
final class LaneBroker implements RemoteClient {
  private static final int PARTITIONS = 40;
  /** The batches of each partition, one record in each, by topic and partition. */
  final Map<String, List<byte[]>> batches = new TreeMap<>();
  final List<String> asked = new ArrayList<>();
  short fetchVersion = 12;
  /** Called after each fetch. */
  Runnable afterFetch = () -> { };

  void add(String topic, int partition, int sizeBytes) {
    List<byte[]> log = batches.computeIfAbsent(topic + ":" + partition, key -> new ArrayList<>());
    try (RecordBatchBuilder builder = new RecordBatchBuilder(new UnpooledByteBufAllocator(false))) {
      builder.baseOffset(log.size()).append(1_000 + log.size(), (topic + partition).getBytes(), new byte[sizeBytes], List.of());
      ByteBuf batch = builder.build();
      byte[] bytes = new byte[batch.readableBytes()];
      batch.readBytes(bytes);
      log.add(bytes);
    }
  }

  private List<byte[]> log(String topic, int partition) {
    return batches.getOrDefault(topic + ":" + partition, List.of());
  }

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    return CompletableFuture.completedFuture(new Connection());
  }

  private final class Connection implements RemoteConnection {
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    @Override
    public short version(Api api) {
      return api.equals(FetchRequest.API) ? fetchVersion : api.highest();
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      asked.add(api.name());
      if (request instanceof FetchRequest fetch) {
        fill(fetch, (FetchResponse) response, version);
      } else if (request instanceof MetadataRequest metadata) {
        fill(metadata, (MetadataResponse) response);
      } else {
        fill((ListOffsetsRequest) request, (ListOffsetsResponse) response);
      }
      return CompletableFuture.completedFuture(new Reply<>() {
        @Override
        public R message() {
          return response;
        }

        @Override
        public void close() {
          if (request instanceof FetchRequest) {
            afterFetch.run();
          }
        }
      });
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
      closed.complete(null);
    }
  }

  private static void fill(MetadataRequest request, MetadataResponse response) {
    response.brokers().add(new MetadataResponseBroker().setNodeId(1).setHost("a").setPort(1));
    request.topics().forEach(topic -> response.topics().add(new MetadataResponseTopic().setName(topic.name())
        .setPartitions(IntStream.range(0, PARTITIONS).mapToObj(p -> new MetadataResponsePartition().setPartitionIndex(p).setLeaderId(1)).toList())));
  }

  private void fill(ListOffsetsRequest request, ListOffsetsResponse response) {
    request.topics().forEach(topic -> {
      ListOffsetsTopicResponse answer = new ListOffsetsTopicResponse().setName(topic.name());
      topic.partitions().forEach(p -> {
        int end = log(topic.name(), p.partitionIndex()).size();
        long at = p.timestamp() == -2 ? 0 : p.timestamp() == -1 ? end : p.timestamp() - 1_000 < end ? p.timestamp() - 1_000 : -1;
        answer.partitions().add(new ListOffsetsPartitionResponse().setPartitionIndex(p.partitionIndex()).setOffset(at));
      });
      response.topics().add(answer);
    });
  }

  /** As a broker does: a batch that is larger than what is asked for comes only as the first one of the answer. */
  private void fill(FetchRequest request, FetchResponse response, short version) {
    int left = request.maxBytes();
    boolean empty = true;
    for (var topic : request.topics()) {
      if (version >= 13) {
        throw new IllegalStateException("a topic without an id was asked for by " + topic.topicId());
      }
      FetchableTopicResponse answer = new FetchableTopicResponse().setTopic(topic.topic()).setTopicId(new UUID(0, 0));
      for (var p : topic.partitions()) {
        List<byte[]> log = log(topic.topic(), p.partition());
        ByteBuf all = Unpooled.buffer();
        int room = Math.min(left, p.partitionMaxBytes());
        for (long at = p.fetchOffset(); at < log.size() && (empty || all.readableBytes() + log.get((int) at).length <= room); at++) {
          all.writeBytes(log.get((int) at));
          empty = false;
        }
        left -= all.readableBytes();
        answer.partitions().add(new PartitionData().setPartitionIndex(p.partition()).setHighWatermark(log.size())
            .setRecords(new BufferRecords(all)));
      }
      response.responses().add(answer);
    }
  }
}
