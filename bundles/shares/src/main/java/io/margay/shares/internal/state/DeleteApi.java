package io.margay.shares.internal.state;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteShareGroupStateRequest;
import io.margay.protocol.message.DeleteShareGroupStateResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** DeleteShareGroupState: forgets the states of share partitions. */
public final class DeleteApi implements
    StateApi<DeleteShareGroupStateRequest, DeleteShareGroupStateResponse, DeleteShareGroupStateRequest.PartitionData, DeleteShareGroupStateResponse.PartitionResult> {
  @Override
  public Api api() {
    return DeleteShareGroupStateRequest.API;
  }

  @Override
  public DeleteShareGroupStateResponse newResponse() {
    return new DeleteShareGroupStateResponse();
  }

  @Override
  public DeleteShareGroupStateRequest newRequest() {
    return new DeleteShareGroupStateRequest();
  }

  @Override
  public String groupId(DeleteShareGroupStateRequest request) {
    return request.groupId();
  }

  @Override
  public List<Item<DeleteShareGroupStateRequest.PartitionData>> items(DeleteShareGroupStateRequest request) {
    List<Item<DeleteShareGroupStateRequest.PartitionData>> items = new ArrayList<>();
    request.topics().forEach(t -> t.partitions().forEach(p -> items.add(new Item<>(t.topicId(), p.partition(), p))));
    return items;
  }

  @Override
  public DeleteShareGroupStateRequest request(String groupId, List<Item<DeleteShareGroupStateRequest.PartitionData>> items) {
    Map<UUID, DeleteShareGroupStateRequest.DeleteStateData> topics = new LinkedHashMap<>();
    items.forEach(i -> topics.computeIfAbsent(i.topicId(), id -> new DeleteShareGroupStateRequest.DeleteStateData().setTopicId(id)).partitions().add(i.data()));
    return new DeleteShareGroupStateRequest().setGroupId(groupId).setTopics(new ArrayList<>(topics.values()));
  }

  @Override
  public List<Item<DeleteShareGroupStateResponse.PartitionResult>> results(DeleteShareGroupStateResponse response) {
    List<Item<DeleteShareGroupStateResponse.PartitionResult>> results = new ArrayList<>();
    response.results().forEach(t -> t.partitions().forEach(p -> results.add(new Item<>(t.topicId(), p.partition(), p))));
    return results;
  }

  @Override
  public DeleteShareGroupStateResponse response(List<Item<DeleteShareGroupStateResponse.PartitionResult>> results) {
    Map<UUID, DeleteShareGroupStateResponse.DeleteStateResult> topics = new LinkedHashMap<>();
    results.forEach(r -> topics.computeIfAbsent(r.topicId(), id -> new DeleteShareGroupStateResponse.DeleteStateResult().setTopicId(id)).partitions().add(r.data()));
    return new DeleteShareGroupStateResponse().setResults(new ArrayList<>(topics.values()));
  }

  @Override
  public DeleteShareGroupStateResponse.PartitionResult failed(int partition, Errors error, String message) {
    return new DeleteShareGroupStateResponse.PartitionResult().setPartition(partition).setErrorCode(error.code())
        .setErrorMessage(message == null ? error.message() : message);
  }

  @Override
  public Done<DeleteShareGroupStateResponse.PartitionResult> apply(StateShard shard, StateKey key, DeleteShareGroupStateRequest.PartitionData data, long nowMs) {
    return new Done<>(shard.delete(key), new DeleteShareGroupStateResponse.PartitionResult().setPartition(key.partition()));
  }
}
