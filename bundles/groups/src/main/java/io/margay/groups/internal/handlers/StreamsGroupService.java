package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.streams.StreamsHeartbeats;
import io.margay.groups.internal.streams.Topology;
import io.margay.protocol.message.StreamsGroupDescribeResponse;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The port through which the handlers reach streams groups. As {@link GroupCoordinatorService}. */
public interface StreamsGroupService {
  /** Lets a member of a streams group join, stay or leave; returns what it is to process, and what is to be created for that. */
  CompletableFuture<StreamsHeartbeats.Answer> heartbeat(StreamsGroupHeartbeatRequest request, StreamsHeartbeats.Sender sender, long bytes);

  /**
   * Begins to create internal topics, unless that is under way.
   *
   * @param topics that a member may create
   * @return why the last attempt failed, by topic
   */
  Map<String, String> create(Collection<Topology.Internal> topics);

  /** @return the streams groups, in any order; an error for those that cannot be described */
  CompletableFuture<List<StreamsGroupDescribeResponse.DescribedGroup>> describe(Collection<String> groupIds, boolean topology, AnswerMemory memory);

  /** Keeps what an application says about its topology. */
  CompletableFuture<Void> describeTopology(StreamsGroupTopologyDescriptionUpdateRequest request, long bytes);
}
