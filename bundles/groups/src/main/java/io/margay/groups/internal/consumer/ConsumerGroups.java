package io.margay.groups.internal.consumer;

import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.classic.JoinLimits;
import io.margay.groups.internal.classic.Rebalance;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.Assignors;
import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Sessions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;

/**
 * The consumer protocol on one shard. Used with the shard held; {@link #replay} also by the thread that loads it.
 *
 * <p>Requests are answered at once, so none is in flight for long when the coordinator is replaced or moves: its heartbeat is answered
 * with an error that clients retry with the same epoch. The next coordinator reads members, epochs and assignments from the log, so
 * members go on where they were, without a rebalance; their session and rebalance timeouts start again. A target that is being computed,
 * or topics that are being looked up, are lost and computed again at the next heartbeat.
 */
public final class ConsumerGroups {
  /**
   * What the protocol needs beside its shard.
   *
   * @param config the settings
   * @param topics the cluster's topics
   * @param assignors the installed assignors
   * @param background does long work
   */
  public record Surroundings(ConsumerConfig config, Topics topics, Assignors assignors, Background background) { }

  private final Membership membership;
  private final TargetOperations targets;
  private final PatternOperations patterns;
  private final HeartbeatOperations heartbeats;
  private final ClassicRequests classic;
  private final GroupReplay<ConsumerGroup> replay;
  private final Description description;
  private final GroupTable groups;

  /**
   * @param context the shard's context
   * @param groups the shard's groups
   * @param around what else is needed
   * @param rebalance of the shard's classic groups
   * @param joinLimits what a JoinGroup may take
   */
  public ConsumerGroups(ShardContext context, GroupTable groups, Surroundings around, Rebalance rebalance, JoinLimits joinLimits) {
    this.groups = groups;
    ConsumerConfig config = around.config();
    Sessions sessions = new Sessions(context);
    TargetAssignment assignment = new TargetAssignment(around.topics(), around.assignors(), config);
    this.targets = new TargetOperations(groups, config, assignment, around.background());
    this.membership = new Membership(groups, config, around.topics(), sessions, targets);
    this.patterns = new PatternOperations(context, config, around.topics(), membership, around.background());
    ClassicAssignments bytes = new ClassicAssignments(around.topics());
    Migration migration = new Migration(context, groups, config, bytes, rebalance, sessions);
    membership.onSettled(migration::maybeDowngrade);
    HeartbeatLimits limits = new HeartbeatLimits(groups, config);
    this.heartbeats = new HeartbeatOperations(groups, config, membership, sessions, patterns, migration::upgrade, limits);
    this.classic = new ClassicRequests(context, membership, sessions, bytes, limits, joinLimits, migration);
    this.replay = new GroupReplay<>(groups, sessions, ConsumerGroup.class, ConsumerGroup::new);
    this.description = new Description(around.topics(), assignment);
  }

  /** @return ConsumerGroupHeartbeat */
  public HeartbeatOperations heartbeats() {
    return heartbeats;
  }

  /** @return the requests of members that follow the classic protocol */
  public ClassicRequests classic() {
    return classic;
  }

  TargetOperations targets() {
    return targets;
  }

  PatternOperations patterns() {
    return patterns;
  }

  /** @param read a record, applied to its group */
  public void replay(GroupReplay.Read<ConsumerGroup> read) {
    replay.replay(read);
  }

  /**
   * @param groupId group id
   * @param memory what the answer takes
   * @return the group as ConsumerGroupDescribe shows it
   */
  public ConsumerGroupDescribeResponse.DescribedGroup describe(String groupId, AnswerMemory memory) {
    return description.describe(groupId, groups.get(groupId), memory);
  }

  /**
   * All records of the log are replayed.
   *
   * @return nothing to be written
   */
  public Result<Void> onLoaded() {
    membership.onLoaded();
    return Membership.NOTHING;
  }
}
