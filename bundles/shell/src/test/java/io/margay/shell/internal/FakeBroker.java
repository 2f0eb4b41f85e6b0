package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import io.margay.protocol.Api;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.MessageWriter;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DeleteTopicsResponse;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.RecordBatches;
import io.margay.spi.client.LocalClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A broker of some lines: topics in memory, answered through the wire format so that what cannot be encoded is found. */
final class FakeBroker implements LocalClient {
  final Map<String, TopicImage> topics = new TreeMap<>();
  final SortedMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
  BrokerId controller = new BrokerId(1);
  final Map<ConfigResource, Map<String, String>> configs = new HashMap<>();
  final Map<TopicPartition, ByteBuf> logs = new HashMap<>();
  final Map<TopicPartition, Long> ends = new HashMap<>();
  /** Answers of other APIs, by key, or instead of those below. */
  final Map<Short, Function<Message, Message>> others = new HashMap<>();
  /** APIs that it does not serve over the network. */
  final Set<Short> missing = new HashSet<>();
  final List<Message> requests = new ArrayList<>();
  /** As whom requests were sent. */
  final List<Caller> callers = new ArrayList<>();

  @Override
  public LocalClient as(Caller caller) {
    callers.add(caller);
    return this;
  }

  /** Registers a broker; racks are null when not wanted. */
  FakeBroker broker(int id, String rack, boolean fenced, boolean shuttingDown) {
    brokers.put(new BrokerId(id), new BrokerImage(new BrokerId(id), 1,
        List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "host" + id, 9092)), rack, fenced, shuttingDown));
    return this;
  }

  /** Registers brokers that are well. */
  FakeBroker brokers(int... ids) {
    for (int id : ids) {
      broker(id, null, false, false);
    }
    return this;
  }

  /** A topic with these partitions, in order; the index of each is set. */
  FakeBroker topic(String name, PartitionImage... partitions) {
    List<PartitionImage> list = new ArrayList<>();
    for (PartitionImage p : partitions) {
      list.add(new PartitionImage(list.size(), p.members(), p.leader(), p.leaderEpoch(), p.partitionEpoch()));
    }
    topics.put(name, new TopicImage(name, new UUID(1, topics.size() + 1), name.startsWith("__"), list));
    return this;
  }

  /** A partition for {@link #topic(String, PartitionImage...)}; -1 is no leader. */
  static PartitionImage partition(int leader, List<Integer> replicas, List<Integer> isr) {
    return new PartitionImage(0, ids(replicas), ids(isr), new BrokerId(leader), new LeaderEpoch(3), 0);
  }

  /** A partition that is being reassigned. */
  static PartitionImage moving(int leader, List<Integer> replicas, List<Integer> isr, List<Integer> adding, List<Integer> removing) {
    return new PartitionImage(0, new ReplicaSet(ids(replicas), ids(isr), List.of(), List.of(), ids(adding), ids(removing)),
        new BrokerId(leader), new LeaderEpoch(3), 0);
  }

  static List<BrokerId> ids(List<Integer> ids) {
    return ids.stream().map(BrokerId::new).toList();
  }

  FakeBroker topic(String name, int partitions) {
    List<PartitionImage> list = new ArrayList<>();
    List<BrokerId> ids = List.of(new BrokerId(1));
    for (int i = 0; i < partitions; i++) {
      list.add(new PartitionImage(i, ids, ids, ids.get(0), new LeaderEpoch(0), 0));
    }
    topics.put(name, new TopicImage(name, new UUID(1, topics.size() + 1), name.startsWith("__"), list));
    return this;
  }

  ClusterImage image() {
    return new ClusterImage("cluster", 1, controller, brokers, TopicsImage.of(topics), configs, Map.of());
  }

  @Override
  public synchronized <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
    ByteBuf wire = Unpooled.buffer();
    request.write(MessageWriter.copying(wire), api.highest());
    requests.add(request);
    Message answer = answer(api, wire, request);
    if (answer == null) {
      return CompletableFuture.failedFuture(new IllegalStateException("nobody serves " + api.name()));
    }
    ByteBuf bytes = Unpooled.buffer();
    answer.write(MessageWriter.copying(bytes), api.highest());
    response.read(new MessageReader(bytes), api.highest());
    return CompletableFuture.completedFuture(response);
  }

  private Message answer(Api api, ByteBuf wire, Message request) {
    MessageReader in = new MessageReader(wire);
    Function<Message, Message> other = others.get(api.key());
    if (other != null) {
      return other.apply(request);
    }
    if (api.equals(CreateTopicsRequest.API)) {
      CreateTopicsRequest r = new CreateTopicsRequest();
      r.read(in, api.highest());
      return create(r);
    }
    if (api.equals(DeleteTopicsRequest.API)) {
      DeleteTopicsRequest r = new DeleteTopicsRequest();
      r.read(in, api.highest());
      DeleteTopicsResponse response = new DeleteTopicsResponse();
      r.topics().forEach(t -> {
        TopicImage gone = topics.remove(t.name());
        response.responses().add(new DeleteTopicsResponse.DeletableTopicResult().setName(t.name()).setTopicId(gone.id()));
      });
      return response;
    }
    if (api.equals(ProduceRequest.API)) {
      ProduceRequest r = new ProduceRequest();
      r.read(in, api.highest());
      return produce(r);
    }
    if (api.equals(FetchRequest.API)) {
      FetchRequest r = new FetchRequest();
      r.read(in, api.highest());
      return fetch(r);
    }
    if (api.equals(ListOffsetsRequest.API)) {
      ListOffsetsRequest r = new ListOffsetsRequest();
      r.read(in, api.highest());
      return offsets(r);
    }
    return null;
  }

  private Message create(CreateTopicsRequest request) {
    CreateTopicsResponse response = new CreateTopicsResponse();
    request.topics().forEach(t -> {
      var result = new CreateTopicsResponse.CreatableTopicResult().setName(t.name());
      if (topics.containsKey(t.name())) {
        result.setErrorCode(Errors.TOPIC_ALREADY_EXISTS.code()).setErrorMessage("Topic '" + t.name() + "' already exists.");
      } else {
        topic(t.name(), Math.max(1, t.numPartitions()));
        Map<String, String> overrides = new TreeMap<>();
        t.configs().forEach(c -> overrides.put(c.name(), c.value()));
        configs.put(ConfigResource.topic(t.name()), overrides);
        result.setNumPartitions(Math.max(1, t.numPartitions())).setReplicationFactor((short) 1);
      }
      response.topics().add(result);
    });
    return response;
  }

  private Message produce(ProduceRequest request) {
    ProduceResponse response = new ProduceResponse();
    request.topicData().forEach(t -> {
      var topicResponse = new ProduceResponse.TopicProduceResponse().setTopicId(t.topicId());
      String name = image().topic(t.topicId()).name();
      t.partitionData().forEach(p -> {
        TopicPartition tp = new TopicPartition(name, p.index());
        long base = ends.getOrDefault(tp, 0L);
        BatchCursor cursor = RecordBatches.cursor(p.records().bufferOrNull());
        while (cursor.next()) {
          cursor.batch().setBaseOffset(ends.getOrDefault(tp, 0L));
          ends.put(tp, cursor.batch().nextOffset());
        }
        logs.computeIfAbsent(tp, x -> Unpooled.buffer()).writeBytes(p.records().bufferOrNull().duplicate());
        topicResponse.partitionResponses().add(
            new ProduceResponse.PartitionProduceResponse().setIndex(p.index()).setBaseOffset(base));
      });
      response.responses().add(topicResponse);
    });
    return response;
  }

  private Message fetch(FetchRequest request) {
    FetchResponse response = new FetchResponse();
    request.topics().forEach(t -> {
      var topicResponse = new FetchResponse.FetchableTopicResponse().setTopicId(t.topicId());
      String name = image().topic(t.topicId()).name();
      t.partitions().forEach(p -> {
        TopicPartition tp = new TopicPartition(name, p.partition());
        long end = ends.getOrDefault(tp, 0L);
        var data = new FetchResponse.PartitionData().setPartitionIndex(p.partition()).setHighWatermark(end);
        if (p.fetchOffset() > end) {
          data.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
        } else if (p.fetchOffset() < end) {
          data.setRecords(new BufferRecords(logs.get(tp).copy()));
        }
        topicResponse.partitions().add(data);
      });
      response.responses().add(topicResponse);
    });
    return response;
  }

  private Message offsets(ListOffsetsRequest request) {
    ListOffsetsResponse response = new ListOffsetsResponse();
    request.topics().forEach(t -> {
      var topicResponse = new ListOffsetsResponse.ListOffsetsTopicResponse().setName(t.name());
      t.partitions().forEach(p -> topicResponse.partitions().add(
          new ListOffsetsResponse.ListOffsetsPartitionResponse().setPartitionIndex(p.partitionIndex())
              .setOffset(p.timestamp() == -2 ? 0 : ends.getOrDefault(new TopicPartition(t.name(), p.partitionIndex()), 0L))));
      response.topics().add(topicResponse);
    });
    return response;
  }
}
