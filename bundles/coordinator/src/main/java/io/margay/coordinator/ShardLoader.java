package io.margay.coordinator;

import io.margay.spi.log.LogSuspendedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the state of one shard from its log, on the executor, and tries again after a failure: after a second, then ever later, up
 * to half a minute. What fails again and again is logged once a minute.
 */
final class ShardLoader<S extends ShardState> {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLoader.class);
  private static final int RETRY_MS = 1_000;
  private static final int MAX_DOUBLINGS = 5;

  /** What the loader serves. Called without the lock. */
  interface Target<S> {
    /** Whether a load that was begun in a term is still wanted. */
    boolean wants(long term);

    /** The state as its log has it. */
    void loaded(long term, S state, long endOffset);
  }

  private final CoordinatorRuntime<S> runtime;
  private final int index;
  private final ShardContext context;
  private final Target<S> target;
  private volatile int failures;

  ShardLoader(CoordinatorRuntime<S> runtime, int index, ShardContext context, Target<S> target) {
    this.runtime = runtime;
    this.index = index;
    this.context = context;
    this.target = target;
  }

  /** Loads on this thread. */
  void load(long term, PartitionWriter from) {
    long beganNanos = System.nanoTime();
    S state = null;
    try {
      state = runtime.newState(context);
      long end;
      do {
        end = from.load(state);
      } while (state.replayAgain());
      S whole = state;
      state = null;
      target.loaded(term, whole, end);
      LOG.debug("Loaded a shard. coordinator={} shard={} endOffset={} micros={}", runtime.name(), index, end,
          (System.nanoTime() - beganNanos) / 1000);
    } catch (LogSuspendedException e) {
      LOG.debug("The log of a shard is suspended, it is loaded later. coordinator={} shard={}", runtime.name(), index);
      drop(state);
      Runnable later = () -> loadOnExecutor(term, from);
      if (!from.whenResumed(later)) {
        later.run();
      }
    } catch (Throwable e) {
      // an Error, too: a shard that is not loaded again would never answer
      if (runtime.logs().pass("load " + index) >= 0) {
        LOG.error("Cannot load a shard, will try again. coordinator={} shard={}", runtime.name(), index, e);
      }
      drop(state);
      retry(term, from);
    }
  }

  /** A state that is of no more use gives back what it holds, whatever it throws. */
  void drop(S state) {
    if (state == null) {
      return;
    }
    try {
      state.onUnloaded();
    } catch (Throwable e) {
      LOG.error("The end of a shard's state failed. coordinator={} shard={}", runtime.name(), index, e);
    }
  }

  void loadOnExecutor(long term, PartitionWriter from) {
    runtime.execute(() -> {
      if (target.wants(term)) {
        load(term, from);
      }
    });
  }

  /** Loads after a delay that grows with the failures in a row. */
  void retry(long term, PartitionWriter from) {
    long delayMs = (long) RETRY_MS << Math.min(failures++, MAX_DOUBLINGS);
    runtime.scheduler().after(delayMs, () -> loadOnExecutor(term, from));
  }

  /** The shard has proved that it works: the next failure is the first again. */
  void succeeded() {
    failures = 0;
  }
}
