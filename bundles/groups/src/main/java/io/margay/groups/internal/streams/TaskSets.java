package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.Tasks;

/**
 * Tasks of a member by their roles. Immutable.
 *
 * @param active what it processes; with the member epochs in which they were assigned, where that is kept
 * @param standby whose state it keeps a copy of
 * @param warmup whose state it restores
 */
public record TaskSets(Tasks active, Tasks standby, Tasks warmup) {
  /** No tasks. */
  public static final TaskSets NONE = new TaskSets(Tasks.NONE, Tasks.NONE, Tasks.NONE);

  /** @return whether there is none */
  public boolean isEmpty() {
    return active.isEmpty() && standby.isEmpty() && warmup.isEmpty();
  }

  /** Whether these are the same tasks in the same roles, whatever their epochs. */
  boolean sameAs(TaskSets others) {
    return active.sameAs(others.active) && standby.sameAs(others.standby) && warmup.sameAs(others.warmup);
  }

  /** Whether some tasks are in both in the same role. */
  boolean intersects(TaskSets others) {
    return active.intersects(others.active) || standby.intersects(others.standby) || warmup.intersects(others.warmup);
  }

  /** These without the others of the same role. */
  TaskSets minus(TaskSets others) {
    return new TaskSets(active.minus(others.active), standby.minus(others.standby), warmup.minus(others.warmup));
  }

  /** Whether a task is one of these, in any role. */
  boolean contains(String subtopology, int partition) {
    return active.contains(subtopology, partition) || isCopy(subtopology, partition);
  }

  /** Whether it is a standby or a warm-up task. */
  boolean isCopy(String subtopology, int partition) {
    return standby.contains(subtopology, partition) || warmup.contains(subtopology, partition);
  }

  /** Estimated bytes of heap. */
  long bytes() {
    return active.bytes() + standby.bytes() + warmup.bytes();
  }
}
