package io.margay.groups.internal.share;

import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.Assignors;
import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Sessions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.message.ShareGroupDescribeResponse;

/**
 * Share groups on one shard: their members and what is assigned to them. What members consume and acknowledge is at the leaders of the
 * partitions and at the share coordinators. Used with the shard held; {@link #replay} also by the thread that loads it.
 *
 * <p>Requests are answered at once, so none is in flight for long when the coordinator is replaced or moves. The next one reads members, epochs
 * and assignments from the log, so members go on where they were; their session timeouts start again. A question to a share coordinator whose
 * answer is lost is asked again at the next heartbeat.
 */
public final class ShareGroups {
  /**
   * What they need beside their shard.
   *
   * @param config the settings
   * @param topics the cluster's topics
   * @param assignors the installed assignors
   * @param initializer asks share coordinators
   */
  public record Surroundings(ShareConfig config, Topics topics, Assignors assignors, StateInitializer initializer) { }

  private final GroupTable groups;
  private final ShareMembership membership;
  private final ShareHeartbeats heartbeats;
  private final GroupReplay<ShareGroup> replay;
  private final ShareDescription description;
  private final ShareOffsets offsets;

  /**
   * @param context the shard's context
   * @param groups the shard's groups
   * @param around what else is needed
   */
  public ShareGroups(ShardContext context, GroupTable groups, Surroundings around) {
    this.groups = groups;
    Sessions sessions = new Sessions(context);
    ShareTarget target = new ShareTarget(around.topics(), around.assignors(), around.config(), groups.memory().node().logs());
    StateOperations states = new StateOperations(context, around.topics(), around.initializer());
    this.membership = new ShareMembership(groups, around.config(), around.topics(), sessions, target, states);
    this.heartbeats = new ShareHeartbeats(groups, around.config(), membership, states);
    this.replay = new GroupReplay<>(groups, sessions, ShareGroup.class, ShareGroup::new);
    this.description = new ShareDescription(around.topics(), target);
    this.offsets = new ShareOffsets(groups, around.topics());
  }

  /** @return ShareGroupHeartbeat */
  public ShareHeartbeats heartbeats() {
    return heartbeats;
  }

  /** @return what is done to start offsets */
  public ShareOffsets offsets() {
    return offsets;
  }

  /** The share coordinators have answered: these partitions have state. */
  Result<Void> states(String groupId, Partitions done, long nowMs) {
    return membership.initialized(groupId, done, nowMs);
  }

  /** @param read a record, applied to its group */
  public void replay(GroupReplay.Read<ShareGroup> read) {
    replay.replay(read);
  }

  /**
   * @param groupId group id
   * @param memory what the answer takes
   * @return the group as ShareGroupDescribe shows it
   */
  public ShareGroupDescribeResponse.DescribedGroup describe(String groupId, AnswerMemory memory) {
    return description.describe(groupId, groups.get(groupId), memory);
  }

  /**
   * @param groupId group id
   * @return the partitions of a share group that may have state; null when it is no share group
   */
  public StateTopics statesOf(String groupId) {
    return groups.get(groupId) instanceof ShareGroup group ? group.states() : null;
  }

  /** All records of the log are replayed. */
  public void onLoaded() {
    membership.onLoaded();
  }
}
