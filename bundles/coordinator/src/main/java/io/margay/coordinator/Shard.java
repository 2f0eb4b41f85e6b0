package io.margay.coordinator;

import io.margay.protocol.Errors;
import java.util.concurrent.CompletableFuture;

/**
 * One shard and its lock. Life cycle: {@code GONE -> LOADING -> ACTIVE -> GONE}, and again. Everything but the loading itself
 * happens with the lock held; completions run after the outermost holder has let go of it.
 *
 * <p>What happens to operations is in {@link ShardOperations}, to timers in {@link ShardTimers}, to the loading in
 * {@link ShardLoader}.
 *
 * <p>Invariant: {@code state} and {@code writer} belong to {@code term}; whatever comes from an earlier term has no effect.
 */
final class Shard<S extends ShardState> implements ShardContext {
  private enum Status { GONE, LOADING, ACTIVE }

  private final CoordinatorRuntime<S> runtime;
  private final int index;
  private final ShardLock lock;
  private final ShardOperations<S> operations;
  private final ShardTimers timers;
  private final ShardLoader<S> loader;
  private Status status = Status.GONE;
  private long term;
  private S state;
  private PartitionWriter writer;

  Shard(CoordinatorRuntime<S> runtime, int index) {
    this.runtime = runtime;
    this.index = index;
    this.lock = new ShardLock(runtime.name(), index);
    this.operations = new ShardOperations<>(runtime, this, lock);
    this.timers = new ShardTimers(runtime, lock, operations::run);
    this.loader = new ShardLoader<>(runtime, index, this, new ShardLoader.Target<>() {
      @Override
      public boolean wants(long loading) {
        boolean[] wanted = new boolean[1];
        locked(() -> wanted[0] = isLoading(loading));
        return wanted[0];
      }

      @Override
      public void loaded(long loading, S loaded, long endOffset) {
        locked(() -> {
          if (isLoading(loading)) {
            activate(loaded, endOffset);
          } else {
            loader.drop(loaded);
          }
        });
      }
    });
  }

  // ------------------------------------------------------------------------------------------------ coming and going

  void elected(PartitionWriter newWriter) {
    locked(() -> {
      unload();
      writer = newWriter;
      status = Status.LOADING;
      if (newWriter.isEmpty()) {
        loader.load(term, newWriter);
      } else {
        loader.loadOnExecutor(term, newWriter);
      }
    });
  }

  void resigned() {
    locked(() -> {
      unload();
      dropUnexpected();
    });
  }

  /** Operations that wait for a shard that does not come are answered. */
  void recheck() {
    locked(this::dropUnexpected);
  }

  private void dropUnexpected() {
    if (status == Status.GONE && !runtime.expects(index)) {
      operations.failWaiting(Errors.NOT_COORDINATOR);
    }
  }

  private void unload() {
    term++;
    S old = state;
    status = Status.GONE;
    state = null;
    writer = null;
    timers.cancelAll();
    operations.onUnloaded();
    loader.drop(old);
  }

  private void activate(S loaded, long endOffset) {
    long active = term;
    state = loaded;
    status = Status.ACTIVE;
    operations.onActive(endOffset);
    if (term == active) {
      loader.succeeded();
      defer(() -> runtime.onActive(index));
    }
  }

  /** Loads the state from the log again, after a bug has left it in doubt; operations wait for it. */
  void reload() {
    PartitionWriter from = writer;
    if (from == null) {
      return;
    }
    unload();
    writer = from;
    status = Status.LOADING;
    loader.retry(term, from);
  }

  private boolean isLoading(long loading) {
    return term == loading && status == Status.LOADING;
  }

  // ------------------------------------------------------------------------------------------------ asked by all threads

  <R> void run(Operation<S, R> operation, long bytes, CompletableFuture<R> reply) {
    locked(() -> operations.run(operation, bytes, reply));
  }

  void reloadIfActive() {
    locked(() -> {
      if (active()) {
        reload();
      }
    });
  }

  boolean isActive() {
    return is(Status.ACTIVE);
  }

  boolean isLoading() {
    return is(Status.LOADING);
  }

  private boolean is(Status asked) {
    boolean[] result = new boolean[1];
    locked(() -> result[0] = status == asked);
    return result[0];
  }

  void locked(Runnable body) {
    lock.run(body);
  }

  // ------------------------------------------------------------------------------------------------ asked with the lock

  boolean active() {
    return status == Status.ACTIVE;
  }

  long term() {
    return term;
  }

  S state() {
    return state;
  }

  PartitionWriter writer() {
    return writer;
  }

  boolean expected() {
    return runtime.expects(index);
  }

  /** Whether it is worth waiting: the shard is here in a way, or it is expected and a client asks. */
  boolean mayComeBack(boolean clientAsks) {
    return status != Status.GONE || clientAsks && runtime.expects(index);
  }

  Errors whyWaiting() {
    return switch (status) {
      case GONE -> Errors.NOT_COORDINATOR;
      case LOADING -> Errors.COORDINATOR_LOAD_IN_PROGRESS;
      case ACTIVE -> Errors.COORDINATOR_NOT_AVAILABLE;
    };
  }

  // ------------------------------------------------------------------------------------------------ for the logic

  @Override
  public int shard() {
    return index;
  }

  @Override
  public void defer(Runnable completion) {
    lock.defer(completion);
  }

  @Override
  public long elapsedMs() {
    return runtime.clock().nanos() / 1_000_000;
  }

  @Override
  public ShardContext.Timer after(long delayMs, ShardContext.Task task) {
    return timers.start(delayMs, task);
  }
}
