package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Full queues, results that are too large, and what is thrown where no one expects it: nothing is lost, everything is answered. */
class CoordinatorFaultTest extends CoordinatorRuntimeFixture {
  private ShardContext.Timer timer(int value) {
    List<ShardContext.Timer> set = new ArrayList<>();
    runtime.run(0, 1, (s, now) -> {
      set.add(s.context.after(5, later -> Result.of(List.of(record(value)), null)));
      return Result.of(null);
    });
    return set.get(0);
  }

  // ------------------------------------------------------------------------------------------------ timers

  @Test
  void aTimerRunsThoughTheShardIsBusy() {
    runtime.elected(0, log);
    timer(8);
    log.hold = true;
    List<CompletableFuture<Integer>> parked = List.of(add(1), add(1), add(1));
    assertThat(error(add(1))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    timers.fireAll();
    assertThat(log.records).hasSize(4);
    log.hold = false;
    List.copyOf(log.waiting).forEach(w -> w.accept(Errors.NONE));
    assertThat(parked).allMatch(CompletableFuture::isDone);
    assertThat(get().join()).isEqualTo(11);
  }

  @Test
  void timersWaitThoughTheQueueIsFull() {
    runtime.waitFor(shard -> false, () -> 30_000);
    runtime.elected(0, log);
    timer(8);
    log.suspended = true;
    for (int i = 0; i < 5; i++) {
      add(1);
    }
    timers.tasks.get(0).run();
    log.resume();
    assertThat(get().join()).isEqualTo(11);
  }

  @Test
  void aTimerIsPutBackWhenNothingMayWait() {
    runtime.elected(0, log);
    timer(8);
    log.suspended = true;
    assertThat(error(add(1))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    timers.fireAll();
    timers.fireAll();
    assertThat(log.records).isEmpty();
    assertThat(timers.tasks).hasSize(1);
    log.resume();
    timers.fireAll();
    assertThat(get().join()).isEqualTo(8);
    assertThat(timers.tasks).isEmpty();
  }

  @Test
  void aTimerThatWaitsCanBeCancelled() {
    runtime.waitFor(shard -> false, () -> 30_000);
    runtime.elected(0, log);
    ShardContext.Timer timer = timer(8);
    log.suspended = true;
    CompletableFuture<Integer> waits = add(1);
    timers.tasks.get(0).run();
    runtime.elected(0, log);
    log.resume();
    assertThat(waits.join()).isEqualTo(1);
    runtime.run(0, 1, (s, now) -> {
      timer.cancel();
      return Result.of(null);
    }).join();
    assertThat(get().join()).isEqualTo(1);
  }

  // ------------------------------------------------------------------------------------------------ bytes

  @Test
  void whatWaitsIsBoundedInBytes() {
    runtime.elected(0, log);
    log.hold = true;
    CompletableFuture<Integer> large = runtime.run(0, 5_000, (s, now) -> Result.of(List.of(record(1)), 1));
    assertThat(error(runtime.run(0, 1, (s, now) -> Result.of(1)))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    log.hold = false;
    log.waiting.remove().accept(Errors.NONE);
    assertThat(large.join()).isEqualTo(1);
    log.hold = true;
    CompletableFuture<Integer> first = runtime.run(0, 600, (s, now) -> Result.of(List.of(record(1)), 2));
    assertThat(error(runtime.run(0, 600, (s, now) -> Result.of(1)))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    runtime.resigned(0);
    assertThat(error(first)).isEqualTo(Errors.NOT_COORDINATOR);
    for (int i = 0; i < 3; i++) {
      assertThat(error(runtime.run(0, 900, (s, now) -> Result.of(1)))).isEqualTo(Errors.NOT_COORDINATOR);
    }
  }

  // ------------------------------------------------------------------------------------------------ results that are too large

  @Test
  void aDivisibleResultIsAppendedInParts() {
    runtime.elected(0, log);
    log.maxBatchRecords = 2;
    List<CoordinatorRecord> nine = Collections.nCopies(9, record(1));
    assertThat(runtime.run(0, 1, (s, now) -> Result.divisible(nine, "done")).join()).isEqualTo("done");
    assertThat(log.records).hasSize(9);
    assertThat(get().join()).isEqualTo(9);
    log.maxBatchRecords = 0;
    assertThat(error(runtime.run(0, 1, (s, now) -> Result.divisible(nine, null)))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    assertThat(error(runtime.run(0, 1, (s, now) -> Result.of(nine, null)))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    assertThat(get().join()).isEqualTo(9);
  }

  @Test
  void partsAreBoundedInBytesAndGoOnAfterASuspension() {
    runtime.waitFor(shard -> false, () -> 30_000);
    runtime.elected(0, log);
    byte[] key = new byte[BatchParts.PART_BYTES / 4];
    key[0] = 1;
    List<CoordinatorRecord> eight = Collections.nCopies(8, new CoordinatorRecord(key, null));
    log.afterAppend = () -> log.suspended = true;
    CompletableFuture<Object> done = runtime.run(0, 1, (s, now) -> Result.divisible(eight, null));
    assertThat(log.records).hasSize(3);
    assertThat(done).isNotDone();
    log.resume();
    assertThat(done).isCompleted();
    assertThat(log.batches).isEqualTo(3);
    assertThat(get().join()).isEqualTo(8);
  }

  // ------------------------------------------------------------------------------------------------ errors

  @Test
  void anErrorInAnOperationIsAnswered() {
    runtime.elected(0, log);
    add(3).join();
    assertThat(error(runtime.run(0, 1, (s, now) -> {
      throw new StackOverflowError("thrown by a test");
    }))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    timers.fireAll();
    assertThat(get().join()).isEqualTo(3);
  }

  @Test
  void anErrorAfterTheCommitIsAnswered() {
    runtime.elected(0, log);
    assertThat(error(runtime.run(0, 1, (s, now) -> Result.deferred(List.of(record(3)), e -> {
      throw new AssertionError("thrown by a test");
    })))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    log.failWith = Errors.KAFKA_STORAGE_ERROR;
    timers.fireAll();
    assertThat(error(runtime.run(0, 1, (s, now) -> Result.deferred(List.of(record(3)), e -> {
      throw new AssertionError("thrown by a test");
    })))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    timers.fireAll();
    assertThat(get().join()).isEqualTo(3);
  }

  @Test
  void anErrorOfOneCompletionDoesNotKeepOthersWaiting() {
    runtime.elected(0, log);
    AtomicInteger ran = new AtomicInteger();
    runtime.run(0, 1, (s, now) -> {
      s.context.defer(() -> {
        throw new AssertionError("thrown by a test");
      });
      s.context.defer(ran::incrementAndGet);
      return Result.of(null);
    });
    assertThat(ran).hasValue(1);
  }

  @Test
  void aShardThatCannotBeLoadedIsLoadedLater() {
    log.records.add(record(1));
    log.loadError = new OutOfMemoryError("thrown by a test");
    runtime.elected(0, log);
    assertThat(error(get())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    timers.fireAll();
    assertThat(get().join()).isEqualTo(1);
  }
}
