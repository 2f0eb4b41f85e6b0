package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardLockTest {
  private final ShardLock lock = new ShardLock("test", 0);
  private final List<String> told = new ArrayList<>();

  @Test
  void completionsRunWithoutTheLock() {
    lock.run(() -> lock.run(() -> lock.defer(() -> {
      assertThatThrownBy(lock::requireHeld).isInstanceOf(IllegalStateException.class);
      told.add("done");
    })));
    assertThat(told).containsExactly("done");
  }

  @Test
  void completionsRunThoughTheHolderFails() {
    assertThatThrownBy(() -> lock.run(() -> {
      lock.defer(() -> told.add("first"));
      lock.defer(() -> {
        throw new AssertionError("on purpose");
      });
      lock.defer(() -> told.add("last"));
      throw new StackOverflowError("on purpose");
    })).isInstanceOf(StackOverflowError.class);
    assertThat(told).containsExactly("first", "last");
  }
}
