package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Partitions;

/**
 * Takes a member from what it has to what it is to have. A partition that another member has, or has not given back yet, waits; what the
 * target takes away is given back first. So no partition has two owners. Pure.
 */
final class Reconciliation {
  private Reconciliation() { }

  /**
   * @param member the member
   * @param draft knows who owns what
   * @param target what it is to have
   * @param targetEpoch the epoch of that assignment
   * @param owned what it says that it has; null when it says nothing
   * @return what it has now
   */
  static CurrentAssignment next(ConsumerMember member, Draft draft, Partitions target, int targetEpoch, Partitions owned) {
    CurrentAssignment now = member.current();
    return switch (now.state()) {
      case STABLE -> now.epoch() == targetEpoch && now.assigned().sameAs(target) ? now : step(member, draft, target, targetEpoch, owned);
      case UNREVOKED -> owned == null || owned.intersects(now.revoking()) ? now : step(member, draft, target, targetEpoch, owned);
      case UNRELEASED -> step(member, draft, target, targetEpoch, owned);
    };
  }

  private static CurrentAssignment step(ConsumerMember member, Draft draft, Partitions target, int targetEpoch, Partitions owned) {
    CurrentAssignment now = member.current();
    Partitions kept = now.assigned().and(target);
    Partitions taken = now.assigned().minus(target);
    if (!taken.isEmpty() && (owned == null || owned.intersects(taken))) {
      return new CurrentAssignment(now.epoch(), now.previousEpoch(), MemberState.UNREVOKED, kept, taken);
    }
    Partitions wanted = target.minus(kept);
    Partitions free = wanted.where((topic, partition) -> {
      String owner = draft.owner(topic, partition);
      return owner == null || owner.equals(member.id());
    });
    MemberState state = free.size() < wanted.size() ? MemberState.UNRELEASED : MemberState.STABLE;
    int previous = now.epoch() == targetEpoch ? now.previousEpoch() : now.epoch();
    return new CurrentAssignment(targetEpoch, previous, state, kept.plus(free.in(targetEpoch)), Partitions.NONE);
  }
}
