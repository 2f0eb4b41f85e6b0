package io.margay.spi.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every assignor of tasks guarantees. */
public abstract class TaskAssignorContract {
  private static final int ROUNDS = 500;

  private final TaskAssignor assignor;

  /** @param assignor that is tested */
  protected TaskAssignorContract(TaskAssignor assignor) {
    this.assignor = assignor;
  }

  /** A member of a process without anything. */
  protected static TaskMember member(String id, String process, TaskAssignment current) {
    return new TaskMember(id, null, null, process, Map.of(), current, Map.of());
  }

  /** One subtopology with state, and as many members as processes. */
  protected static TaskGroup group(int tasks, int standby, TaskMember... members) {
    return new TaskGroup(List.of(members), List.of(new Subtopology("0", tasks, true)), standby, 2, 10, List.of());
  }

  /** Checks an assignment. */
  protected Map<String, TaskAssignment> assign(TaskGroup group) {
    Map<String, TaskAssignment> result = assignor.assign(group);
    Set<TaskId> active = new HashSet<>();
    Map<String, Set<TaskId>> ofProcess = new HashMap<>();
    Map<String, Subtopology> parts = new HashMap<>();
    group.subtopologies().forEach(s -> parts.put(s.id(), s));
    for (TaskMember m : group.members()) {
      TaskAssignment given = result.get(m.id());
      Set<TaskId> all = ofProcess.computeIfAbsent(m.process(), p -> new HashSet<>());
      given.active().forEach(t -> assertThat(active.add(t)).as("%s is active once", t).isTrue());
      for (Set<TaskId> role : List.of(given.active(), given.standby(), given.warmup())) {
        for (TaskId t : role) {
          assertThat(t.partition()).as("%s exists", t).isBetween(0, parts.get(t.subtopology()).tasks() - 1);
          assertThat(all.add(t)).as("%s is once in process %s", t, m.process()).isTrue();
          assertThat(role == given.active() || parts.get(t.subtopology()).stateful()).as("%s has state to copy", t).isTrue();
        }
      }
    }
    int tasks = group.subtopologies().stream().mapToInt(Subtopology::tasks).sum();
    assertThat(active).as("each task is active").hasSize(group.members().isEmpty() ? 0 : tasks);
    assertThat(result.keySet()).hasSize(group.members().size());
    List<TaskMember> otherOrder = new ArrayList<>(group.members());
    Collections.reverse(otherOrder);
    assertThat(assignor.assign(new TaskGroup(otherOrder, group.subtopologies(), group.standbyReplicas(), group.warmupReplicas(),
        group.acceptableLag(), group.rackTags()))).as("whatever the order").isEqualTo(result);
    return result;
  }

  @Test
  void nobodyGetsNothing() {
    assertThat(assignor.assign(group(3, 1))).isEmpty();
  }

  @Test
  void anyGroupIsServed() {
    for (int seed = 1; seed <= ROUNDS; seed++) {
      Random random = new Random(seed);
      List<Subtopology> parts = new ArrayList<>();
      for (int s = 0; s < 1 + random.nextInt(3); s++) {
        parts.add(new Subtopology("" + s, random.nextInt(8), random.nextBoolean()));
      }
      Map<String, TaskAssignment> now = new HashMap<>();
      for (int round = 0; round < 4; round++) {
        List<TaskMember> members = new ArrayList<>();
        for (int m = 0; m < random.nextInt(6); m++) {
          Map<TaskId, Long> lags = new HashMap<>();
          TaskAssignment current = now.getOrDefault("m" + m, TaskAssignment.NONE);
          current.warmup().forEach(t -> lags.put(t, (long) random.nextInt(30)));
          members.add(new TaskMember("m" + m, null, null, "p" + random.nextInt(4), Map.of("zone", "z" + random.nextInt(2)), current, lags));
        }
        now = assign(new TaskGroup(members, parts, random.nextInt(3), random.nextInt(3), 10, List.of("zone")));
      }
    }
  }

