package io.margay.assignors.internal;

import io.margay.spi.assignor.Subtopology;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskAssignor;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints how much processor time assignments of large groups take: of a new group, of one that has lost a member, and of one that gets a member.
 * Half of the tasks have state and two copies, which are to differ in their zone and rack. A program, not a test, with arguments
 * {@code TASKS MEMBERS}, else 1,000 tasks and 100 members.
 */
final class TaskAssignorSpeed {
  private static final int TASKS = 1_000;
  private static final int MEMBERS = 100;
  private static final int ROUNDS = 5;
  private static final int ZONES = 3;
  private static final int RACKS = 7;
  private static final int THREADS = 4;

  private TaskAssignorSpeed() { }

  /** @param args number of tasks, number of members */
  public static void main(String[] args) {
    int tasks = args.length > 0 ? Integer.parseInt(args[0]) : TASKS;
    int members = args.length > 1 ? Integer.parseInt(args[1]) : MEMBERS;
    for (TaskAssignor assignor : List.of(new StickyTaskAssignor(), new AvailableTaskAssignor())) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Long> ms = new ArrayList<>();
        Map<String, TaskAssignment> now = timed(assignor, group(tasks, 1, members, Map.of()), ms);
        now = timed(assignor, group(tasks, 2, members, now), ms);
        timed(assignor, group(tasks, 1, members, now), ms);
        System.out.printf("%s tasks=%d members=%d new=%dms one-gone=%dms one-more=%dms%n", assignor.getClass().getSimpleName(), tasks, members,
            ms.get(0), ms.get(1), ms.get(2));
      }
    }
  }

  private static Map<String, TaskAssignment> timed(TaskAssignor assignor, TaskGroup group, List<Long> ms) {
    ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
    long began = cpu.getCurrentThreadCpuTime();
    Map<String, TaskAssignment> result = assignor.assign(group);
    ms.add((cpu.getCurrentThreadCpuTime() - began) / 1_000_000);
    return result;
  }

  private static TaskGroup group(int tasks, int first, int members, Map<String, TaskAssignment> now) {
    List<TaskMember> all = new ArrayList<>();
    for (int m = first; m <= members; m++) {
      Map<TaskId, Long> lags = new HashMap<>();
      TaskAssignment current = now.getOrDefault("m" + m, TaskAssignment.NONE);
      current.active().forEach(t -> lags.put(t, 0L));
      current.standby().forEach(t -> lags.put(t, 0L));
      all.add(new TaskMember("m" + m, null, null, "p" + m / THREADS, Map.of("zone", "z" + m / THREADS % ZONES, "rack", "r" + m / THREADS % RACKS),
          current, lags));
    }
    return new TaskGroup(all, List.of(new Subtopology("0", tasks / 2, false), new Subtopology("1", tasks / 2, true)), 2, 2, 10,
        List.of("zone", "rack"));
  }
}
