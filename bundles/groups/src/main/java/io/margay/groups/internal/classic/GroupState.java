package io.margay.groups.internal.classic;

import java.util.EnumSet;
import java.util.Set;

/**
 * States of a classic group.
 *
 * <pre>
 *             first join                all joined, or time is up          leader's assignment
 *   EMPTY ----------------> PREPARING_REBALANCE ----------> COMPLETING_REBALANCE ----------> STABLE
 *     ^                        |    ^      ^                         |                         |
 *     +---- nobody is left ----+    |      +------ a change ---------+                         |
 *                                   +------------------------- a change -----------------------+
 *   any state ---- deleted ----> DEAD
 * </pre>
 */
public enum GroupState {
  /** No members; perhaps offsets. */
  EMPTY("Empty"),
  /** Members are joining. */
  PREPARING_REBALANCE("PreparingRebalance"),
  /** All have joined; the leader is computing the assignment. */
  COMPLETING_REBALANCE("CompletingRebalance"),
  /** Members have their assignments. */
  STABLE("Stable"),
  /** Deleted. */
  DEAD("Dead");

  private final String title;

  GroupState(String title) {
    this.title = title;
  }

  /** @return Kafka's name of the state */
  public String title() {
    return title;
  }

  /** @return whether a change to the next state is allowed */
  boolean mayBecome(GroupState next) {
    return next.before().contains(this);
  }

  private Set<GroupState> before() {
    return switch (this) {
      case EMPTY -> EnumSet.of(PREPARING_REBALANCE);
      case PREPARING_REBALANCE -> EnumSet.of(STABLE, COMPLETING_REBALANCE, EMPTY);
      case COMPLETING_REBALANCE -> EnumSet.of(PREPARING_REBALANCE);
      case STABLE -> EnumSet.of(COMPLETING_REBALANCE);
      case DEAD -> EnumSet.allOf(GroupState.class);
    };
  }
}
