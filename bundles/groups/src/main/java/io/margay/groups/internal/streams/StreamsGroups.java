package io.margay.groups.internal.streams;

import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Sessions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.message.StreamsGroupDescribeResponse;

/**
 * Streams groups on one shard: applications of Kafka Streams whose tasks the coordinator assigns (KIP-1071). Used with the shard held;
 * {@link #replay} also by the thread that loads it.
 *
 * <p>Requests are answered at once, so none is in flight for long when the coordinator is replaced or moves. The next one reads topology,
 * members, epochs and assignments from the log, so members go on where they were, without a rebalance; their session and rebalance timeouts
 * start again. How far copies of states have come is said again by the members. A first assignment that waits for more members is made at the
 * next heartbeat.
 */
public final class StreamsGroups {
  /**
   * What they need beside their shard.
   *
   * @param config the settings
   * @param topics the cluster's topics
   * @param assignors the installed assignors
   */
  public record Surroundings(StreamsConfig config, Topics topics, TaskAssignors assignors) { }

  private final GroupTable groups;
  private final StreamsMembership membership;
  private final StreamsHeartbeats heartbeats;
  private final GroupReplay<StreamsGroup> replay;
  private final StreamsDescription description;
  private final TopologyDescriptions topologies;

  /**
   * @param context the shard's context
   * @param groups the shard's groups
   * @param around what else is needed
   */
  public StreamsGroups(ShardContext context, GroupTable groups, Surroundings around) {
    this.groups = groups;
    Sessions sessions = new Sessions(context);
    StreamsTarget target = new StreamsTarget(context, groups, around.config(), around.assignors());
    this.membership = new StreamsMembership(groups, around.config(), around.topics(), sessions, target);
    this.topologies = new TopologyDescriptions(groups, around.config());
    this.heartbeats = new StreamsHeartbeats(groups, around.config(), membership, new StreamsAnswers(around.config(), around.topics(), target, topologies));
    this.replay = new GroupReplay<>(groups, sessions, StreamsGroup.class, StreamsGroup::new);
    this.description = new StreamsDescription(around.config());
  }

  /** @return StreamsGroupHeartbeat */
  public StreamsHeartbeats heartbeats() {
    return heartbeats;
  }

  /** @return what applications say about their topologies */
  public TopologyDescriptions topologies() {
    return topologies;
  }

  /** @param read a record, applied to its group */
  public void replay(GroupReplay.Read<StreamsGroup> read) {
    replay.replay(read);
  }

  /**
   * @param groupId group id
   * @param topology whether to show what the application says about its topology
   * @param memory what the answer takes
   * @return the group as StreamsGroupDescribe shows it
   */
  public StreamsGroupDescribeResponse.DescribedGroup describe(String groupId, boolean topology, AnswerMemory memory) {
    return description.describe(groupId, groups.get(groupId), topology, memory);
  }

  /**
   * All records of the log are replayed.
   *
   * @param nowMs milliseconds since the epoch
   */
  public void onLoaded(long nowMs) {
    membership.onLoaded(nowMs);
  }
}
