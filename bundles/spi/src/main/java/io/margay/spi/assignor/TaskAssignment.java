package io.margay.spi.assignor;

import java.util.Set;

/**
 * The tasks of a member of a streams group. Immutable.
 *
 * @param active what it processes
 * @param standby whose state it keeps a copy of
 * @param warmup whose state it restores, so that it can process them soon
 */
public record TaskAssignment(Set<TaskId> active, Set<TaskId> standby, Set<TaskId> warmup) {
  /** No tasks. */
  public static final TaskAssignment NONE = new TaskAssignment(Set.of(), Set.of(), Set.of());

  public TaskAssignment {
    active = Set.copyOf(active);
    standby = Set.copyOf(standby);
    warmup = Set.copyOf(warmup);
  }
}
