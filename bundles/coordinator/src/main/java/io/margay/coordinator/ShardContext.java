package io.margay.coordinator;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the logic of a shard may ask of its runtime while it holds the shard. Calls by others throw
 * {@link IllegalStateException}.
 *
 * @param <S> the shard's state
 */
@ProviderType
public interface ShardContext<S> {
  /** A timer of a shard. */
  interface Timer {
    /** Calls it off; once this returns it does not run. */
    void cancel();
  }

  /**
   * Runs something when the shard is no longer held, such as completing a response.
   *
   * @param completion what to run
   */
  void defer(Runnable completion);

  /** @return milliseconds since an arbitrary moment, which never go back, for deadlines */
  long elapsedMs();

  /**
   * Has an operation run later, unless the shard is unloaded before.
   *
   * @param delayMs milliseconds from now
   * @param operation what to run
   * @return the timer
   */
  Timer after(long delayMs, Operation<S, Void> operation);
}
