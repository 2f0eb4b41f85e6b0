package io.margay.groups.internal.consumer;

import io.margay.coordinator.Result;
import java.util.function.Supplier;

/** Does long work for a shard while it is not held. What is under way when the shard is loaded again is applied to the newly loaded groups. */
@FunctionalInterface
public interface Background {
  /**
   * Applies what was found.
   *
   * @param <T> what was found
   */
  @FunctionalInterface
  interface Then<T> {
    /**
     * @param groups the shard's groups as they are now
     * @param found the outcome of the work
     * @param nowMs milliseconds since the epoch
     * @return what is to be written
     */
    Result<Void> run(ConsumerGroups groups, T found, long nowMs);
  }

  /**
   * @param work runs on another thread without the shard
   * @param then runs with the shard held, unless the work has failed, the shard is gone, or it has no room for one more operation
   * @param <T> what the work finds
   */
  <T> void run(Supplier<T> work, Then<T> then);
}
