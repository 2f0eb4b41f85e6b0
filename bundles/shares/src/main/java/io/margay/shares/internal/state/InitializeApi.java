package io.margay.shares.internal.state;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.message.InitializeShareGroupStateRequest;
import io.margay.protocol.message.InitializeShareGroupStateResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** InitializeShareGroupState: gives share partitions a state, or a new one. */
public final class InitializeApi implements
    StateApi<InitializeShareGroupStateRequest, InitializeShareGroupStateResponse, InitializeShareGroupStateRequest.PartitionData, InitializeShareGroupStateResponse.PartitionResult> {
  @Override
  public Api api() {
    return InitializeShareGroupStateRequest.API;
  }

  @Override
  public InitializeShareGroupStateResponse newResponse() {
    return new InitializeShareGroupStateResponse();
  }

  @Override
  public InitializeShareGroupStateRequest newRequest() {
    return new InitializeShareGroupStateRequest();
  }

  @Override
  public String groupId(InitializeShareGroupStateRequest request) {
    return request.groupId();
  }

  @Override
  public List<Item<InitializeShareGroupStateRequest.PartitionData>> items(InitializeShareGroupStateRequest request) {
    List<Item<InitializeShareGroupStateRequest.PartitionData>> items = new ArrayList<>();
    request.topics().forEach(t -> t.partitions().forEach(p -> items.add(new Item<>(t.topicId(), p.partition(), p))));
    return items;
  }

  @Override
  public InitializeShareGroupStateRequest request(String groupId, List<Item<InitializeShareGroupStateRequest.PartitionData>> items) {
    Map<UUID, InitializeShareGroupStateRequest.InitializeStateData> topics = new LinkedHashMap<>();
    items.forEach(i -> topics.computeIfAbsent(i.topicId(), id -> new InitializeShareGroupStateRequest.InitializeStateData().setTopicId(id)).partitions().add(i.data()));
    return new InitializeShareGroupStateRequest().setGroupId(groupId).setTopics(new ArrayList<>(topics.values()));
  }

  @Override
  public List<Item<InitializeShareGroupStateResponse.PartitionResult>> results(InitializeShareGroupStateResponse response) {
    List<Item<InitializeShareGroupStateResponse.PartitionResult>> results = new ArrayList<>();
    response.results().forEach(t -> t.partitions().forEach(p -> results.add(new Item<>(t.topicId(), p.partition(), p))));
    return results;
  }

  @Override
  public InitializeShareGroupStateResponse response(List<Item<InitializeShareGroupStateResponse.PartitionResult>> results) {
    Map<UUID, InitializeShareGroupStateResponse.InitializeStateResult> topics = new LinkedHashMap<>();
    results.forEach(r -> topics.computeIfAbsent(r.topicId(), id -> new InitializeShareGroupStateResponse.InitializeStateResult().setTopicId(id)).partitions().add(r.data()));
    return new InitializeShareGroupStateResponse().setResults(new ArrayList<>(topics.values()));
  }

  @Override
  public InitializeShareGroupStateResponse.PartitionResult failed(int partition, Errors error, String message) {
    return new InitializeShareGroupStateResponse.PartitionResult().setPartition(partition).setErrorCode(error.code())
        .setErrorMessage(message == null ? error.message() : message);
  }

  @Override
  public Done<InitializeShareGroupStateResponse.PartitionResult> apply(StateShard shard, StateKey key, InitializeShareGroupStateRequest.PartitionData data, long nowMs) {
    return new Done<>(shard.initialize(key, data.stateEpoch(), data.startOffset(), nowMs), new InitializeShareGroupStateResponse.PartitionResult().setPartition(key.partition()));
  }
}
