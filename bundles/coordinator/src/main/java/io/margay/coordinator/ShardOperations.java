package io.margay.coordinator;

import io.margay.protocol.Errors;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations of one shard from their arrival to their answer: they wait while the shard is away or its log is suspended, run,
 * are appended and replayed, and are parked until they are committed. Guarded by the shard's lock.
 *
 * <p>Each call ends exactly once, whatever is thrown. An exception or Error that no one expects leaves the state in doubt: the
 * shard is loaded again from its log.
 */
final class ShardOperations<S extends ShardState> {
  private static final Logger LOG = LoggerFactory.getLogger(ShardOperations.class);

  private final CoordinatorRuntime<S> runtime;
  private final Shard<S> shard;
  private final ShardPause pause;
  private final WaitingOperations waiting;
  private final AtomicParts parts;
  private final Set<Call<?>> parked = new LinkedHashSet<>();
  /** Invariant: {@code committed <= appended}. */
  private long appended;
  private long committed;

  ShardOperations(CoordinatorRuntime<S> runtime, Shard<S> shard, ShardLock lock) {
    this.runtime = runtime;
    this.shard = shard;
    this.parts = new AtomicParts(() -> runtime.clock().millis());
    this.pause = new ShardPause(lock, this::runWaiting);
    this.waiting = new WaitingOperations(runtime, () -> lock.run(() -> failWaiting(shard.whyWaiting())));
  }

  // ------------------------------------------------------------------------------------------------ coming and going

