package io.margay.groups.internal;

import io.margay.groups.internal.streams.TaskAssignors;
import io.margay.spi.assignor.Subtopology;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An assignor of tasks that a test may take away. Gives each task to the member that processes least, or, as "sticky", to the one that has it
 * as long as that is fair; copies go to other processes. As "restless" it also moves tasks without need, and warms some up.
 */
final class TestTaskAssignors implements TaskAssignors {
  final Set<String> installed = new HashSet<>(Set.of("sticky", "restless"));
  RuntimeException failure;
  TaskGroup last;
  String lastName;
  int calls;

  @Override
  public Map<String, TaskAssignment> assign(String name, TaskGroup group) {
    if (!installed.contains(name)) {
      return null;
    }
    if (failure != null) {
      throw failure;
    }
    calls++;
    last = group;
    lastName = name;
    List<TaskMember> members = group.members().stream().sorted(Comparator.comparing(TaskMember::id)).toList();
    Map<String, List<Set<TaskId>>> given = new TreeMap<>();
    Map<String, Set<TaskId>> processes = new HashMap<>();
    members.forEach(m -> given.put(m.id(), List.of(new TreeSet<>(), new TreeSet<>(), new TreeSet<>())));
    members.forEach(m -> processes.put(m.process(), new HashSet<>()));
    int all = group.subtopologies().stream().mapToInt(Subtopology::tasks).sum();
    int most = (all + members.size() - 1) / members.size();
    int turn = name.equals("restless") ? calls : 0;
    for (Subtopology s : group.subtopologies()) {
      for (int p = 0; p < s.tasks(); p++) {
        TaskId task = new TaskId(s.id(), p);
        int least = given.values().stream().mapToInt(g -> g.get(0).size()).min().orElse(0);
        List<TaskMember> able = members.stream().filter(m -> given.get(m.id()).get(0).size() == least).toList();
        TaskMember owner = members.stream().filter(m -> turn == 0 && m.current().active().contains(task)
            && given.get(m.id()).get(0).size() < most).findFirst().orElse(able.get((turn + p) % able.size()));
        give(owner, task, 0, given, processes);
        for (int copy = 0; s.stateful() && copy < group.standbyReplicas() + (turn > 0 ? 1 : 0); copy++) {
          int role = copy < group.standbyReplicas() ? 1 : 2;
          members.stream().filter(m -> !processes.get(m.process()).contains(task)).findFirst()
              .ifPresent(m -> give(m, task, role, given, processes));
        }
      }
    }
    Map<String, TaskAssignment> result = new HashMap<>();
    given.forEach((id, g) -> result.put(id, new TaskAssignment(g.get(0), g.get(1), g.get(2))));
    return result;
  }

  private static void give(TaskMember m, TaskId task, int role, Map<String, List<Set<TaskId>>> given, Map<String, Set<TaskId>> processes) {
    given.get(m.id()).get(role).add(task);
    processes.get(m.process()).add(task);
  }
}
