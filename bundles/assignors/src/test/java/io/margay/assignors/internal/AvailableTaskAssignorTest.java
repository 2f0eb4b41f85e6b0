package io.margay.assignors.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskAssignorContract;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
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
}
