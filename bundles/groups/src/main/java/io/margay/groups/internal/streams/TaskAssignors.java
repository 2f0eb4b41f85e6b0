package io.margay.groups.internal.streams;

import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskGroup;
import java.util.Map;

/** The installed assignors of tasks. Safe for all threads. */
@FunctionalInterface
public interface TaskAssignors {
  /**
   * @param name of an assignor
   * @param group what it is to assign
   * @return what each member gets; null when there is no such assignor now
   */
  Map<String, TaskAssignment> assign(String name, TaskGroup group);
}