  <R> void run(Operation<S, R> operation, long bytes, CompletableFuture<R> reply) {
    if (!runtime.tryReserve(bytes)) {
      shard.defer(() -> reply.completeExceptionally(new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE)));
      return;
    }
    perform(new Call<>(operation, reply, bytes));
  }

  /** Runs a timer that is due; false when it has to come back later. */
  boolean run(ShardTimers.ShardTimer timer) {
    if (shard.active() && !pause.paused()) {
      ShardContext.Task task = timer.take();
      perform(new Call<>((s, now) -> task.run(now), null, 0));
      return true;
    }
    if (runtime.waitMs() <= 0) {
      return false;
    }
    waiting.add(new WaitingTimer(timer), false);
    return true;
  }

  void onActive(long endOffset) {
    appended = endOffset;
    committed = 0;
    perform(new Call<>((s, now) -> s.onLoaded(now), null, 0));
    runWaiting();
  }

  void onUnloaded() {
    parts.reset();
    pause.forget();
    waiting.onUnloaded();
    for (Call<?> call : List.copyOf(parked)) {
      finish(call, Errors.NOT_COORDINATOR, false);
    }
  }

  /** Operations that have a client are answered; those that have none, such as the end of a session, stay. */
  void failWaiting(Errors error) {
    waiting.giveUp(error);
    if (waiting.size() == 0) {
      pause.end();
    }
  }

  private void runWaiting() {
    waiting.runWhile(() -> shard.active() && !pause.paused());
  }

  private void await(Call<?> call, boolean first) {
    boolean mayWait = runtime.waitMs() > 0 && shard.mayComeBack(call.answers());
    boolean full = call.answers() && waiting.size() >= runtime.maxPending();
    if (!mayWait || !first && full) {
      call.giveUp(shard.whyWaiting());
      return;
    }
    waiting.add(call, first);
  }

  // ------------------------------------------------------------------------------------------------ running

  private <R> void perform(Call<R> call) {
    if (!shard.active() || pause.paused()) {
      await(call, false);
      return;
    }
    if (call.answers() && parked.size() >= runtime.maxPending()) {
      call.fail(new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE));
      return;
    }
    try {
      call.result = call.operation.apply(shard.state(), runtime.clock().millis());
      append(call);
    } catch (CoordinatorException e) {
      call.fail(e);
    } catch (Throwable e) {
      bug(call, e);
    }
  }

  private void bug(Call<?> call, Throwable e) {
    if (runtime.logs().pass("bug " + shard.shard()) >= 0) {
      LOG.error("An operation failed, the shard is loaded again. coordinator={} shard={}", runtime.name(), shard.shard(), e);
    }
    parked.remove(call);
    call.fail(new CoordinatorException(Errors.UNKNOWN_SERVER_ERROR));
    shard.reload();
  }

  private <R> void append(Call<R> call) {
    if (call.result.step() instanceof TransactionStep.End end && !call.marked) {
      PartitionWriter.Appended done = shard.writer().append(end.marker(), runtime.clock().millis());
      if (done.error() != Errors.NONE) {
        notAppended(call, done);
        return;
      }
      appended = done.nextOffset();
      call.marked = true;
      shard.state().replayMarker(end.marker().producerId(), end.marker().committed());
    }
    List<CoordinatorRecord> records = call.result.records();
    if (!records.isEmpty() && parts.open() && call.parts == null && parts.abortRest(shard.writer()) == PartitionWriter.Appended.SUSPENDED) {
      notAppended(call, PartitionWriter.Appended.SUSPENDED);
      return;
    }
    if (call.parts != null || mayNotFit(call.result)) {
      appendInParts(call);
      return;
    }
    int most = records.size();
    while (call.appended < records.size()) {
      int from = call.appended;
      int to = call.result.divisible() ? BatchParts.end(records, from, most) : records.size();
      PartitionWriter.Appended done = write(call.result.step(), records.subList(from, to));
      boolean split = to - from > 1 && AtomicParts.tooLarge(done.error());
      if (split && call.result.divisible()) {
        most = (to - from) / 2;
      } else if (split && call.result.step() == null) {
        appendInParts(call);
        return;
      } else if (done.error() == Errors.NONE) {
        appended = done.nextOffset();
        call.appended = to;
        replay(call.result, from, to, done.nextOffset() - (to - from));
      } else {
        notAppended(call, done);
        return;
      }
    }
    park(call);
  }

  private PartitionWriter.Appended write(TransactionStep step, List<CoordinatorRecord> records) {
    return step instanceof TransactionStep.Part part ? shard.writer().append(records, part, runtime.clock().millis())
        : shard.writer().append(records, runtime.clock().millis());
  }

  /** Whether a result that is to be written as a whole is larger than a batch should be. */
  private static boolean mayNotFit(Result<?> result) {
    int size = result.records().size();
    return size > 1 && !result.divisible() && result.step() == null && BatchParts.end(result.records(), 0, size) < size;
  }

  private <R> void appendInParts(Call<R> call) {
    if (call.parts == null) {
      if (parts.open()) {
        // what is left of another result would be committed with this one
        call.giveUp(Errors.COORDINATOR_NOT_AVAILABLE);
        return;
      }
      call.parts = new AtomicParts.Progress();
    }
    List<CoordinatorRecord> records = call.result.records();
    PartitionWriter.Appended done = parts.append(shard.writer(), records, call.parts);
    if (done.error() != Errors.NONE) {
      notAppended(call, done);
      return;
    }
    appended = done.nextOffset();
    // nobody else writes between the parts, and the marker is the last
    replay(call.result, 0, records.size(), done.nextOffset() - 1 - records.size());
    park(call);
  }

  private void replay(Result<?> result, int from, int to, long offset) {
    if (result.replay()) {
      long producerId = result.step() instanceof TransactionStep.Part part ? part.producerId() : ShardState.NO_PRODUCER_ID;
      for (int i = from; i < to; i++) {
        shard.state().replaysFrom(offset + i - from);
        shard.state().replay(producerId, result.records().get(i));
      }
    }
  }

  private void notAppended(Call<?> call, PartitionWriter.Appended done) {
    boolean suspended = done == PartitionWriter.Appended.SUSPENDED;
    if (suspended || done.error() == Errors.NOT_LEADER_OR_FOLLOWER && shard.expected()) {
      // a leadership that has ended, of a partition that is to be led here, is about to be followed by another one
      pause.begin(suspended ? shard.writer() : null);
      await(call, true);
      return;
    }
    Errors answer = CoordinatorException.forClients(done.error());
    if (runtime.logs().pass("append " + done.error()) >= 0) {
      LOG.warn("Cannot append. coordinator={} shard={} errorCode={} answer={}", runtime.name(), shard.shard(), done.error(),
          answer);
    }
    call.giveUp(answer);
  }

  /** The rest of an operation happens once everything that is appended is committed. */
  private void park(Call<?> call) {
    if (!call.answers() && call.result.afterCommit() == null) {
      return;
    }
    parked.add(call);
    if (committed >= appended) {
      finish(call, Errors.NONE, true);
      return;
    }
    long offset = appended;
    long parkedIn = shard.term();
    shard.writer().whenCommitted(offset, runtime.commitTimeoutMs(), e -> shard.locked(() -> {
      if (shard.term() == parkedIn) {
        if (e == Errors.NONE) {
          committed = Math.max(committed, offset);
        }
        finish(call, e == Errors.NONE ? e : CoordinatorException.forClients(e), true);
      }
    }));
  }

  private void finish(Call<?> call, Errors error, boolean stateIsThere) {
    if (!parked.remove(call)) {
      return;
    }
    if (stateIsThere && !call.tell(error)) {
      return;
    }
    if (error == Errors.NONE) {
      call.succeed();
    } else {
      call.fail(new CoordinatorException(error));
    }
  }

  // ------------------------------------------------------------------------------------------------ calls

  /** One operation and the future of its answer. */
  private final class Call<R> implements WaitingOperations.Entry {
    private final Operation<S, R> operation;
    /** Null when no client waits. */
    private final CompletableFuture<R> reply;
    private long bytes;
    /** Null until the operation was run on the state that is there. */
    private Result<R> result;
    /** How many of the result's records the log has taken. */
    private int appended;
    /** Whether the log has taken the result's marker. */
    private boolean marked;
    /** How far the result is when it is written as several batches that stand or fall together; null until that has begun. */
    private AtomicParts.Progress parts;

    Call(Operation<S, R> operation, CompletableFuture<R> reply, long bytes) {
      this.operation = operation;
      this.reply = reply;
      this.bytes = bytes;
    }

    @Override
    public boolean answers() {
      return reply != null;
    }

    @Override
    public void onUnloaded() {
      result = null;
      appended = 0;
      marked = false;
      parts = null;
    }

    @Override
    public void run() {
      if (result == null) {
        perform(this);
        return;
      }
      try {
        append(this);
      } catch (Throwable e) {
        bug(this, e);
      }
    }

    @Override
    public void giveUp(Errors error) {
      if (result == null || tell(error)) {
        fail(new CoordinatorException(error));
      }
    }

    /** False when that failed, so that everything has ended already. */
    private boolean tell(Errors error) {
      if (result.afterCommit() != null) {
        try {
          result.afterCommit().accept(error);
        } catch (Throwable e) {
          bug(this, e);
          return false;
        }
      }
      return true;
    }

    private void succeed() {
      R response = result.response();
      end(() -> reply.complete(response));
    }

    private void fail(CoordinatorException failure) {
      end(() -> reply.completeExceptionally(failure));
    }

    private void end(Runnable answer) {
      runtime.release(bytes);
      bytes = 0;
      if (reply != null) {
        shard.defer(answer);
      }
    }
  }

  /** A timer that is due while the shard is paused; it may still be cancelled. */
  private final class WaitingTimer implements WaitingOperations.Entry {
    private final ShardTimers.ShardTimer timer;

    WaitingTimer(ShardTimers.ShardTimer timer) {
      this.timer = timer;
    }

    @Override
    public boolean answers() {
      return false;
    }

    @Override
    public void onUnloaded() {
      // its shard has cancelled it
    }

    @Override
    public void run() {
      if (!timer.over()) {
        ShardOperations.this.run(timer);
      }
    }

    @Override
    public void giveUp(Errors error) {
      throw new IllegalStateException("a timer waits for no answer");
    }
  }
}
