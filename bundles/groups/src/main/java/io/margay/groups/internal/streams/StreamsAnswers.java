package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.Tasks;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.List;

/** Answers heartbeats of members that stay. */
final class StreamsAnswers {
  private static final short FIRST_WITH_CLIENT_TAGS = 1;
  private static final short FIRST_WITH_DESCRIPTIONS = 1;

  private final StreamsConfig config;
  private final Topics topics;
  private final StreamsTarget targets;
  private final TopologyDescriptions descriptions;

  StreamsAnswers(StreamsConfig config, Topics topics, StreamsTarget targets, TopologyDescriptions descriptions) {
    this.config = config;
    this.topics = topics;
    this.targets = targets;
    this.descriptions = descriptions;
  }

  /**
   * @param request the request
   * @param version its version
   * @param draft the group as it will be
   * @param after the member as it will be
   * @param plan of the topology
   * @param moved whether the tasks of the member have changed
   * @param nowMs milliseconds since the epoch
   */
  StreamsHeartbeats.Answer of(StreamsGroupHeartbeatRequest request, short version, StreamsDraft draft, StreamsMember after, Plan plan,
      boolean moved, long nowMs) {
    String groupId = request.groupId();
    StreamsConfig.Assigning how = config.assigning(groupId);
    int interval = config.heartbeatIntervalMs(groupId);
    if (!StreamsMembership.settled(draft, after) || !plan.missing().isEmpty()) {
      // it is to hear soon what it gets. Of a large group not all at once
      interval = Math.min(interval, Math.max(config.rebalanceHeartbeatIntervalMs(), draft.group().members().size()));
    }
    StreamsGroupHeartbeatResponse response = new StreamsGroupHeartbeatResponse().setMemberId(after.id()).setMemberEpoch(after.epoch())
        .setHeartbeatIntervalMs(interval).setTaskOffsetIntervalMs(config.taskOffsetIntervalMs(groupId))
        .setAcceptableRecoveryLag(how.acceptableRecoveryLag());
    if (version >= FIRST_WITH_DESCRIPTIONS) {
      response.setTopologyDescriptionRequired(descriptions.asks(draft, after, nowMs));
    }
    if (version == 0) {
      response.setAcceptableRecoveryLagLegacy((int) Math.min(Integer.MAX_VALUE, how.acceptableRecoveryLag()));
    }
    boolean whole = request.memberEpoch() != after.epoch() || request.activeTasks() != null && request.rebalanceTimeoutMs() >= 0;
    if (moved || whole) {
      TaskSets tasks = after.current().assigned();
      response.setActiveTasks(list(tasks.active())).setStandbyTasks(list(tasks.standby())).setWarmupTasks(list(tasks.warmup()));
    }
    int endpointEpoch = draft.group().soft().endpointEpoch();
    response.setEndpointInformationEpoch(endpointEpoch);
    if (request.endpointInformationEpoch() != endpointEpoch) {
      response.setPartitionsByUserEndpoint(Endpoints.of(draft, topics));
    }
    response.setStatus(statuses(version, draft, after, plan, how));
    return new StreamsHeartbeats.Answer(response, List.copyOf(plan.missing().values()));
  }

  private static List<StreamsGroupHeartbeatResponse.TaskIds> list(Tasks tasks) {
    List<StreamsGroupHeartbeatResponse.TaskIds> result = new ArrayList<>();
    tasks.forEachKey((id, numbers, epochs) -> result.add(
        new StreamsGroupHeartbeatResponse.TaskIds().setSubtopologyId(id).setPartitions(StreamsRecords.list(numbers))));
    return result;
  }

  private List<StreamsGroupHeartbeatResponse.Status> statuses(short version, StreamsDraft draft, StreamsMember after, Plan plan,
      StreamsConfig.Assigning how) {
    List<StreamsGroupHeartbeatResponse.Status> result = new ArrayList<>();
    int topologyEpoch = draft.topology() == null ? 0 : draft.topology().epoch();
    if (after.said().topologyEpoch() < topologyEpoch) {
      result.add(status(Plan.STALE_TOPOLOGY, "The member's topology epoch " + after.said().topologyEpoch()
          + " is behind the group's topology epoch " + topologyEpoch + "."));
    }
    if (plan.problem() != null) {
      result.add(status(plan.problem().code(), plan.problem().detail()));
    }
    String shutdownBy = draft.group().soft().shutdownBy();
    if (shutdownBy != null) {
      result.add(status(Plan.SHUTDOWN_APPLICATION, "Streams group member " + shutdownBy
          + " encountered a fatal error and requested a shutdown for the entire application."));
    }
    if (draft.epoch() > draft.assignmentEpoch()) {
      result.add(status(Plan.ASSIGNMENT_DELAYED, "Assignment delayed due to the configured "
          + (targets.waits(draft.group().id()) ? "initial rebalance delay." : "assignment interval.")));
    }
    if (version >= FIRST_WITH_CLIENT_TAGS) {
      List<String> tags = how.rackTags().stream().filter(t -> !after.said().tags().containsKey(t)).toList();
      if (!tags.isEmpty()) {
        result.add(status(Plan.MISSING_CLIENT_TAGS, "Missing required client tags for rack-aware standby assignment: "
            + String.join(", ", tags) + ". Configure them via 'client.tag.<tagKey>' in your Streams config."));
      }
    }
    return result.isEmpty() ? null : result;
  }

  private static StreamsGroupHeartbeatResponse.Status status(byte code, String detail) {
    return new StreamsGroupHeartbeatResponse.Status().setStatusCode(code).setStatusDetail(detail);
  }
}
