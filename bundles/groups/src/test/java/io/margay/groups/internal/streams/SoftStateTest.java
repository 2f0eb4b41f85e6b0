package io.margay.groups.internal.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.assignor.TaskId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SoftStateTest {
  private final AtomicLong held = new AtomicLong();
  private final SoftState soft = new SoftState(held::addAndGet);

  private static Map<TaskId, SoftState.Progress> progress(int tasks) {
    Map<TaskId, SoftState.Progress> result = new HashMap<>();
    for (int p = 0; p < tasks; p++) {
      result.put(new TaskId("0", p), new SoftState.Progress(p, 2 * p));
    }
    return result;
  }

  @Test
  void howFarStatesHaveComeIsKnownOfSoManyTasksOfAllMembers() {
    soft.progress("a", progress(SoftState.MOST_OFFSETS - 1), more -> true);
    soft.progress("b", progress(2), more -> true);
    assertThat(soft.progress("b")).isEmpty();
    soft.progress("b", progress(1), more -> true);
    assertThat(soft.progress("b")).hasSize(1);
    soft.progress("b", progress(2), more -> true);
    assertThat(soft.progress("b")).as("what it said before is old").isEmpty();
    assertThat(held).hasValue((long) SoftState.OFFSET_BYTES * (SoftState.MOST_OFFSETS - 1));
    soft.forget("a", false);
    soft.progress("b", progress(2), more -> true);
    assertThat(soft.progress("b")).hasSize(2);
  }

  @Test
  void roomIsAskedForWhatIsNew() {
    soft.progress("a", progress(3), more -> more == 3 * SoftState.OFFSET_BYTES);
    soft.progress("a", progress(5), more -> more == 2 * SoftState.OFFSET_BYTES);
    assertThat(soft.progress("a")).hasSize(5);
    soft.progress("a", progress(6), more -> false);
    assertThat(soft.progress("a")).isEmpty();
    assertThat(held).hasValue(0);
  }
}
