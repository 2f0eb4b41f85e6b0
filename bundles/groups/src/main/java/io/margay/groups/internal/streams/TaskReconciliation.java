package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Numbered;
import io.margay.groups.internal.group.Tasks;
import java.util.List;

/**
 * Takes a member from the tasks that it has to those that it is to have. An active task that another member has, or has not given back yet,
 * waits; a task that another member of the same process has in any role waits, because they share a state directory; what the target takes
 * away is given back first. So no task has two active owners. A copy that becomes active at the same member changes its role in one step. Pure.
 */
final class TaskReconciliation {
  private final StreamsMember member;
  private final StreamsDraft draft;
  private final TaskSets target;
  private final int targetEpoch;
  private final List<StreamsMember> housemates;

  private TaskReconciliation(StreamsMember member, StreamsDraft draft, TaskSets target, int targetEpoch) {
    this.member = member;
    this.draft = draft;
    this.target = target;
    this.targetEpoch = targetEpoch;
    this.housemates = draft.housemates(member);
  }

  /**
   * @param member the member
   * @param draft knows who owns what
   * @param target what it is to have
   * @param targetEpoch the epoch of that assignment
   * @param owned what it says that it has; null when it says nothing
   * @return what it has now
   */
  static CurrentTasks next(StreamsMember member, StreamsDraft draft, TaskSets target, int targetEpoch, TaskSets owned) {
    CurrentTasks now = member.current();
    boolean there = now.state() == MemberState.STABLE && now.epoch() == targetEpoch && now.assigned().sameAs(target);
    boolean waits = now.state() == MemberState.UNREVOKED && (owned == null || owned.intersects(now.revoking()));
    return there || waits ? now : new TaskReconciliation(member, draft, target, targetEpoch).step(owned);
  }

  private CurrentTasks step(TaskSets owned) {
    CurrentTasks now = member.current();
    TaskSets has = now.assigned();
    TaskSets taken = taken(has);
    if (!taken.isEmpty() && (owned == null || owned.intersects(taken))) {
      return new CurrentTasks(now.epoch(), now.previousEpoch(), MemberState.UNREVOKED, has.minus(taken), taken);
    }
    Tasks active = has.active().and(target.active());
    active = active.plus(target.active().minus(active).where(this::isActiveFree).in(targetEpoch));
    Tasks pending = target.active().minus(active);
    Tasks standby = copies(has.standby(), target.standby(), has.warmup(), pending);
    Tasks warmup = copies(has.warmup(), target.warmup(), has.standby(), pending).minus(standby);
    TaskSets next = new TaskSets(active, standby, warmup);
    MemberState state = next.sameAs(target) ? MemberState.STABLE : MemberState.UNRELEASED;
    int previous = now.epoch() == targetEpoch ? now.previousEpoch() : now.epoch();
    return new CurrentTasks(targetEpoch, previous, state, next, TaskSets.NONE);
  }

  /** What it is to give back: tasks that it no longer is to have, and active ones that become copies. */
  private TaskSets taken(TaskSets has) {
    Tasks standby = has.standby().minus(target.standby()).minus(target.active()).minus(target.warmup());
    Tasks warmup = has.warmup().minus(target.warmup()).minus(target.active()).minus(target.standby());
    return new TaskSets(has.active().minus(target.active()), standby, warmup);
  }

  /** Those that it keeps or gets in a role; and those in that role that it will process as soon as they are free. */
  private Tasks copies(Tasks has, Tasks wanted, Tasks hasOtherwise, Tasks pending) {
    Tasks kept = has.and(wanted);
    Tasks converted = wanted.minus(kept).and(hasOtherwise);
    Tasks free = wanted.minus(kept).minus(converted).where(this::isCopyFree);
    return kept.plus(strip(converted)).plus(strip(free)).plus(has.and(pending));
  }

  private static Tasks strip(Numbered<String, Tasks> tasks) {
    return tasks.in(Tasks.NO_EPOCH);
  }

  private boolean isActiveFree(String subtopology, int partition) {
    String owner = draft.owner(subtopology, partition);
    return (owner == null || owner.equals(member.id())) && housemates.stream().noneMatch(m -> m.current().assigned()
        .isCopy(subtopology, partition) || m.current().revoking().isCopy(subtopology, partition));
  }

  private boolean isCopyFree(String subtopology, int partition) {
    return housemates.stream().noneMatch(m -> m.current().assigned().contains(subtopology, partition)
        || m.current().revoking().contains(subtopology, partition));
  }
}
