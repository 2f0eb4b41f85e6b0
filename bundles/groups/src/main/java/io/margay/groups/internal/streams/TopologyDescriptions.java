package io.margay.groups.internal.streams;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.MemberLimits;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest;

/**
 * Descriptions of topologies (KIP-1331). They are kept in memory only: a coordinator that has none asks a member for it. One member at a time
 * is asked, and another one when it has not answered. Used with the shard held.
 */
public final class TopologyDescriptions {
  private static final long ASK_AGAIN_MS = 10_000;

  private final GroupTable groups;
  private final StreamsConfig config;
  private final MemberLimits limits;

  TopologyDescriptions(GroupTable groups, StreamsConfig config) {
    this.groups = groups;
    this.config = config;
    this.limits = new MemberLimits(groups);
  }

  /** Whether a member is to describe its topology. */
  boolean asks(StreamsDraft draft, StreamsMember member, long nowMs) {
    Topology topology = draft.topology();
    if (config.topologyDescriptionMaxBytes() == 0 || topology == null || member.said().topologyEpoch() != topology.epoch()) {
      return false;
    }
    return draft.group().soft().asksForDescription(topology.epoch(), nowMs, ASK_AGAIN_MS);
  }

  /**
   * Keeps a description.
   *
   * @param request what a member says
   * @throws CoordinatorException when it is not kept
   */
  public void update(StreamsGroupTopologyDescriptionUpdateRequest request) {
    if (config.topologyDescriptionMaxBytes() == 0) {
      throw new CoordinatorException(Errors.UNSUPPORTED_VERSION, "The broker keeps no descriptions of topologies, see "
          + "margay.groups.streams.topology.description.max.bytes.");
    }
    MemberLimits.require(request.topologyDescription() != null, "TopologyDescription can't be null.");
    if (!(groups.get(request.groupId()) instanceof StreamsGroup group) || group.member(request.memberId()) == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    int epoch = group.topology() == null ? -1 : group.topology().epoch();
    MemberLimits.require(epoch == request.topologyEpoch(), "Topology epoch " + request.topologyEpoch()
        + " does not match the group's current topology epoch " + epoch + ".");
    DescribedTopology said = new DescribedTopology(epoch, request.topologyDescription());
    if (said.bytes() > config.topologyDescriptionMaxBytes()) {
      group.soft().refuseDescription(epoch);
      throw limits.refused("a description of a topology that is too large", "margay.groups.streams.topology.description.max.bytes",
          request.groupId(), Errors.STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED);
    }
    limits.requireMemory(request.groupId(), said.bytes());
    group.soft().describe(said);
  }
}
