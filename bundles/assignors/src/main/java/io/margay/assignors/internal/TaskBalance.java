package io.margay.assignors.internal;

import io.margay.spi.assignor.Subtopology;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One assignment of tasks in the making. Members process equal numbers of tasks, keep what they have as far as that allows, and are preferred
 * for tasks whose state they have a copy of. {@link StandbyPlaces} gives out copies. Everything is walked through in the order of ids, so the
 * result is deterministic. A task costs the logarithm of the members, because an assignment is made while other groups wait. Used once, by one
 * thread.
 */
final class TaskBalance {
  /** A task, and who has it in which role. */
  static final class Task {
    final TaskId id;
    final boolean stateful;
    Candidate owner;
    final List<Candidate> standby = new ArrayList<>(0);
    final List<Candidate> warmup = new ArrayList<>(0);

    Task(TaskId id, boolean stateful) {
      this.id = id;
      this.stateful = stateful;
    }

    /** Whether a process has it in any role. */
    boolean isIn(Process process) {
      return owner != null && owner.process == process || isIn(process, standby) || isIn(process, warmup);
    }

    private static boolean isIn(Process process, List<Candidate> holders) {
      for (Candidate c : holders) {
        if (c.process == process) {
          return true;
        }
      }
      return false;
    }
  }

  /** A member, and how much it was given. */
  static final class Candidate {
    final TaskMember member;
    final Process process;
    /** Its place in the order of ids. */
    final int index;
    /** How many tasks it processes. */
    int actives;
    /** How many tasks it has in any role. */
    int load;

    Candidate(TaskMember member, Process process, int index) {
      this.member = member;
      this.process = process;
      this.index = index;
    }
  }

  /** A process, whose members share their states. Invariant: {@code members} has at least one, and is in order. */
  static final class Process {
    final TreeSet<Candidate> members =
        new TreeSet<>(Comparator.<Candidate>comparingInt(c -> c.actives).thenComparingInt(c -> c.index));
    /** How many tasks its members have in any role. */
    int load;

    /** The member that processes least. */
    Candidate least() {
      return members.first();
    }
  }

  private static final Comparator<Candidate> LEAST =
      Comparator.<Candidate>comparingInt(c -> c.actives).thenComparingInt(c -> c.process.load).thenComparingInt(c -> c.index);

  private final TaskGroup group;
  private final List<Candidate> members = new ArrayList<>();
  private final NavigableMap<TaskId, Task> tasks = new TreeMap<>();
  /** The process with the member that processes least comes first. */
  private final TreeSet<Process> order = new TreeSet<>(Comparator.comparing(Process::least, LEAST));

  TaskBalance(TaskGroup group) {
    this.group = group;
    Map<String, Process> processes = new HashMap<>();
    group.members().stream().sorted(Comparator.comparing(TaskMember::id)).forEach(m ->
        members.add(new Candidate(m, processes.computeIfAbsent(m.process(), p -> new Process()), members.size())));
    members.forEach(c -> c.process.members.add(c));
    order.addAll(processes.values());
    for (Subtopology s : group.subtopologies()) {
      for (int p = 0; p < s.tasks(); p++) {
        TaskId id = new TaskId(s.id(), p);
        tasks.put(id, new Task(id, s.stateful()));
      }
    }
  }

  TaskGroup group() {
    return group;
  }

  /** The members, by id. */
  List<Candidate> members() {
    return Collections.unmodifiableList(members);
  }

  /** The tasks that have state, by id. */
  List<Task> stateful() {
    return tasks.values().stream().filter(t -> t.stateful).toList();
  }

  /** Which members had a copy of the state of a task until now, by id. */
  static Map<TaskId, List<Candidate>> before(List<Candidate> members, boolean warmup) {
    Map<TaskId, List<Candidate>> result = new HashMap<>();
    for (Candidate c : members) {
      c.member.current().standby().forEach(t -> result.computeIfAbsent(t, id -> new ArrayList<>(1)).add(c));
      if (warmup) {
        c.member.current().warmup().forEach(t -> result.computeIfAbsent(t, id -> new ArrayList<>(1)).add(c));
      }
    }
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
    for (Candidate c : members) {
      for (TaskId id : new TreeSet<>(c.member.current().active())) {
        Task task = tasks.get(id);
        boolean extra = c.actives == each && withOneMore > 0;
        if (task != null && task.owner == null && (c.actives < each || extra)) {
          withOneMore -= extra ? 1 : 0;
          activate(c, task);
        }
      }
    }
    Map<TaskId, List<Candidate>> copies = before(members, true);
    for (Task task : tasks.values()) {
      if (task.owner == null) {
        activate(receiver(copies.getOrDefault(task.id, List.of()), each), task);
      }
    }
  }

  /** The member with a copy of the state that has room, or the one that processes least. */
  private Candidate receiver(List<Candidate> copies, int each) {
    Candidate least = order.first().least();
    int room = Math.max(each, least.actives + 1);
    return copies.stream().filter(c -> c.actives < room).min(LEAST).orElse(least);
  }

  /** Lets a member process a task, instead of the one that was to do so. */
  void activate(Candidate member, Task task) {
    if (task.owner != null) {
      change(task.owner, -1, -1);
    }
    task.owner = member;
    change(member, 1, 1);
  }

  private void change(Candidate c, int active, int all) {
    order.remove(c.process);
    c.process.members.remove(c);
    c.actives += active;
    c.load += all;
    c.process.load += all;
    c.process.members.add(c);
    order.add(c.process);
  }

  // ------------------------------------------------------------------------------------------------ copies

  /** Lets a member restore the state of a task, so that it can process it soon. */
  void warmUp(Candidate member, Task task) {
    task.warmup.add(member);
    change(member, 0, 1);
  }

  /** Gives a copy of the state of a task to a member; afterwards no task is activated or warmed up. */
  void standBy(Candidate member, Task task) {
    task.standby.add(member);
    member.load++;
  }

  /** Takes it from there again. */
  void endStandBy(Candidate member, Task task) {
    task.standby.remove(member);
    member.load--;
  }

  // ------------------------------------------------------------------------------------------------ result

  Map<String, TaskAssignment> result() {
    List<List<List<TaskId>>> given = new ArrayList<>(members.size());
    members.forEach(c -> given.add(List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>())));
    for (Task task : tasks.values()) {
      if (task.owner != null) {
        given.get(task.owner.index).get(0).add(task.id);
      }
      task.standby.forEach(c -> given.get(c.index).get(1).add(task.id));
      task.warmup.forEach(c -> given.get(c.index).get(2).add(task.id));
    }
    Map<String, TaskAssignment> result = new TreeMap<>();
    for (Candidate c : members) {
      List<List<TaskId>> of = given.get(c.index);
      result.put(c.member.id(), new TaskAssignment(Set.copyOf(of.get(0)), Set.copyOf(of.get(1)), Set.copyOf(of.get(2))));
    }
    return result;
  }
}
