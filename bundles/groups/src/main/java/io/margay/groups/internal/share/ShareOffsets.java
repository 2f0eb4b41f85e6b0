package io.margay.groups.internal.share;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.Errors;

/** What is done to the start offsets of share groups without members. The offsets themselves are at the share coordinators. */
public final class ShareOffsets {
  private final GroupTable groups;
  private final Topics topics;

  ShareOffsets(GroupTable groups, Topics topics) {
    this.groups = groups;
    this.topics = topics;
  }

  private ShareGroup require(String groupId) {
    if (groups.get(groupId) instanceof ShareGroup group) {
      return group;
    }
    throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND, "Group " + groupId + " is not a share group.");
  }

  private ShareGroup requireEmpty(String groupId) {
    ShareGroup group = require(groupId);
    if (!group.isEmpty()) {
      throw new CoordinatorException(Errors.NON_EMPTY_GROUP);
    }
    return group;
  }

  /**
   * @param groupId a share group
   * @return which partitions have state
   * @throws CoordinatorException GROUP_ID_NOT_FOUND
   */
  public StateTopics states(String groupId) {
    return require(groupId).states();
  }

  /**
   * @param groupId a share group
   * @return which partitions have state
   * @throws CoordinatorException GROUP_ID_NOT_FOUND or NON_EMPTY_GROUP
   */
  public StateTopics statesOfEmpty(String groupId) {
    return requireEmpty(groupId).states();
  }

  /**
   * Partitions are about to get other start offsets.
   *
   * @param groupId a share group
   * @param partitions whose offsets are altered
   * @return the epoch of their new state
   */
  public Result<Integer> beginAlter(String groupId, Partitions partitions) {
    ShareDraft draft = new ShareDraft(requireEmpty(groupId));
    // those that have state keep it when the change fails: a member would give it to them again, from the beginning
    draft.putStates(draft.states().begin(partitions.minus(draft.states().initialized()), topics));
    draft.bump(draft.metadataHash());
    return Result.of(draft.records(), draft.epoch());
  }

  /**
   * Partitions have got other start offsets.
   *
   * @param groupId a share group
   * @param done whose offsets were altered
   * @return records to be written
   */
  public Result<Void> endAlter(String groupId, Partitions done) {
    ShareDraft draft = new ShareDraft(require(groupId));
    draft.putStates(draft.states().end(done));
    return Result.of(draft.records(), null);
  }

  /**
   * The state of partitions is gone.
   *
   * @param groupId a share group
   * @param gone whose state was deleted
   * @return records to be written
   */
  public Result<Void> drop(String groupId, Partitions gone) {
    ShareDraft draft = new ShareDraft(require(groupId));
    draft.putStates(draft.states().without(gone));
    return Result.of(draft.records(), null);
  }
}
