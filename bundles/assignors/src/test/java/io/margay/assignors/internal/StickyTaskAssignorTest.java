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

class StickyTaskAssignorTest extends TaskAssignorContract {
  StickyTaskAssignorTest() {
    super(new StickyTaskAssignor());
  }

  @Test
  void aTaskMovesAtOnce() {
    TaskAssignment all = new TaskAssignment(Set.of(new TaskId("0", 0), new TaskId("0", 1)), Set.of(), Set.of());
    Map<String, TaskAssignment> then = assign(group(2, 0, member("a", "p", all), member("b", "q", TaskAssignment.NONE)));
    assertThat(then.get("a").active()).hasSize(1);
    assertThat(then.get("b").active()).hasSize(1);
    assertThat(then.get("b").warmup()).isEmpty();
  }

  @Test
  void copiesDifferInTheirTags() {
    List<TaskMember> members = List.of(tagged("a", "x"), tagged("b", "x"), tagged("c", "y"));
    Map<String, TaskAssignment> all =
        assign(new TaskGroup(members, List.of(new Subtopology("0", 2, true)), 1, 0, 10, List.of("zone")));
    assertThat(all.get("c").standby()).as("what a and b process").hasSize(2);
  }

  private static TaskMember tagged(String id, String zone) {
    return new TaskMember(id, null, null, "process of " + id, Map.of("zone", zone), TaskAssignment.NONE, Map.of());
  }
}
