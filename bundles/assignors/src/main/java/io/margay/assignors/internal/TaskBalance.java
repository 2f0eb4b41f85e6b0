package io.margay.assignors.internal;

import io.margay.spi.assignor.Subtopology;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * One assignment of tasks in the making. Members process equal numbers of tasks, keep what they have as far as that allows, and are preferred
 * for tasks whose state they have a copy of. Copies go to members of other processes, which differ in their tags where that is asked for.
 * Everything is walked through in the order of ids, so the result is deterministic. Used once, by one thread.
 */
final class TaskBalance {
  private final TaskGroup group;
  private final NavigableMap<String, TaskMember> members = new TreeMap<>();
  private final NavigableMap<TaskId, Boolean> tasks = new TreeMap<>();
  private final NavigableMap<TaskId, String> active = new TreeMap<>();
  private final Map<String, NavigableSet<TaskId>> standby = new HashMap<>();
  private final Map<String, NavigableSet<TaskId>> warmup = new HashMap<>();
  /** How many tasks each member processes, and has in any role. */
  private final Map<String, Integer> actives = new HashMap<>();
  private final Map<String, Integer> loads = new HashMap<>();
  /** Which tasks each process has in any role. */
  private final Map<String, Set<TaskId>> processes = new HashMap<>();

  TaskBalance(TaskGroup group) {
    this.group = group;
    for (TaskMember m : group.members()) {
      members.put(m.id(), m);
      standby.put(m.id(), new TreeSet<>());
      warmup.put(m.id(), new TreeSet<>());
      processes.computeIfAbsent(m.process(), p -> new HashSet<>());
    }
    for (Subtopology s : group.subtopologies()) {
      for (int p = 0; p < s.tasks(); p++) {
        tasks.put(new TaskId(s.id(), p), s.stateful());
      }
    }
  }

  TaskGroup group() {
    return group;
  }

  /** The members, by id. */
  NavigableMap<String, TaskMember> members() {
    return members;
  }

  /** The tasks that have state. */
  List<TaskId> stateful() {
    List<TaskId> result = new ArrayList<>();
    tasks.forEach((task, state) -> {
      if (state) {
        result.add(task);
      }
    });
    return result;
  }

  // ------------------------------------------------------------------------------------------------ active tasks

  /** Gives each task to a member that processes it. */
  void assignActive() {
    if (members.isEmpty()) {
      return;
    }
    int each = tasks.size() / members.size();
    int withOneMore = tasks.size() % members.size();
    for (TaskMember m : members.values()) {
      for (TaskId task : new TreeSet<>(m.current().active())) {
        int has = actives.getOrDefault(m.id(), 0);
        boolean extra = has == each && withOneMore > 0;
        if (tasks.containsKey(task) && !active.containsKey(task) && (has < each || extra)) {
          withOneMore -= extra ? 1 : 0;
          activate(m.id(), task);
        }
      }
    }
    for (TaskId task : tasks.keySet()) {
      if (!active.containsKey(task)) {
        activate(receiver(task, each).id(), task);
      }
    }
  }

  /** The member with a copy of the state that has room, or the one that processes least. */
  private TaskMember receiver(TaskId task, int each) {
    Comparator<TaskMember> least = Comparator.<TaskMember>comparingInt(m -> actives.getOrDefault(m.id(), 0))
        .thenComparingInt(m -> processes.get(m.process()).size()).thenComparing(TaskMember::id);
    int fewest = members.values().stream().mapToInt(m -> actives.getOrDefault(m.id(), 0)).min().orElse(0);
    int room = Math.max(each, fewest + 1);
    return members.values().stream()
        .filter(m -> actives.getOrDefault(m.id(), 0) < room && (m.current().standby().contains(task) || m.current().warmup().contains(task)))
        .min(least).orElseGet(() -> members.values().stream().min(least).orElseThrow());
  }

  /** Who processes a task. */
  TaskMember owner(TaskId task) {
    return members.get(active.get(task));
  }

  /** Lets a member process a task, instead of the one that was to do so. */
  void activate(String memberId, TaskId task) {
    String before = active.put(task, memberId);
    if (before != null) {
      actives.merge(before, -1, Integer::sum);
      loads.merge(before, -1, Integer::sum);
      processes.get(members.get(before).process()).remove(task);
    }
    actives.merge(memberId, 1, Integer::sum);
    hold(memberId, task);
  }

  private void hold(String memberId, TaskId task) {
    loads.merge(memberId, 1, Integer::sum);
    processes.get(members.get(memberId).process()).add(task);
  }

  /** Whether a process has a task in any role. */
  boolean has(TaskMember member, TaskId task) {
    return processes.get(member.process()).contains(task);
  }

  /** Lets a member restore the state of a task, so that it can process it soon. */
  void warmUp(String memberId, TaskId task) {
    warmup.get(memberId).add(task);
    hold(memberId, task);
  }

  // ------------------------------------------------------------------------------------------------ copies

  /** Gives copies of states to members. */
  void assignStandby() {
    for (int replica = 0; replica < group.standbyReplicas(); replica++) {
      int average = Math.max(1, (tasks.size() + (replica + 1) * stateful().size()) / Math.max(1, members.size()) + 1);
      for (TaskId task : stateful()) {
        TaskMember best = best(task, m -> m.current().standby().contains(task) && loads.getOrDefault(m.id(), 0) < average);
        best = best != null && differs(best, task) ? best : best(task, m -> true);
        if (best != null) {
          standby.get(best.id()).add(task);
          hold(best.id(), task);
        }
      }
    }
  }

  private TaskMember best(TaskId task, Predicate<TaskMember> among) {
    return members.values().stream().filter(m -> !has(m, task)).filter(among)
        .min(Comparator.<TaskMember>comparingInt(m -> -distance(m, task)).thenComparingInt(m -> m.current().standby().contains(task) ? 0 : 1)
            .thenComparingInt(m -> loads.getOrDefault(m.id(), 0)).thenComparing(TaskMember::id)).orElse(null);
  }

  /** Whether no other member would differ more in its tags. */
  private boolean differs(TaskMember member, TaskId task) {
    return members.values().stream().filter(m -> !has(m, task)).noneMatch(m -> distance(m, task) > distance(member, task));
  }

  /** How much a member differs in its tags from those that have a task; the first tag counts most. */
  private int distance(TaskMember member, TaskId task) {
    int result = 0;
    for (String tag : group.rackTags()) {
      String value = member.tags().get(tag);
      boolean other = value != null && holders(task).stream().noneMatch(m -> value.equals(m.tags().get(tag)));
      result = 2 * result + (other ? 1 : 0);
    }
    return result;
  }

  private List<TaskMember> holders(TaskId task) {
    List<TaskMember> result = new ArrayList<>();
    if (active.containsKey(task)) {
      result.add(owner(task));
    }
    standby.forEach((id, of) -> {
      if (of.contains(task)) {
        result.add(members.get(id));
      }
    });
    return result;
  }

  // ------------------------------------------------------------------------------------------------ result

  Map<String, TaskAssignment> result() {
    Map<String, Set<TaskId>> activeOf = new HashMap<>();
    active.forEach((task, id) -> activeOf.computeIfAbsent(id, i -> new HashSet<>()).add(task));
    Map<String, TaskAssignment> result = new TreeMap<>();
    members.keySet().forEach(id -> result.put(id,
        new TaskAssignment(activeOf.getOrDefault(id, Set.of()), standby.get(id), warmup.get(id))));
    return result;
  }
}
