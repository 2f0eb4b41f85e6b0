package io.margay.shares.internal.state;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ReadShareGroupStateSummaryRequest;
import io.margay.protocol.message.ReadShareGroupStateSummaryResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** ReadShareGroupStateSummary: where the group starts to read share partitions. */
public final class SummaryApi implements
    StateApi<ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse, ReadShareGroupStateSummaryRequest.PartitionData, ReadShareGroupStateSummaryResponse.PartitionResult> {
  @Override
  public Api api() {
    return ReadShareGroupStateSummaryRequest.API;
  }

  @Override
  public ReadShareGroupStateSummaryResponse newResponse() {
    return new ReadShareGroupStateSummaryResponse();
  }

  @Override
  public ReadShareGroupStateSummaryRequest newRequest() {
    return new ReadShareGroupStateSummaryRequest();
  }

  @Override
  public String groupId(ReadShareGroupStateSummaryRequest request) {
    return request.groupId();
  }

  @Override
  public List<Item<ReadShareGroupStateSummaryRequest.PartitionData>> items(ReadShareGroupStateSummaryRequest request) {
    List<Item<ReadShareGroupStateSummaryRequest.PartitionData>> items = new ArrayList<>();
    request.topics().forEach(t -> t.partitions().forEach(p -> items.add(new Item<>(t.topicId(), p.partition(), p))));
    return items;
  }

  @Override
  public ReadShareGroupStateSummaryRequest request(String groupId, List<Item<ReadShareGroupStateSummaryRequest.PartitionData>> items) {
    Map<UUID, ReadShareGroupStateSummaryRequest.ReadStateSummaryData> topics = new LinkedHashMap<>();
    items.forEach(i -> topics.computeIfAbsent(i.topicId(), id -> new ReadShareGroupStateSummaryRequest.ReadStateSummaryData().setTopicId(id)).partitions().add(i.data()));
    return new ReadShareGroupStateSummaryRequest().setGroupId(groupId).setTopics(new ArrayList<>(topics.values()));
  }

  @Override
  public List<Item<ReadShareGroupStateSummaryResponse.PartitionResult>> results(ReadShareGroupStateSummaryResponse response) {
    List<Item<ReadShareGroupStateSummaryResponse.PartitionResult>> results = new ArrayList<>();
    response.results().forEach(t -> t.partitions().forEach(p -> results.add(new Item<>(t.topicId(), p.partition(), p))));
    return results;
  }

  @Override
  public ReadShareGroupStateSummaryResponse response(List<Item<ReadShareGroupStateSummaryResponse.PartitionResult>> results) {
    Map<UUID, ReadShareGroupStateSummaryResponse.ReadStateSummaryResult> topics = new LinkedHashMap<>();
    results.forEach(r -> topics.computeIfAbsent(r.topicId(), id -> new ReadShareGroupStateSummaryResponse.ReadStateSummaryResult().setTopicId(id)).partitions().add(r.data()));
    return new ReadShareGroupStateSummaryResponse().setResults(new ArrayList<>(topics.values()));
  }

  @Override
  public ReadShareGroupStateSummaryResponse.PartitionResult failed(int partition, Errors error, String message) {
    return new ReadShareGroupStateSummaryResponse.PartitionResult().setPartition(partition).setErrorCode(error.code())
        .setErrorMessage(message == null ? error.message() : message);
  }

  @Override
  public Done<ReadShareGroupStateSummaryResponse.PartitionResult> apply(StateShard shard, StateKey key, ReadShareGroupStateSummaryRequest.PartitionData data, long nowMs) {
    ShareState state = shard.get(key);
    ReadShareGroupStateSummaryResponse.PartitionResult result = new ReadShareGroupStateSummaryResponse.PartitionResult().setPartition(key.partition()).setStartOffset(ShareState.UNINITIALIZED);
    return new Done<>(List.of(), state == null ? result : result.setStateEpoch(state.epochs().state())
        .setLeaderEpoch(state.epochs().leader()).setStartOffset(state.startOffset()).setDeliveryCompleteCount(state.completeCount()));
  }
}
