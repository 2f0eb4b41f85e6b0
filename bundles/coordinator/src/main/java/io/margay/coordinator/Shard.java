package io.margay.coordinator;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogSuspendedException;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard and its lock. Life cycle: {@code GONE -> LOADING -> ACTIVE -> GONE}, and again. Everything but the loading itself
 * happens with the lock held; completions run after the outermost holder has let go of it.
 *
 * <p>While its log is suspended an active shard is paused: the result that the log did not take waits, and all operations behind
 * it, so that they see its records. Operations also wait for a shard that is being loaded, or is expected here soon. All waits are
 * bounded.
 *
 * <p>Invariant: {@code state} and {@code writer} belong to {@code term}; whatever comes from an earlier term has no effect.
 */
final class Shard<S extends ShardState> implements ShardContext<S> {
  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);
  private static final int RELOAD_MS = 1000;

  private enum Status { GONE, LOADING, ACTIVE }

  private final CoordinatorRuntime<S> runtime;
  private final int index;
  private final ShardLock lock;
  private final Set<Pending> pending = new LinkedHashSet<>();
  private final Set<ShardTimer> timers = new HashSet<>();
  private Status status = Status.GONE;
  private long term;
  private S state;
  private PartitionWriter writer;
  private final WaitingOperations waiting;
  /** Whether the log is suspended; what has it go on is {@code resumption} then. */
  private boolean paused;
  private Runnable resumption;
  /** Invariant: {@code committed <= appended}. */
  private long appended;
  private long committed;

  Shard(CoordinatorRuntime<S> runtime, int index) {
    this.runtime = runtime;
    this.index = index;
    this.lock = new ShardLock(runtime.name(), index);
    this.waiting = new WaitingOperations(runtime, () -> locked(() -> failWaiting(whyWaiting())));
  }

  private void locked(Runnable body) {
    lock.run(body);
  }

  // ------------------------------------------------------------------------------------------------ coming and going

  void elected(PartitionWriter newWriter) {
    locked(() -> {
      unload();
      writer = newWriter;
      status = Status.LOADING;
      if (newWriter.isEmpty()) {
        load(term, newWriter);
      } else {
        long loading = term;
        runtime.execute(() -> load(loading, newWriter));
      }
    });
  }

  void resigned() {
    locked(() -> {
      unload();
      dropUnexpected();
    });
  }

  /** Who waits for a shard that does not come is told so. */
  void recheck() {
    locked(this::dropUnexpected);
  }

  private void dropUnexpected() {
    if (status == Status.GONE && !runtime.expects(index)) {
      failWaiting(Errors.NOT_COORDINATOR);
    }
  }

  private void unload() {
    term++;
    S old = state;
    paused = false;
    waiting.onUnloaded();
    status = Status.GONE;
    state = null;
    writer = null;
    timers.forEach(ShardTimer::stop);
    timers.clear();
    for (Pending p : List.copyOf(pending)) {
      p.finish(Errors.NOT_COORDINATOR, false);
    }
    if (old != null) {
      old.onUnloaded();
    }
  }

  private void load(long loading, PartitionWriter from) {
    S loaded = runtime.newState(this);
    long beganNanos = System.nanoTime();
    try {
      long end = from.load(loaded);
      locked(() -> {
        if (term == loading && status == Status.LOADING) {
          activate(loaded, end);
        }
      });
      LOG.debug("Loaded a shard. coordinator={} shard={} endOffset={} micros={}", runtime.name(), index, end,
          (System.nanoTime() - beganNanos) / 1000);
    } catch (LogSuspendedException e) {
      LOG.debug("The log of a shard is suspended, it is loaded later. coordinator={} shard={}", runtime.name(), index);
      Runnable later = () -> runtime.execute(() -> loadIfCurrent(loading, from));
      if (!from.whenResumed(later)) {
        later.run();
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("Cannot load a shard, will try again. coordinator={} shard={}", runtime.name(), index, e);
      locked(() -> {
        if (term == loading) {
          retryLoad(from);
        }
      });
    }
  }

  private void activate(S loaded, long end) {
    state = loaded;
    appended = end;
    committed = 0;
    status = Status.ACTIVE;
    perform((s, now) -> s.onLoaded(now), null);
    runWaiting();
    defer(runtime::onActive);
  }

  private void retryLoad(PartitionWriter from) {
    long loading = term;
    runtime.scheduler().after(RELOAD_MS, () -> runtime.execute(() -> loadIfCurrent(loading, from)));
  }

  private void loadIfCurrent(long loading, PartitionWriter from) {
    boolean[] current = new boolean[1];
    locked(() -> current[0] = term == loading && status == Status.LOADING);
    if (current[0]) {
      load(loading, from);
    }
  }

  /** A bug has left the state in doubt: what is true is in the log. */
  private void reload() {
    PartitionWriter from = writer;
    unload();
    writer = from;
    status = Status.LOADING;
    retryLoad(from);
  }

  boolean active() {
    return is(Status.ACTIVE);
  }

  boolean loading() {
    return is(Status.LOADING);
  }

  private boolean is(Status asked) {
    boolean[] result = new boolean[1];
    locked(() -> result[0] = status == asked);
    return result[0];
  }

  // ------------------------------------------------------------------------------------------------ operations

  <R> void run(Operation<S, R> operation, CompletableFuture<R> reply) {
    locked(() -> perform(operation, reply));
  }

  private <R> void perform(Operation<S, R> operation, CompletableFuture<R> reply) {
    if (status != Status.ACTIVE || paused) {
      await(new Waiting<>(operation, null, reply), false);
      return;
    }
    if (pending.size() >= runtime.maxPending()) {
      fail(reply, Errors.COORDINATOR_NOT_AVAILABLE);
      return;
    }
    try {
      Result<R> result = operation.apply(state, runtime.clock().millis());
      if (result.records().isEmpty()) {
        park(result, reply);
      } else {
        append(operation, result, reply);
      }
    } catch (CoordinatorException e) {
      fail(reply, e);
    } catch (RuntimeException e) {
      LOG.error("An operation failed, the shard is loaded again. coordinator={} shard={}", runtime.name(), index, e);
      fail(reply, Errors.UNKNOWN_SERVER_ERROR);
      reload();
    }
  }

  private <R> void append(Operation<S, R> operation, Result<R> result, CompletableFuture<R> reply) {
    PartitionWriter.Appended done = writer.append(result.records(), runtime.clock().millis());
    boolean suspended = done == PartitionWriter.Appended.SUSPENDED;
    if (suspended || done.error() == Errors.NOT_LEADER_OR_FOLLOWER && runtime.expects(index)) {
      // a leadership that has ended, of a partition that is to be led here, is about to be followed by another one
      pause(suspended);
      await(new Waiting<>(operation, result, reply), true);
      return;
    }
    if (done.error() != Errors.NONE) {
      Errors answer = CoordinatorException.forClients(done.error());
      LOG.warn("Cannot append. coordinator={} shard={} errorCode={} answer={}", runtime.name(), index, done.error(), answer);
      if (result.afterCommit() != null) {
        result.afterCommit().accept(answer);
      }
      fail(reply, answer);
      return;
    }
    appended = done.nextOffset();
    if (result.replay()) {
      for (CoordinatorRecord r : result.records()) {
        state.replay(ShardState.NO_PRODUCER_ID, r);
      }
    }
    park(result, reply);
  }

  /** Has the rest of an operation happen once everything that is appended is committed. */
  private <R> void park(Result<R> result, CompletableFuture<R> reply) {
    if (reply == null && result.afterCommit() == null) {
      return;
    }
    Pending p = new Pending(result.afterCommit(), e -> {
      if (e == Errors.NONE) {
        if (reply != null) {
          defer(() -> reply.complete(result.response()));
        }
      } else {
        fail(reply, e);
      }
    });
    if (committed >= appended) {
      pending.add(p);
      p.finish(Errors.NONE, true);
      return;
    }
    pending.add(p);
    long offset = appended;
    long parkedIn = term;
    writer.whenCommitted(offset, runtime.commitTimeoutMs(), e -> locked(() -> {
      if (term == parkedIn) {
        if (e == Errors.NONE) {
          committed = Math.max(committed, offset);
        }
        p.finish(e == Errors.NONE ? e : CoordinatorException.forClients(e), true);
      }
    }));
  }

  private <R> void fail(CompletableFuture<R> reply, Errors error) {
    fail(reply, new CoordinatorException(error));
  }

  private <R> void fail(CompletableFuture<R> reply, CoordinatorException failure) {
    if (reply != null) {
      defer(() -> reply.completeExceptionally(failure));
    }
  }

  // ------------------------------------------------------------------------------------------------ waiting

  /** An operation that waits. Guarded by the lock. */
  private final class Waiting<R> implements WaitingOperations.Entry {
    private final Operation<S, R> operation;
    private final CompletableFuture<R> reply;
    /** What the log did not take, or null when the operation was not run. */
    private Result<R> result;

    Waiting(Operation<S, R> operation, Result<R> result, CompletableFuture<R> reply) {
      this.operation = operation;
      this.result = result;
      this.reply = reply;
    }

    @Override
    public boolean answers() {
      return reply != null;
    }

    @Override
    public void onUnloaded() {
      result = null;
    }

    @Override
    public void run() {
      if (result != null) {
        append(operation, result, reply);
      } else {
        perform(operation, reply);
      }
    }

    @Override
    public void giveUp(Errors error) {
      if (result != null && result.afterCommit() != null) {
        result.afterCommit().accept(error);
      }
      fail(reply, error);
    }
  }

  private Errors whyWaiting() {
    return switch (status) {
      case GONE -> Errors.NOT_COORDINATOR;
      case LOADING -> Errors.COORDINATOR_LOAD_IN_PROGRESS;
      case ACTIVE -> Errors.COORDINATOR_NOT_AVAILABLE;
    };
  }

  private void await(Waiting<?> operation, boolean first) {
    boolean mayWait = runtime.waitMs() > 0
        && (status != Status.GONE || operation.answers() && runtime.expects(index));
    if (!mayWait || !first && waiting.size() >= runtime.maxPending()) {
      operation.giveUp(whyWaiting());
      return;
    }
    waiting.add(operation, first);
  }

  /** Who waits for an answer gets one; what nobody waits for, such as the end of a session, stays. */
  private void failWaiting(Errors error) {
    waiting.giveUp(error);
    if (waiting.size() == 0) {
      endPause();
    }
  }

  /**
   * Nothing is appended for now: the log is suspended, or the shard is about to be unloaded. The log is asked to tell of the end of
   * a suspension without the lock, because it may be asked by who tells.
   */
  private void pause(boolean suspended) {
    if (paused) {
      return;
    }
    paused = true;
    if (!suspended) {
      return;
    }
    long pausedIn = term;
    PartitionWriter log = writer;
    Runnable goOn = new Runnable() {
      @Override
      public void run() {
        locked(() -> {
          if (term == pausedIn && resumption == this) {
            endPause();
            runWaiting();
          }
        });
      }
    };
    resumption = goOn;
    defer(() -> {
      if (!log.whenResumed(goOn)) {
        goOn.run();
      }
    });
  }

  private void endPause() {
    Runnable former = resumption;
    PartitionWriter log = writer;
    paused = false;
    resumption = null;
    if (former != null && log != null) {
      defer(() -> log.cancelResume(former));
    }
  }

  private void runWaiting() {
    waiting.runWhile(() -> status == Status.ACTIVE && !paused);
  }

  // ------------------------------------------------------------------------------------------------ for the logic

  @Override
  public void defer(Runnable completion) {
    lock.defer(completion);
  }

  @Override
  public long elapsedMs() {
    return runtime.clock().nanos() / 1_000_000;
  }

  @Override
  public ShardContext.Timer after(long delayMs, Operation<S, Void> operation) {
    lock.requireHeld();
    ShardTimer timer = new ShardTimer(operation);
    timers.add(timer);
    timer.start(delayMs);
    return timer;
  }

  /** A response that waits for the commit. Guarded by the lock; finishes once. */
  private final class Pending {
    private final Consumer<Errors> afterCommit;
    private final Consumer<Errors> answer;

    Pending(Consumer<Errors> afterCommit, Consumer<Errors> answer) {
      this.afterCommit = afterCommit;
      this.answer = answer;
    }

    void finish(Errors error, boolean stateIsThere) {
      if (!pending.remove(this)) {
        return;
      }
      if (afterCommit != null && stateIsThere) {
        try {
          afterCommit.accept(error);
        } catch (RuntimeException e) {
          LOG.error("The end of an operation failed, the shard is loaded again. coordinator={} shard={}", runtime.name(), index,
              e);
          answer.accept(Errors.UNKNOWN_SERVER_ERROR);
          reload();
          return;
        }
      }
      answer.accept(error);
    }
  }

  /** Guarded by the lock but for its start on the scheduler. */
  private final class ShardTimer implements ShardContext.Timer {
    private final Operation<S, Void> operation;
    private Scheduler.Timer timer;
    private boolean over;

    ShardTimer(Operation<S, Void> operation) {
      this.operation = operation;
    }

    void start(long delayMs) {
      timer = runtime.scheduler().after(delayMs, () -> runtime.execute(this::fire));
    }

    private void fire() {
      locked(() -> {
        if (!over) {
          over = true;
          timers.remove(this);
          perform(operation, null);
        }
      });
    }

    void stop() {
      over = true;
      timer.cancel();
    }

    @Override
    public void cancel() {
      lock.requireHeld();
      if (!over) {
        stop();
        timers.remove(this);
      }
    }
  }
}
