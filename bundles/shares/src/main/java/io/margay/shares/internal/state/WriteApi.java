package io.margay.shares.internal.state;

import io.margay.coordinator.CoordinatorException;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.message.WriteShareGroupStateRequest;
import io.margay.protocol.message.WriteShareGroupStateResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** WriteShareGroupState: what the leader of a share partition has changed. */
public final class WriteApi implements
    StateApi<WriteShareGroupStateRequest, WriteShareGroupStateResponse, WriteShareGroupStateRequest.PartitionData, WriteShareGroupStateResponse.PartitionResult> {
  @Override
  public Api api() {
    return WriteShareGroupStateRequest.API;
  }

  @Override
  public WriteShareGroupStateResponse newResponse() {
    return new WriteShareGroupStateResponse();
  }

  @Override
  public WriteShareGroupStateRequest newRequest() {
    return new WriteShareGroupStateRequest();
  }

  @Override
  public String groupId(WriteShareGroupStateRequest request) {
    return request.groupId();
  }

  @Override
  public List<Item<WriteShareGroupStateRequest.PartitionData>> items(WriteShareGroupStateRequest request) {
    List<Item<WriteShareGroupStateRequest.PartitionData>> items = new ArrayList<>();
    request.topics().forEach(t -> t.partitions().forEach(p -> items.add(new Item<>(t.topicId(), p.partition(), p))));
    return items;
  }

  @Override
  public WriteShareGroupStateRequest request(String groupId, List<Item<WriteShareGroupStateRequest.PartitionData>> items) {
    Map<UUID, WriteShareGroupStateRequest.WriteStateData> topics = new LinkedHashMap<>();
    items.forEach(i -> topics.computeIfAbsent(i.topicId(), id -> new WriteShareGroupStateRequest.WriteStateData().setTopicId(id)).partitions().add(i.data()));
    return new WriteShareGroupStateRequest().setGroupId(groupId).setTopics(new ArrayList<>(topics.values()));
  }

  @Override
  public List<Item<WriteShareGroupStateResponse.PartitionResult>> results(WriteShareGroupStateResponse response) {
    List<Item<WriteShareGroupStateResponse.PartitionResult>> results = new ArrayList<>();
    response.results().forEach(t -> t.partitions().forEach(p -> results.add(new Item<>(t.topicId(), p.partition(), p))));
    return results;
  }

  @Override
  public WriteShareGroupStateResponse response(List<Item<WriteShareGroupStateResponse.PartitionResult>> results) {
    Map<UUID, WriteShareGroupStateResponse.WriteStateResult> topics = new LinkedHashMap<>();
    results.forEach(r -> topics.computeIfAbsent(r.topicId(), id -> new WriteShareGroupStateResponse.WriteStateResult().setTopicId(id)).partitions().add(r.data()));
    return new WriteShareGroupStateResponse().setResults(new ArrayList<>(topics.values()));
  }

  @Override
  public WriteShareGroupStateResponse.PartitionResult failed(int partition, Errors error, String message) {
    return new WriteShareGroupStateResponse.PartitionResult().setPartition(partition).setErrorCode(error.code())
        .setErrorMessage(message == null ? error.message() : message);
  }

  @Override
  public Done<WriteShareGroupStateResponse.PartitionResult> apply(StateShard shard, StateKey key, WriteShareGroupStateRequest.PartitionData data, long nowMs) {
    List<StateBatch> batches = new ArrayList<>(data.stateBatches().size());
    data.stateBatches().forEach(b -> {
      if (!StateBatch.isValid(b.firstOffset(), b.lastOffset(), b.deliveryState(), b.deliveryCount())) {
        throw new CoordinatorException(Errors.INVALID_REQUEST);
      }
    });
    data.stateBatches().forEach(b -> batches.add(new StateBatch(b.firstOffset(), b.lastOffset(), b.deliveryState(), b.deliveryCount())));
    return new Done<>(shard.write(key, new StateShard.Change(data.stateEpoch(), data.leaderEpoch(), data.startOffset(),
        data.deliveryCompleteCount(), batches), nowMs), new WriteShareGroupStateResponse.PartitionResult().setPartition(key.partition()));
  }
}
