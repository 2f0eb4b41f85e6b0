package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CoordinatorRuntimeTest extends CoordinatorRuntimeFixture {
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
    runtime.<Void>run(0, 1, (s, now) -> Result.deferred(List.of(record(9)), told::add));
    assertThat(told).containsExactly(Errors.NOT_COORDINATOR);
    log.failWith = Errors.NONE;
    assertThat(get().join()).isZero();
  }

  @Test
  void anErrorIsAnAnswerAndABugReloads() {
    runtime.elected(0, log);
    add(3).join();
    assertThat(error(runtime.run(0, 1, (s, now) -> {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }))).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(states).hasSize(1);
    assertThat(error(runtime.run(0, 1, (s, now) -> {
      s.value = 77;
      throw new IllegalStateException("a bug, thrown by a test");
    }))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    timers.fireAll();
    assertThat(get().join()).isEqualTo(3);
  }

  @Test
  void timersAreOperations() {
    runtime.elected(0, log);
    runtime.run(0, 1, (s, now) -> {
      s.context.after(5, later -> Result.of(List.of(record(2)), null));
      s.context.after(5, later -> Result.of(List.of(record(4)), null)).cancel();
      return Result.of(null);
    }).join();
    timers.fireAll();
    assertThat(get().join()).isEqualTo(2);
    runtime.run(0, 1, (s, now) -> {
      s.context.after(5, later -> Result.of(List.of(record(8)), null));
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
      runtime.run(0, 1, (s, now) -> {
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

  @Test
  void recordsOfATransactionAndItsMarkerReachTheState() {
    runtime.elected(0, log);
    assertThat(runtime.run(0, 1, (s, now) -> Result.of(List.of(record(3)), s.value).inTransaction(7, (short) 0)).join()).isZero();
    assertThat(log.transactional).containsExactly(7L);
    log.hold = true;
    CompletableFuture<Errors> marked = runtime.run(0, 1,
        (s, now) -> Result.ending(new MarkerWriter.Marker(7, (short) 0, true, 1, 0), Errors.NONE));
    assertThat(states.get(0).markers).containsExactly(7L);
    log.suspended = true;
    assertThat(error(runtime.run(0, 1, (s, now) -> Result.ending(new MarkerWriter.Marker(8, (short) 0, false, 1, 0), Errors.NONE))))
        .isNotEqualTo(Errors.NONE);
    assertThat(states.get(0).markers).as("it was not written").containsExactly(7L);
    assertThat(marked).isCompletedWithValue(Errors.NONE);
  }
}
