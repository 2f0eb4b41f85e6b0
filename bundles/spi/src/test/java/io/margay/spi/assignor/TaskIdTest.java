package io.margay.spi.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskIdTest {
  private static final int TASKS = 5_000;

  @Test
  void tasksOfSubtopologiesDoNotLieUponEachOther() {
    Set<Integer> codes = new HashSet<>();
    for (int p = 0; p < TASKS; p++) {
      codes.add(new TaskId("0", p).hashCode());
      codes.add(new TaskId("1", p).hashCode());
    }
    assertThat(codes).as("in sets that look for the next free place, tasks with one code take the square of their number")
        .hasSizeGreaterThan(2 * TASKS - TASKS / 100);
  }
}
