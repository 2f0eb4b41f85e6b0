package io.margay.groups.internal.streams;

import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.AssignorCall;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Tasks;
import io.margay.spi.assignor.Subtopology;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives a group a target assignment for its epoch. Asks an assignor which member is to have which tasks, and checks what it says. When the
 * assignor is not there, or fails, the last target stays, and each heartbeat tries again. The members of a group that was empty wait for each
 * other for a while. All methods run with the shard held.
 */
final class StreamsTarget {
  /** Looks at a group again, and assigns. */
  @FunctionalInterface
  interface Settling {
    void settle(StreamsDraft draft, long nowMs);
  }

  private final ShardContext context;
  private final GroupTable groups;
  private final StreamsConfig config;
  private final TaskAssignors assignors;
  /** Soft: groups that were empty, whose first assignment waits for more members. Bounded by the groups. */
  private final Map<String, ShardContext.Timer> delayed = new HashMap<>();
  private Settling settling;

  StreamsTarget(ShardContext context, GroupTable groups, StreamsConfig config, TaskAssignors assignors) {
    this.context = context;
    this.groups = groups;
    this.config = config;
    this.assignors = assignors;
  }

  /** What follows when a group has waited long enough; set once, before the first operation. */
  void onWaited(Settling what) {
    settling = what;
  }

  /** Assigns now, unless that is to wait for more members, or the last assignment was a moment ago. */
  void assign(StreamsDraft draft, Plan plan, long nowMs) {
    String groupId = draft.group().id();
    if (draft.members().isEmpty()) {
      stopWaiting(groupId);
      draft.assigned(draft.epoch(), nowMs);
      return;
    }
    int delayMs = config.initialRebalanceDelayMs(groupId);
    if (draft.group().isEmpty() && delayMs > 0 && !delayed.containsKey(groupId)) {
      delayed.put(groupId, context.after(delayMs, now -> firstAssignment(groupId, now)));
    }
    long sinceMs = nowMs - draft.group().assignedAtMs();
    boolean early = !draft.group().isEmpty() && sinceMs >= 0 && sinceMs < config.assignmentIntervalMs(groupId);
    if (!delayed.containsKey(groupId) && !early) {
      assignNow(draft, plan, nowMs);
    }
  }

  private Result<Void> firstAssignment(String groupId, long nowMs) {
    delayed.remove(groupId);
    if (!(groups.get(groupId) instanceof StreamsGroup group) || group.isEmpty() || group.epoch() <= group.assignmentEpoch()) {
      return Result.of(null);
    }
    StreamsDraft draft = new StreamsDraft(group);
    settling.settle(draft, nowMs);
    return Result.of(draft.records(), null);
  }

  /** Whether the first assignment of a group waits for more members. */
  boolean waits(String groupId) {
    return delayed.containsKey(groupId);
  }

  private void stopWaiting(String groupId) {
    ShardContext.Timer timer = delayed.remove(groupId);
    if (timer != null) {
      timer.cancel();
    }
  }

  private void assignNow(StreamsDraft draft, Plan plan, long nowMs) {
    Collection<StreamsMember> members = draft.members();
    Map<String, TaskSets> found = plan.isReady() ? answer(draft, plan, members) : Map.of();
    if (found != null) {
      members.forEach(m -> draft.putTarget(m.id(), found.getOrDefault(m.id(), TaskSets.NONE)));
      draft.assigned(draft.epoch(), nowMs);
    }
  }

  /** Null when there is no answer. */
  private Map<String, TaskSets> answer(StreamsDraft draft, Plan plan, Collection<StreamsMember> members) {
    StreamsConfig.Assigning how = config.assigning(draft.group().id());
    return AssignorCall.ask(draft.group().id(), how.assignor(), groups.memory().node().logs(), () -> {
      TaskGroup question = question(draft, plan, members, how);
      Map<String, TaskAssignment> found = assignors.assign(how.assignor(), question);
      return found == null ? null : checked(how.assignor(), question, found);
    });
  }

  private static TaskGroup question(StreamsDraft draft, Plan plan, Collection<StreamsMember> members, StreamsConfig.Assigning how) {
    List<Subtopology> parts = new ArrayList<>();
    draft.topology().subtopologies().forEach(s -> parts.add(
        new Subtopology(s.id(), plan.tasks().getOrDefault(s.id(), 0), s.isStateful())));
    List<TaskMember> asked = new ArrayList<>(members.size());
    for (StreamsMember m : members) {
      Map<TaskId, Long> lags = new HashMap<>();
      draft.group().soft().progress(m.id()).forEach((task, progress) -> {
        if (progress.end() >= 0) {
          lags.put(task, progress.lag());
        }
      });
      asked.add(new TaskMember(m.id(), m.instanceId(), m.said().client().rackId(), m.said().process(), m.said().tags(),
          ids(draft.target(m.id())), lags));
    }
    return new TaskGroup(asked, parts, how.standbyReplicas(), how.warmupReplicas(), how.acceptableRecoveryLag(), how.rackTags());
  }

  private static TaskAssignment ids(TaskSets tasks) {
    return new TaskAssignment(ids(tasks.active()), ids(tasks.standby()), ids(tasks.warmup()));
  }

  private static Set<TaskId> ids(Tasks tasks) {
    Set<TaskId> result = new HashSet<>();
    tasks.forEachKey((id, numbers, epochs) -> {
      for (int n : numbers) {
        result.add(new TaskId(id, n));
      }
    });
    return result;
  }

  private static Map<String, TaskSets> checked(String name, TaskGroup question, Map<String, TaskAssignment> found) {
    Map<String, Subtopology> parts = new HashMap<>();
    question.subtopologies().forEach(s -> parts.put(s.id(), s));
    Set<TaskId> active = new HashSet<>();
    Map<String, Set<TaskId>> ofProcess = new HashMap<>();
    Map<String, TaskSets> result = new HashMap<>();
    for (TaskMember m : question.members()) {
      TaskAssignment given = found.getOrDefault(m.id(), TaskAssignment.NONE);
      Set<TaskId> all = ofProcess.computeIfAbsent(m.process(), p -> new HashSet<>());
      for (Set<TaskId> role : List.of(given.active(), given.standby(), given.warmup())) {
        for (TaskId task : role) {
          Subtopology part = parts.get(task.subtopology());
          boolean exists = part != null && task.partition() >= 0 && task.partition() < part.tasks();
          if (!exists || !all.add(task) || role == given.active() && !active.add(task) || role != given.active() && !part.stateful()) {
            throw new IllegalStateException("assignor " + name + " is broken: it gave task " + task + " to member " + m.id());
          }
        }
      }
      result.put(m.id(), new TaskSets(tasks(given.active()), tasks(given.standby()), tasks(given.warmup())));
    }
    long all = question.subtopologies().stream().mapToLong(Subtopology::tasks).sum();
    if (active.size() < all) {
      throw new IllegalStateException("assignor " + name + " is broken: it gave " + active.size() + " of " + all + " tasks");
    }
    return result;
  }

  private static Tasks tasks(Set<TaskId> ids) {
    Tasks.Builder result = new Tasks.Builder();
    ids.forEach(t -> result.add(t.subtopology(), t.partition(), Tasks.NO_EPOCH));
    return result.build();
  }
}
