package io.margay.spi.assignor;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A strategy for streams groups, registered as a service with the property {@value #NAME_PROPERTY}. Pure. Safe for all threads.
 */
@ConsumerType
public interface TaskAssignor {
  /** The service property with the name that groups refer to. */
  String NAME_PROPERTY = "name";

  /**
   * Assigns tasks to the members of a group.
   *
   * @param group the members, the tasks, and the current assignment
   * @return the tasks of each member, by member id. Each task is active exactly once. Only stateful tasks are standby or warm-up tasks. A
   *     process has a task at most once, in one role. The same group gives the same answer, whatever the order of its members
   */
  Map<String, TaskAssignment> assign(TaskGroup group);
}
