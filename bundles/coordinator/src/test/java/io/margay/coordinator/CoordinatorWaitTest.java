package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Operations while a shard, or its log, is away for a while. */
class CoordinatorWaitTest extends CoordinatorRuntimeFixture {
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
    CompletableFuture<Integer> one = runtime.run(0, 1,
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
    runtime.run(0, 1, (s, now) -> {
      s.context.after(10, then -> Result.of(List.of(record(5)), null));
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
    assertThat(all.stream().filter(CompletableFuture::isDone).map(CoordinatorRuntimeFixture::error))
        .containsExactly(Errors.COORDINATOR_NOT_AVAILABLE, Errors.COORDINATOR_NOT_AVAILABLE);
    log.resume();
    assertThat(log.records).hasSize(3);
  }
}
