package io.margay.assignors.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.assignor.Subtopology;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskAssignorContract;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AvailableTaskAssignorTest extends TaskAssignorContract {
  private static final TaskId ZERO = new TaskId("0", 0);
  private static final TaskId ONE = new TaskId("0", 1);

  AvailableTaskAssignorTest() {
    super(new AvailableTaskAssignor());
  }

  private static TaskMember member(String id, TaskAssignment current, Map<TaskId, Long> lags) {
    return new TaskMember(id, null, null, "process of " + id, Map.of(), current, lags);
  }

  @Test
  void aTaskStaysUntilItsNextMemberHasCaughtUp() {
    TaskMember a = member("a", new TaskAssignment(Set.of(ZERO, ONE), Set.of(), Set.of()), Map.of(ZERO, 0L, ONE, 0L));
    Map<String, TaskAssignment> first = assign(group(2, 0, a, member("b", TaskAssignment.NONE, Map.of())));
    assertThat(first.get("a").active()).containsExactlyInAnyOrder(ZERO, ONE);
    assertThat(first.get("b").warmup()).containsExactly(ONE);
    assertThat(assign(group(2, 0, a, member("b", first.get("b"), Map.of(ONE, 11L))))).as("behind").isEqualTo(first);
    Map<String, TaskAssignment> then = assign(group(2, 0, a, member("b", first.get("b"), Map.of(ONE, 10L))));
    assertThat(then.get("a").active()).containsExactly(ZERO);
    assertThat(then.get("b")).isEqualTo(new TaskAssignment(Set.of(ONE), Set.of(), Set.of()));
  }

  @Test
  void noMoreTasksAreWarmedUpThanAllowed() {
    Set<TaskId> all = Set.of(ZERO, ONE, new TaskId("0", 2), new TaskId("0", 3), new TaskId("0", 4), new TaskId("0", 5));
    TaskMember a = member("a", new TaskAssignment(all, Set.of(), Set.of()), Map.of(ZERO, 0L));
    Map<String, TaskAssignment> then = assign(group(6, 0, a, member("b", TaskAssignment.NONE, Map.of())));
    assertThat(then.get("a").active()).hasSize(6);
    assertThat(then.get("b").warmup()).hasSize(2);
  }

  @Test
  void membersThatSayNothingAreTakenForCaughtUp() {
    TaskMember a = member("a", new TaskAssignment(Set.of(ZERO, ONE), Set.of(), Set.of()), Map.of());
    assertThat(assign(group(2, 0, a, member("b", TaskAssignment.NONE, Map.of()))).get("b").active()).hasSize(1);
  }

  @Test
  void tasksMoveAtOnceWhenNoneMayBeWarmedUp() {
    TaskMember a = member("a", new TaskAssignment(Set.of(ZERO, ONE), Set.of(), Set.of()), Map.of(ZERO, 0L, ONE, 0L));
    TaskMember b = member("b", TaskAssignment.NONE, Map.of());
    Map<String, TaskAssignment> then = assign(new TaskGroup(List.of(a, b), List.of(new Subtopology("0", 2, true)), 0, 0, 10, List.of()));
    assertThat(then.get("b").active()).as("they would stay for ever").containsExactly(ONE);
  }

  @Test
  void tasksMoveAtOnceWithinAProcess() {
    TaskMember a = new TaskMember("a", null, null, "p", Map.of(), new TaskAssignment(Set.of(ZERO, ONE), Set.of(), Set.of()),
        Map.of(ZERO, 0L, ONE, 0L));
    TaskMember b = new TaskMember("b", null, null, "p", Map.of(), TaskAssignment.NONE, Map.of());
    assertThat(assign(group(2, 0, a, b)).get("b").active()).as("the state is there").containsExactly(ONE);
  }

  @Test
  void whatStaysInAProcessGoesToItsMemberWithTheLeast() {
    Set<TaskId> four = Set.of(ZERO, ONE, new TaskId("0", 2), new TaskId("0", 3));
    TaskMember a = new TaskMember("a", null, null, "p", Map.of(), TaskAssignment.NONE,
        Map.of(ZERO, 0L, ONE, 0L, new TaskId("0", 2), 0L, new TaskId("0", 3), 0L));
    TaskMember b = new TaskMember("b", null, null, "p", Map.of(), TaskAssignment.NONE, Map.of());
    TaskMember c = member("c", TaskAssignment.NONE, Map.of());
    TaskMember d = member("d", TaskAssignment.NONE, Map.of());
    Map<String, TaskAssignment> then = assign(group(four.size(), 0, a, b, c, d));
    assertThat(then.get("a").active()).as("its thread that had them has gone").hasSize(2);
    assertThat(then.get("b").active()).hasSize(2);
    assertThat(then.get("c").warmup().size() + then.get("d").warmup().size()).isEqualTo(2);
  }
}
