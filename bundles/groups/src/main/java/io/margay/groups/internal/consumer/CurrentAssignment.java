package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Partitions;

/**
 * How far a member has come on the way to its target. Immutable.
 *
 * @param epoch the member epoch that its requests are to have; 0 before the first assignment, -2 while a static member is away
 * @param previousEpoch the epoch before it, which a member has whose last answer was lost
 * @param state what is waited for
 * @param assigned what it may consume
 * @param revoking what it is to give back; no one else gets them before
 */
public record CurrentAssignment(int epoch, int previousEpoch, MemberState state, Partitions assigned, Partitions revoking) {
  /** The epoch with which a member joins. */
  public static final int JOIN = 0;
  /** The epoch with which a member leaves for good. */
  public static final int LEAVE = -1;
  /** The epoch with which a static member leaves for a while, and the epoch that it has then. */
  public static final int AWAY = -2;
  /** A new member's. */
  public static final CurrentAssignment NEW =
      new CurrentAssignment(JOIN, JOIN, MemberState.STABLE, Partitions.NONE, Partitions.NONE);

  long bytes() {
    return assigned.bytes() + revoking.bytes();
  }
}
