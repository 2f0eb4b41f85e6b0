package io.margay.coordinator;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the logic of a shard may ask of its runtime while it holds the shard. Calls by others throw
 * {@link IllegalStateException}.
 */
@ProviderType
public interface ShardContext {
  /** A timer of a shard. */
  interface Timer {
    /** Cancels it; once this returns it does not run. */
    void cancel();
  }

  /** What a timer runs, with the shard held; an {@link Operation} without a client. */
  @FunctionalInterface
  @ConsumerType
  interface Task {
    /**
     * @param nowMs milliseconds since the epoch
     * @return records to be written
     */
    Result<Void> run(long nowMs);
  }

  /** @return index of the shard */
  int shard();

  /**
   * Runs something when the shard is no longer held, such as completing a response.
   *
   * @param completion what to run
   */
  void defer(Runnable completion);

  /** @return milliseconds since an arbitrary moment, which never go back, for deadlines */
  long elapsedMs();

  /**
   * Runs a task later, unless the shard is unloaded before. A task is never dropped because the shard is busy: it is exempt from
   * the limit on what is parked, and waits, or is put back, while the log is suspended.
   *
   * @param delayMs milliseconds from now
   * @param task what to run
   * @return the timer
   */
  Timer after(long delayMs, Task task);
}
