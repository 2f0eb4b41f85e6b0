package io.margay.assignors.internal;

import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskAssignor;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.util.Comparator;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/**
 * For streams groups whose states are large: as {@link StickyTaskAssignor}, but a task stays with the member that has its state until the
 * member that it is to move to has caught up. That one restores the state as a warm-up task meanwhile; there are no more of them at a time than
 * the group's setting allows. Members that do not say how far they have come are taken for caught up.
 *
 * <p>When this bundle is updated, an assignment that is being worked out is finished; groups that need one meanwhile keep their last.
 */
@Component(property = TaskAssignor.NAME_PROPERTY + "=" + AvailableTaskAssignor.NAME)
public final class AvailableTaskAssignor implements TaskAssignor {
  static final String NAME = "high-availability";

  @Override
  public Map<String, TaskAssignment> assign(TaskGroup group) {
    TaskBalance balance = new TaskBalance(group);
    balance.assignActive();
    if (group.members().stream().anyMatch(m -> !m.lags().isEmpty())) {
      int warmups = group.warmupReplicas();
      for (TaskId task : balance.stateful()) {
        warmups -= keepCaughtUp(balance, task, warmups) ? 1 : 0;
      }
    }
    balance.assignStandby();
    return balance.result();
  }

  /** Lets a task stay with a member that has its state; whether another one warms up for it. */
  private static boolean keepCaughtUp(TaskBalance balance, TaskId task, int warmups) {
    TaskMember next = balance.owner(task);
    long acceptable = balance.group().acceptableLag();
    if (next == null || next.current().active().contains(task) || lag(next, task) <= acceptable) {
      return false;
    }
    TaskMember now = balance.members().values().stream().filter(m -> m.current().active().contains(task) || lag(m, task) <= acceptable)
        .min(Comparator.<TaskMember>comparingInt(m -> m.current().active().contains(task) ? 0 : 1).thenComparingLong(m -> lag(m, task))
            .thenComparing(TaskMember::id)).orElse(null);
    if (now == null) {
      return false;
    }
    balance.activate(now.id(), task);
    boolean warms = warmups > 0 && !balance.has(next, task);
    if (warms) {
      balance.warmUp(next.id(), task);
    }
    return warms;
  }

  private static long lag(TaskMember member, TaskId task) {
    return member.lags().getOrDefault(task, Long.MAX_VALUE);
  }
}
