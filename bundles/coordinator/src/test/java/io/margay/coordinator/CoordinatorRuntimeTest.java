package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogSuspendedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CoordinatorRuntimeTest {
  /** Sums up what it is told. */
  private static final class Sum implements ShardState {
    private final ShardContext<Sum> context;
    private int value;
    private boolean unloaded;

    Sum(ShardContext<Sum> context) {
      this.context = context;
    }

    @Override
    public void replay(long producerId, CoordinatorRecord record) {
      value += record.key()[0];
    }

    @Override
    public void replayMarker(long producerId, boolean committed) {
      throw new AssertionError();
    }

    @Override
    public Result<Void> onLoaded(long nowMs) {
      return Result.of(null);
    }

    @Override
    public void onUnloaded() {
      unloaded = true;
    }
  }

  private static final class Log implements PartitionWriter {
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final Deque<Consumer<Errors>> waiting = new ArrayDeque<>();
    private Errors failWith = Errors.NONE;
    private boolean hold;
    private boolean suspended;
    private Runnable afterAppend;
    private final List<Runnable> resumptions = new ArrayList<>();
    private int unreadable;

    @Override
    public boolean isEmpty() {
      return records.isEmpty();
    }

    @Override
    public long load(ShardState state) throws IOException {
      if (suspended) {
        throw new LogSuspendedException("suspended");
      }
      if (unreadable-- > 0) {
        throw new IOException("unreadable");
      }
      records.forEach(r -> state.replay(-1, r));
      return records.size();
    }

    @Override
    public Appended append(List<CoordinatorRecord> batch, long nowMs) {
      if (suspended) {
        return Appended.SUSPENDED;
      }
      if (failWith != Errors.NONE) {
        return new Appended(failWith, -1);
      }
      records.addAll(batch);
      Runnable after = afterAppend;
      afterAppend = null;
      if (after != null) {
        after.run();
      }
      return new Appended(Errors.NONE, records.size());
    }

    @Override
    public boolean whenResumed(Runnable task) {
      return suspended && resumptions.add(task);
    }

    @Override
    public void cancelResume(Runnable task) {
      resumptions.remove(task);
    }

    /** The log goes on: who waited for it does, too. */
    void resume() {
      suspended = false;
      List<Runnable> all = List.copyOf(resumptions);
      resumptions.clear();
      all.forEach(Runnable::run);
    }

    @Override
    public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
      if (hold) {
        waiting.add(done);
      } else {
        done.accept(Errors.NONE);
      }
    }
  }

  private static final class Timers implements Scheduler {
    private final List<Runnable> tasks = new ArrayList<>();

    @Override
    public Timer after(long delayMs, Runnable task) {
      tasks.add(task);
      return () -> tasks.remove(task);
    }

    @Override
    public Timer every(long delayMs, long periodMs, Runnable task) {
      throw new UnsupportedOperationException();
    }

    void fireAll() {
      List<Runnable> all = List.copyOf(tasks);
      tasks.clear();
      all.forEach(Runnable::run);
    }
  }

  private final Timers timers = new Timers();
  private final List<Runnable> executed = new ArrayList<>();
  private final Log log = new Log();
  private final AtomicInteger activations = new AtomicInteger();
  private final List<Sum> states = new ArrayList<>();
  private boolean inline = true;
  private final CoordinatorRuntime<Sum> runtime = new CoordinatorRuntime<>(
      new CoordinatorRuntime.Environment("test", Clock.SYSTEM, timers, r -> {
        if (inline) {
          r.run();
        } else {
          executed.add(r);
        }
      }, () -> 1000, 3, activations::incrementAndGet), context -> {
        Sum s = new Sum(context);
        states.add(s);
        return s;
      });

  private static CoordinatorRecord record(int n) {
    return new CoordinatorRecord(new byte[] {(byte) n}, null);
  }

  private CompletableFuture<Integer> add(int n) {
    return runtime.run(0, (s, now) -> Result.of(List.of(record(n)), s.value + n));
  }

  private CompletableFuture<Integer> get() {
    return runtime.run(0, (s, now) -> Result.of(s.value));
  }

  private static Errors error(CompletableFuture<?> f) {
    assertThat(f).isDone();
    return f.handle((r, e) -> e == null ? Errors.NONE : CoordinatorException.errorOf(e)).join();
  }

  @Test
  void recordsAreAppendedReplayedAndAnswered() {
    assertThat(error(get())).isEqualTo(Errors.NOT_COORDINATOR);
    runtime.elected(0, log);
    assertThat(runtime.active()).containsExactly(0);
    assertThat(activations).hasValue(1);
    assertThat(add(4).join()).isEqualTo(4);
    assertThat(add(5).join()).isEqualTo(9);
    assertThat(get().join()).isEqualTo(9);
    assertThat(log.records).hasSize(2);
  }

  @Test
  void aShardIsLoadedFromItsLog() {
    log.records.addAll(List.of(record(1), record(2)));
    inline = false;
    runtime.elected(0, log);
    assertThat(runtime.loading()).isTrue();
    assertThat(error(get())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    executed.remove(0).run();
    assertThat(get().join()).isEqualTo(3);
    runtime.resigned(0);
    assertThat(states.get(0).unloaded).isTrue();
    assertThat(error(get())).isEqualTo(Errors.NOT_COORDINATOR);
  }

  @Test
  void aLoadThatIsOvertakenByAResignationIsDropped() {
    log.records.add(record(1));
    inline = false;
    runtime.elected(0, log);
    runtime.resigned(0);
    executed.remove(0).run();
    assertThat(runtime.active(0)).isFalse();
  }

  @Test
  void loadingIsTriedAgain() {
    log.records.add(record(1));
    log.unreadable = 1;
    runtime.elected(0, log);
    assertThat(error(get())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    timers.fireAll();
    assertThat(get().join()).isEqualTo(1);
  }

  @Test
  void answersWaitForTheCommit() {
    runtime.elected(0, log);
    log.hold = true;
    CompletableFuture<Integer> added = add(1);
    CompletableFuture<Integer> read = get();
    assertThat(added).isNotDone();
    assertThat(read).isNotDone();
    log.waiting.remove().accept(Errors.NONE);
    assertThat(added.join()).isEqualTo(1);
    log.waiting.remove().accept(Errors.NONE);
    assertThat(read.join()).isEqualTo(1);
    assertThat(get()).isCompleted();
    CompletableFuture<Integer> late = add(1);
    log.waiting.remove().accept(Errors.REQUEST_TIMED_OUT);
    assertThat(error(late)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
  }

  @Test
  void whatWaitsIsBounded() {
    runtime.elected(0, log);
    log.hold = true;
    List<CompletableFuture<Integer>> all = List.of(add(1), add(1), add(1));
    assertThat(error(add(1))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(log.records).hasSize(3);
    runtime.close();
    all.forEach(f -> assertThat(error(f)).isEqualTo(Errors.NOT_COORDINATOR));
    log.waiting.forEach(w -> w.accept(Errors.NONE));
  }

  @Test
  void aFailedAppendChangesNothing() {
    runtime.elected(0, log);
    log.failWith = Errors.NOT_LEADER_OR_FOLLOWER;
    assertThat(error(add(1))).isEqualTo(Errors.NOT_COORDINATOR);
    List<Errors> told = new ArrayList<>();
    runtime.<Void>run(0, (s, now) -> Result.deferred(List.of(record(9)), told::add));
    assertThat(told).containsExactly(Errors.NOT_COORDINATOR);
    log.failWith = Errors.NONE;
    assertThat(get().join()).isZero();
  }

  @Test
  void anErrorIsAnAnswerAndABugReloads() {
    runtime.elected(0, log);
    add(3).join();
    assertThat(error(runtime.run(0, (s, now) -> {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }))).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(states).hasSize(1);
    assertThat(error(runtime.run(0, (s, now) -> {
      s.value = 77;
      throw new IllegalStateException("a bug, thrown by a test");
    }))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    timers.fireAll();
    assertThat(get().join()).isEqualTo(3);
  }

  @Test
  void timersAreOperations() {
    runtime.elected(0, log);
    runtime.run(0, (s, now) -> {
      s.context.after(5, (t, later) -> Result.of(List.of(record(2)), null));
      s.context.after(5, (t, later) -> Result.of(List.of(record(4)), null)).cancel();
      return Result.of(null);
    }).join();
    timers.fireAll();
    assertThat(get().join()).isEqualTo(2);
    runtime.run(0, (s, now) -> {
      s.context.after(5, (t, later) -> Result.of(List.of(record(8)), null));
      return Result.of(null);
    }).join();
    List<Runnable> late = List.copyOf(timers.tasks);
    runtime.resigned(0);
    assertThat(timers.tasks).isEmpty();
    runtime.elected(0, log);
    late.forEach(Runnable::run);
    assertThat(get().join()).isEqualTo(2);
  }

  @Test
  void nobodyUsesAShardWithoutHoldingIt() {
    runtime.elected(0, log);
    assertThatThrownBy(() -> states.get(0).context.defer(() -> { })).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Thread.currentThread().getName());
  }

  @Test
  void completionsRunWhenTheShardIsFree() throws Exception {
    runtime.elected(0, log);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      // the completion waits for another thread that needs the same shard
      CompletableFuture<Integer> seen = new CompletableFuture<>();
      CompletableFuture<Void> parked = new CompletableFuture<>();
      parked.thenRun(() -> seen.complete(CompletableFuture.supplyAsync(() -> get().join(), other).join()));
      runtime.run(0, (s, now) -> {
        s.context.defer(() -> parked.complete(null));
        return Result.of(List.of(record(6)), null);
      });
      assertThat(seen.get(60, TimeUnit.SECONDS)).isEqualTo(6);
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void operationsExcludeOneAnother() throws Exception {
    runtime.elected(0, log);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      all.add(CompletableFuture.runAsync(() -> {
        for (int i = 0; i < 500; i++) {
          add(1).join();
        }
      }, pool));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    pool.shutdown();
    assertThat(get().join()).isEqualTo(2000);
  }

  @Test
  void keysAreSpreadAsKafkaDoes() {
    assertThat(ShardHash.shardOf("", 50)).isZero();
    for (int i = 0; i < 5000; i++) {
      String key = "group-" + i * 31;
      assertThat(ShardHash.shardOf(key, 50)).isEqualTo(org.apache.kafka.common.utils.Utils.abs(key.hashCode()) % 50);
    }
    // its hash is the one number without a positive counterpart
    assertThat("polygenelubricants".hashCode()).isEqualTo(Integer.MIN_VALUE);
    assertThat(ShardHash.shardOf("polygenelubricants", 50)).isZero();
  }

  // ------------------------------------------------------------------------------------------------ waiting

  private void waitForLogs(boolean expected) {
    runtime.waitFor(shard -> expected, () -> 30_000);
  }

  @Test
  void operationsWaitInOrderWhileTheLogIsSuspended() {
    waitForLogs(false);
    runtime.elected(0, log);
    log.suspended = true;
    CompletableFuture<Integer> one = add(1);
    CompletableFuture<Integer> two = add(2);
    CompletableFuture<Integer> read = get();
    assertThat(List.of(one, two, read)).noneMatch(CompletableFuture::isDone);
    log.resume();
    assertThat(List.of(one.join(), two.join(), read.join())).containsExactly(1, 3, 3);
    assertThat(log.records).hasSize(2);
    assertThat(timers.tasks).isEmpty();
  }

  @Test
  void aLogThatIsSuspendedOnceMoreKeepsTheOrder() {
    waitForLogs(false);
    runtime.elected(0, log);
    log.suspended = true;
    CompletableFuture<Integer> one = add(1);
    CompletableFuture<Integer> two = add(2);
    log.afterAppend = () -> log.suspended = true;
    log.resume();
    assertThat(one.join()).isEqualTo(1);
    CompletableFuture<Integer> three = add(3);
    assertThat(two).isNotDone();
    log.resume();
    assertThat(List.of(two.join(), three.join())).containsExactly(3, 6);
  }

  @Test
  void theWaitForTheLogIsBounded() {
    waitForLogs(false);
    runtime.elected(0, log);
    log.suspended = true;
    List<Errors> ended = new ArrayList<>();
    CompletableFuture<Integer> one = runtime.run(0,
        (s, now) -> Result.deferred(List.of(record(1)), ended::add));
    CompletableFuture<Integer> two = get();
    timers.fireAll();
    assertThat(error(one)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(error(two)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(ended).containsExactly(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(log.resumptions).isEmpty();
    // reading needs no log
    assertThat(get().join()).isZero();
    log.suspended = false;
    assertThat(add(4).join()).isEqualTo(4);
  }

  @Test
  void timersOutlastTheWait() {
    waitForLogs(false);
    runtime.elected(0, log);
    runtime.run(0, (s, now) -> {
      s.context.after(10, (state, then) -> Result.of(List.of(record(5)), null));
      return Result.of(null);
    });
    log.suspended = true;
    timers.fireAll();
    CompletableFuture<Integer> read = get();
    timers.fireAll();
    assertThat(error(read)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    log.resume();
    assertThat(get().join()).isEqualTo(5);
    assertThat(timers.tasks).isEmpty();
  }

  @Test
  void loadingWaitsForTheLog() {
    waitForLogs(false);
    log.records.add(record(7));
    log.suspended = true;
    runtime.elected(0, log);
    CompletableFuture<Integer> waits = get();
    assertThat(waits).isNotDone();
    log.resume();
    assertThat(waits.join()).isEqualTo(7);
    assertThat(timers.tasks).isEmpty();
  }

  @Test
  void theWaitForLoadingIsBounded() {
    waitForLogs(false);
    log.records.add(record(7));
    log.suspended = true;
    runtime.elected(0, log);
    CompletableFuture<Integer> waits = get();
    timers.fireAll();
    assertThat(error(waits)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
  }

  @Test
  void operationsWaitForAShardThatIsExpectedAndForNoOther() {
    boolean[] expected = {true};
    runtime.waitFor(shard -> expected[0], () -> 30_000);
    CompletableFuture<Integer> early = add(1);
    assertThat(early).isNotDone();
    runtime.elected(0, log);
    assertThat(early.join()).isEqualTo(1);
    log.suspended = true;
    CompletableFuture<Integer> paused = add(2);
    runtime.resigned(0);
    log.suspended = false;
    CompletableFuture<Integer> between = get();
    assertThat(List.of(paused, between)).noneMatch(CompletableFuture::isDone);
    runtime.elected(0, log);
    assertThat(paused.join()).isEqualTo(3);
    assertThat(between.join()).isEqualTo(3);
    runtime.resigned(0);
    CompletableFuture<Integer> inVain = get();
    expected[0] = false;
    runtime.recheck();
    assertThat(error(inVain)).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(error(get())).isEqualTo(Errors.NOT_COORDINATOR);
  }

  @Test
  void anAppendOfALeadershipThatHasJustEndedWaitsForTheNextOne() {
    waitForLogs(true);
    runtime.elected(0, log);
    log.failWith = Errors.NOT_LEADER_OR_FOLLOWER;
    CompletableFuture<Integer> one = add(1);
    CompletableFuture<Integer> two = add(2);
    assertThat(List.of(one, two)).noneMatch(CompletableFuture::isDone);
    runtime.resigned(0);
    log.failWith = Errors.NONE;
    runtime.elected(0, log);
    assertThat(List.of(one.join(), two.join())).containsExactly(1, 3);
    log.failWith = Errors.NOT_LEADER_OR_FOLLOWER;
    CompletableFuture<Integer> inVain = add(1);
    timers.fireAll();
    assertThat(error(inVain)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
  }

  @Test
  void whatWaitsIsToldAtTheEnd() {
    waitForLogs(true);
    CompletableFuture<Integer> absent = get();
    runtime.elected(0, log);
    log.suspended = true;
    assertThat(absent).isDone();
    CompletableFuture<Integer> paused = add(1);
    runtime.close();
    assertThat(error(paused)).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(timers.tasks).isEmpty();
  }

  @Test
  void whoWaitsIsCounted() {
    waitForLogs(false);
    runtime.elected(0, log);
    log.suspended = true;
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(add(1));
    }
    assertThat(all.stream().filter(CompletableFuture::isDone).map(CoordinatorRuntimeTest::error))
        .containsExactly(Errors.COORDINATOR_NOT_AVAILABLE, Errors.COORDINATOR_NOT_AVAILABLE);
    log.resume();
    assertThat(log.records).hasSize(3);
  }
}