  @Test
  void membersKeepTheirTasksWhenNothingChanges() {
    Map<String, TaskAssignment> first = assign(group(7, 1, member("a", "p", TaskAssignment.NONE), member("b", "q", TaskAssignment.NONE),
        member("c", "r", TaskAssignment.NONE)));
    assertThat(assign(group(7, 1, member("a", "p", first.get("a")), member("b", "q", first.get("b")), member("c", "r", first.get("c")))))
        .isEqualTo(first);
  }

  @Test
  void aCopyIsPreferredThoughThereAreMoreMembersThanTasks() {
    TaskId task = new TaskId("0", 0);
    TaskAssignment copy = new TaskAssignment(Set.of(), Set.of(task), Set.of());
    Map<String, TaskAssignment> then = assign(group(1, 0, member("a", "p", TaskAssignment.NONE), member("b", "q", TaskAssignment.NONE),
        member("c", "r", copy)));
    assertThat(then.get("c").active()).containsExactly(task);
  }

  @Test
  void membersProcessEqualNumbers() {
    Map<String, TaskAssignment> all = assign(group(7, 0, member("a", "p", TaskAssignment.NONE), member("b", "q", TaskAssignment.NONE),
        member("c", "r", TaskAssignment.NONE)));
    assertThat(all.values()).allSatisfy(t -> assertThat(t.active().size()).isBetween(2, 3));
  }

  @Test
  void theTasksOfAMemberThatHasGoneGoToItsCopies() {
    Map<String, TaskAssignment> first = assign(group(6, 1, member("a", "p", TaskAssignment.NONE), member("b", "q", TaskAssignment.NONE),
        member("c", "r", TaskAssignment.NONE)));
    Map<String, TaskAssignment> then = assign(group(6, 1, member("b", "q", first.get("b")), member("c", "r", first.get("c"))));
    for (String id : List.of("b", "c")) {
      assertThat(then.get(id).active()).containsAll(first.get(id).active());
      then.get(id).active().stream().filter(first.get("a").active()::contains).forEach(t -> assertThat(first.get(id).standby()).contains(t));
    }
  }

  @Test
  void nothingMovesWhenNothingChanges() {
    for (int seed = 1; seed <= ROUNDS; seed++) {
      Random random = new Random(seed);
      List<Subtopology> parts = List.of(new Subtopology("0", random.nextInt(8), random.nextBoolean()), new Subtopology("1", random.nextInt(8), true));
      List<String> processes = random.ints(6, 0, 4).mapToObj(p -> "p" + p).toList();
      int standby = random.nextInt(3);
      Map<String, TaskAssignment> now = Map.of();
      for (int size : List.of(3, 6, 2, 5)) {
        Map<String, TaskAssignment> before = now;
        now = assign(of(size, processes, parts, standby, before));
        assertThat(assign(of(size, processes, parts, standby, now))).as("seed %d, members %d", seed, size).isEqualTo(now);
      }
    }
  }

  private static TaskGroup of(int members, List<String> processes, List<Subtopology> parts, int standby, Map<String, TaskAssignment> now) {
    List<TaskMember> all = new ArrayList<>();
    for (int m = 0; m < members; m++) {
      String process = processes.get(m);
      all.add(new TaskMember("m" + m, null, null, process, Map.of("zone", "z" + process.hashCode() % 2),
          now.getOrDefault("m" + m, TaskAssignment.NONE), Map.of()));
    }
    return new TaskGroup(all, parts, standby, 2, 10, List.of("zone"));
  }

  @Test
  void aNewMemberGetsCopiesToo() {
    Map<String, TaskAssignment> first = assign(group(6, 1, member("a", "p", TaskAssignment.NONE), member("b", "q", TaskAssignment.NONE)));
    Map<String, TaskAssignment> then = assign(group(6, 1, member("a", "p", first.get("a")), member("b", "q", first.get("b")),
        member("c", "r", TaskAssignment.NONE)));
    assertThat(then.values()).allSatisfy(t -> assertThat(t.active().size() + t.standby().size()).isBetween(3, 5));
  }
}
