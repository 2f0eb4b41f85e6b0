package io.margay.shares.internal.state;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ReadShareGroupStateRequest;
import io.margay.protocol.message.ReadShareGroupStateResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** ReadShareGroupState: the leader of a share partition begins to use its state. */
public final class ReadApi implements
    StateApi<ReadShareGroupStateRequest, ReadShareGroupStateResponse, ReadShareGroupStateRequest.PartitionData, ReadShareGroupStateResponse.PartitionResult> {
  @Override
  public Api api() {
    return ReadShareGroupStateRequest.API;
  }

  @Override
  public ReadShareGroupStateResponse newResponse() {
    return new ReadShareGroupStateResponse();
  }

  @Override
  public ReadShareGroupStateRequest newRequest() {
    return new ReadShareGroupStateRequest();
  }

  @Override
  public String groupId(ReadShareGroupStateRequest request) {
    return request.groupId();
  }

  @Override
  public List<Item<ReadShareGroupStateRequest.PartitionData>> items(ReadShareGroupStateRequest request) {
    List<Item<ReadShareGroupStateRequest.PartitionData>> items = new ArrayList<>();
    request.topics().forEach(t -> t.partitions().forEach(p -> items.add(new Item<>(t.topicId(), p.partition(), p))));
    return items;
  }

  @Override
  public ReadShareGroupStateRequest request(String groupId, List<Item<ReadShareGroupStateRequest.PartitionData>> items) {
    Map<UUID, ReadShareGroupStateRequest.ReadStateData> topics = new LinkedHashMap<>();
    items.forEach(i -> topics.computeIfAbsent(i.topicId(), id -> new ReadShareGroupStateRequest.ReadStateData().setTopicId(id)).partitions().add(i.data()));
    return new ReadShareGroupStateRequest().setGroupId(groupId).setTopics(new ArrayList<>(topics.values()));
  }

  @Override
  public List<Item<ReadShareGroupStateResponse.PartitionResult>> results(ReadShareGroupStateResponse response) {
    List<Item<ReadShareGroupStateResponse.PartitionResult>> results = new ArrayList<>();
    response.results().forEach(t -> t.partitions().forEach(p -> results.add(new Item<>(t.topicId(), p.partition(), p))));
    return results;
  }

  @Override
  public ReadShareGroupStateResponse response(List<Item<ReadShareGroupStateResponse.PartitionResult>> results) {
    Map<UUID, ReadShareGroupStateResponse.ReadStateResult> topics = new LinkedHashMap<>();
    results.forEach(r -> topics.computeIfAbsent(r.topicId(), id -> new ReadShareGroupStateResponse.ReadStateResult().setTopicId(id)).partitions().add(r.data()));
    return new ReadShareGroupStateResponse().setResults(new ArrayList<>(topics.values()));
  }

  @Override
  public ReadShareGroupStateResponse.PartitionResult failed(int partition, Errors error, String message) {
    return new ReadShareGroupStateResponse.PartitionResult().setPartition(partition).setErrorCode(error.code())
        .setErrorMessage(message == null ? error.message() : message);
  }

  @Override
  public Done<ReadShareGroupStateResponse.PartitionResult> apply(StateShard shard, StateKey key, ReadShareGroupStateRequest.PartitionData data, long nowMs) {
    List<CoordinatorRecord> records = shard.read(key, data.leaderEpoch());
    ShareState state = shard.get(key);
    ReadShareGroupStateResponse.PartitionResult result = new ReadShareGroupStateResponse.PartitionResult().setPartition(key.partition()).setStateEpoch(state.epochs().state()).setStartOffset(state.startOffset());
    state.batches().forEach(b -> result.stateBatches().add(new ReadShareGroupStateResponse.StateBatch().setFirstOffset(b.first()).setLastOffset(b.last())
        .setDeliveryState(b.state()).setDeliveryCount(b.count())));
    return new Done<>(records, result);
  }
}
