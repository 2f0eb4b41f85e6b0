package io.margay.assignors.internal;

import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskAssignor;
import io.margay.spi.assignor.TaskGroup;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/**
 * For streams groups: members process equal numbers of tasks and keep theirs where balance allows it; standby tasks are at other processes. A
 * task moves at once, and its new member restores the state before it goes on.
 *
 * <p>When this bundle is updated, an assignment that is being worked out is finished; groups that need one meanwhile keep their last.
 */
@Component(property = TaskAssignor.NAME_PROPERTY + "=" + StickyTaskAssignor.NAME)
public final class StickyTaskAssignor implements TaskAssignor {
  static final String NAME = "sticky";

  @Override
  public Map<String, TaskAssignment> assign(TaskGroup group) {
    TaskBalance balance = new TaskBalance(group);
    balance.assignActive();
    new StandbyPlaces(balance).assign();
    return balance.result();
  }
}
