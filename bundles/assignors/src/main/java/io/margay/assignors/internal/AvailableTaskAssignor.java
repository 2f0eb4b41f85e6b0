package io.margay.assignors.internal;

import io.margay.assignors.internal.TaskBalance.Candidate;
import io.margay.assignors.internal.TaskBalance.Task;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskAssignor;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/**
 * For streams groups whose states are large: as {@link StickyTaskAssignor}, but a task stays with the process that has its state until the
 * process that it is to move to has caught up. A member of that one restores the state as a warm-up task meanwhile; there are no more of them at a
 * time than the group's setting allows. When it allows none, tasks move at once, because they would stay for ever. Within a process, whose
 * members share their states, they always do. When no member says how far it has come, all are taken for caught up.
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
    if (group.warmupReplicas() > 0 && group.members().stream().anyMatch(m -> !m.lags().isEmpty())) {
      Map<TaskId, List<Candidate>> caughtUp = caughtUp(balance);
      int warmups = group.warmupReplicas();
      for (Task task : balance.stateful()) {
        warmups -= keepCaughtUp(balance, task, caughtUp.getOrDefault(task.id, List.of()), warmups) ? 1 : 0;
      }
    }
    new StandbyPlaces(balance).assign();
    return balance.result();
  }

  /** Which members have the state of a task as it is now, or almost so; the one that processes it comes first. */
  private static Map<TaskId, List<Candidate>> caughtUp(TaskBalance balance) {
    Map<TaskId, List<Candidate>> result = new HashMap<>();
    for (Candidate c : balance.members()) {
      c.member.current().active().forEach(t -> result.computeIfAbsent(t, id -> new ArrayList<>(2)).add(0, c));
      c.member.lags().forEach((t, lag) -> {
        if (lag <= balance.group().acceptableLag() && !c.member.current().active().contains(t)) {
          result.computeIfAbsent(t, id -> new ArrayList<>(2)).add(c);
        }
      });
    }
    return result;
  }

  /** Lets a task stay with a process that has its state; whether another one warms up for it. */
  private static boolean keepCaughtUp(TaskBalance balance, Task task, List<Candidate> caughtUp, int warmups) {
    Candidate next = task.owner;
    if (next == null || caughtUp.isEmpty() || caughtUp.stream().anyMatch(c -> c.process == next.process)) {
      return false;
    }
    Candidate first = caughtUp.get(0);
    Candidate now = first.member.current().active().contains(task.id) ? first : caughtUp.stream().min(
        Comparator.<Candidate>comparingLong(c -> c.member.lags().get(task.id)).thenComparingInt(c -> c.index)).orElseThrow().process.least();
    balance.activate(now, task);
    boolean warms = warmups > 0 && !task.isIn(next.process);
    if (warms) {
      balance.warmUp(next, task);
    }
    return warms;
  }
}
