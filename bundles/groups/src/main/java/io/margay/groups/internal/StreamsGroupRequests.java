package io.margay.groups.internal;

import io.margay.coordinator.Result;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.handlers.StreamsGroupService;
import io.margay.groups.internal.streams.StreamsHeartbeats;
import io.margay.groups.internal.streams.Topology;
import io.margay.protocol.message.StreamsGroupDescribeResponse.DescribedGroup;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Runs the requests of streams groups on their shards. Safe for all threads. */
final class StreamsGroupRequests implements StreamsGroupService {
  private static final String STREAMS_VERSION = "streams.version";

  private final ShardsByGroup shards;
  private final InternalTopics internal;

  StreamsGroupRequests(ShardsByGroup shards, InternalTopics internal) {
    this.shards = shards;
    this.internal = internal;
  }

  @Override
  public CompletableFuture<StreamsHeartbeats.Answer> heartbeat(StreamsGroupHeartbeatRequest request, StreamsHeartbeats.Sender sender,
      long bytes) {
    return shards.runWithFeature(STREAMS_VERSION, request.groupId(), bytes,
        (s, now) -> s.streams().heartbeats().heartbeat(request, sender, now));
  }

  @Override
  public CompletableFuture<Void> describeTopology(StreamsGroupTopologyDescriptionUpdateRequest request, long bytes) {
    return shards.runWithFeature(STREAMS_VERSION, request.groupId(), bytes, (s, now) -> {
      s.streams().topologies().update(request);
      return Result.of(null);
    });
  }

  @Override
  public Map<String, String> create(Collection<Topology.Internal> topics) {
    return internal.create(topics);
  }

  @Override
  public CompletableFuture<List<DescribedGroup>> describe(Collection<String> groupIds, boolean topology, AnswerMemory answer) {
    return shards.describeEach(groupIds, (s, id) -> s.streams().describe(id, topology, answer),
        (id, error) -> new DescribedGroup().setGroupId(id).setErrorCode(error.code()).setErrorMessage(error.message()));
  }
}
