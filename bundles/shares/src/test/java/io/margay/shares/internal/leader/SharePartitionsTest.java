package io.margay.shares.internal.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.shares.internal.partition.Acknowledgement;
import io.margay.shares.internal.partition.Acquired;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.log.PartitionLog;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

class SharePartitionsTest extends SharePartitionsFixture {
  @Test
  void recordsAreFetchedAndAccepted() {
    log.append(3);
    log.append(2);
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(0, 4, (short) 1));
    assertThat(fetch("b")).isEqualTo(Fetched.NOTHING);
    assertThat(accept("a", 0, 4)).isEqualTo(Errors.NONE);
    assertThat(states.start(KEY)).isEqualTo(5);
    assertThat(accept("a", 0, 4)).isEqualTo(Errors.INVALID_RECORD_STATE);
  }

  @Test
  void onlyTheBatchesThatWereAcquiredAreSent() {
    for (int i = 0; i < 5; i++) {
      log.append(10);
    }
    Fetched some = fetch("a", 15, 1 << 20);
    assertThat(some.acquired()).containsExactly(new Acquired(0, 19, (short) 1));
    Fetched rest = fetch("b", 100, 1 << 20);
    assertThat(rest.acquired()).containsExactly(new Acquired(20, 49, (short) 1));
    assertThat(some.records().sizeBytes() * 3).isBetween(rest.records().sizeBytes() * 2 - 50, rest.records().sizeBytes() * 2 + 50);
  }

  @Test
  void theStartIsWrittenBeforeTheFirstRecordIsDelivered() {
    log.append(7);
    reset = "latest";
    leader();
    assertThat(states.start(KEY)).isEqualTo(7);
    log.append(1);
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(7, 7, (short) 1));
  }

  @Test
  void aDurationIsLookedUpWhereItMayBlock() {
    log.append(7);
    reset = "by_duration:PT1H";
    log.foundByTime = 4;
    inBackground = true;
    assertThat(fetch("a")).isEqualTo(Fetched.NOTHING);
    background.forEach(Runnable::run);
    assertThat(states.start(KEY)).isEqualTo(4);
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(4, 6, (short) 1));
  }

  @Test
  void aWaitingFetchIsWokenByAnAppend() {
    leader();
    AtomicInteger woken = new AtomicInteger();
    leader().await(() -> woken.incrementAndGet() > 0, null);
    assertThat(woken).hasValue(0);
    log.append(1);
    assertThat(woken).hasValue(1);
  }

  @Test
  void whileTheLogIsSuspendedFetchesWaitAndNobodyIsWoken() {
    log.append(2);
    leader();
    log.suspended = true;
    assertThat(fetch("a")).isEqualTo(Fetched.NOTHING);
    assertThat(fetch("b")).isEqualTo(Fetched.NOTHING);
    AtomicInteger woken = new AtomicInteger();
    leader().await(() -> woken.incrementAndGet() > 0, null);
    leader().passOn();
    assertThat(woken).hasValue(0);
    assertThat(log.waitingForResumption()).isEqualTo(1);
    log.resume();
    assertThat(woken).hasValue(1);
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(0, 1, (short) 1));
  }

  @Test
  void anAcknowledgementThatComesTooLateGivesTheRecordsToOthers() {
    log.append(2);
    fetch("a");
    inBackground = true;
    AtomicInteger woken = new AtomicInteger();
    leader().await(() -> woken.incrementAndGet() > 0, null);
    time.advance(limits.lockMs);
    assertThat(woken).as("the timer has not run").hasValue(0);
    assertThat(accept("a", 0, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(woken).hasValue(1);
  }

  @Test
  void aWaitingFetchIsWokenByAReleaseAndByATimeOut() {
    log.append(2);
    fetch("a");
    AtomicInteger woken = new AtomicInteger();
    leader().await(() -> woken.incrementAndGet() > 0, null);
    states.hold = true;
    CompletableFuture<Errors> released = release("a", 0, 0);
    assertThat(woken).as("not written yet").hasValue(0);
    assertThat(released).isNotDone();
    states.release();
    assertThat(released.join()).isEqualTo(Errors.NONE);
    assertThat(woken).hasValue(1);
    assertThat(fetch("b").acquired()).containsExactly(new Acquired(0, 0, (short) 2));
    leader().await(() -> woken.incrementAndGet() > 0, null);
    time.advance(limits.lockMs);
    assertThat(woken).hasValue(2);
    assertThat(fetch("c").acquired()).containsExactly(new Acquired(0, 0, (short) 3), new Acquired(1, 1, (short) 2));
  }

  @Test
  void aFetchThatNoLongerWaitsPassesTheWakeOn() {
    AtomicInteger woken = new AtomicInteger();
    leader().await(() -> false, null);
    leader().await(() -> woken.incrementAndGet() > 0, null);
    log.append(1);
    assertThat(woken).hasValue(1);
  }

  @Test
  void membersThatWaitGetWhatAnotherLeaves() {
    log.append(2);
    fetch("a");
    leader().release("a");
    assertThat(fetch("b").acquired()).containsExactly(new Acquired(0, 1, (short) 2));
  }

  @Test
  void whileTheCoordinatorIsAwayTheWriteIsMadeAgain() {
    log.append(2);
    fetch("a");
    states.failWith = Errors.NOT_COORDINATOR;
    CompletableFuture<Errors> answer = leader().acknowledge("a", List.of(new Acknowledgement(0, 1, List.of((byte) 1))));
    time.advance(5_000);
    assertThat(answer).isNotDone();
    states.failWith = Errors.NONE;
    time.advance(100);
    assertThat(answer.join()).isEqualTo(Errors.NONE);
    assertThat(states.start(KEY)).isEqualTo(2);
  }

  @Test
  void aCoordinatorThatStaysAwayIsAnError() {
    log.append(2);
    fetch("a");
    states.failWith = Errors.COORDINATOR_NOT_AVAILABLE;
    CompletableFuture<Errors> answer = leader().acknowledge("a", List.of(new Acknowledgement(0, 1, List.of((byte) 1))));
    time.advance(21_000);
    assertThat(answer.join()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    states.failWith = Errors.NONE;
    time.advance(limits.lockMs);
    assertThat(fetch("b").acquired()).containsExactly(new Acquired(0, 1, (short) 2));
  }

  @Test
  void aFencedLeaderReadsTheStateAgain() {
    log.append(5);
    fetch("a");
    states.failWith = Errors.FENCED_STATE_EPOCH;
    assertThat(accept("a", 0, 4)).isEqualTo(Errors.FENCED_STATE_EPOCH);
    states.failWith = Errors.NONE;
    states.startAt(KEY, 2);
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(2, 4, (short) 1));
  }

  @Test
  void aStateThatCannotBeReadYetIsReadLater() {
    log.append(1);
    states.failWith = Errors.COORDINATOR_LOAD_IN_PROGRESS;
    assertThat(fetch("a")).isEqualTo(Fetched.NOTHING);
    AtomicInteger woken = new AtomicInteger();
    leader().await(() -> woken.incrementAndGet() > 0, null);
    CompletableFuture<Errors> early = leader().acknowledge("a", List.of(new Acknowledgement(0, 0, List.of((byte) 1))));
    assertThat(early).isNotDone();
    states.failWith = Errors.NONE;
    time.advance(100);
    assertThat(woken).hasValue(1);
    assertThat(early.join()).isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(fetch("a").acquired()).hasSize(1);
  }

  @Test
  void aPartitionThatWasNotInitializedIsNotServed() {
    states.failWith = Errors.INVALID_REQUEST;
    assertThat(partitions.find(KEY, "t").fetch(new Want("a", 1, false, 1), null).error())
        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(partitions.size()).isZero();
  }

  @Test
  void whatNobodyUsesIsForgotten() {
    log.append(2);
    fetch("a");
    time.advance(900);
    partitions.tidy();
    assertThat(partitions.size()).isEqualTo(1);
    accept("a", 0, 1);
    time.advance(5_000);
    partitions.tidy();
    assertThat(partitions.size()).isZero();
    log.append(1);
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(2, 2, (short) 1));
  }

  @Test
  void thereAreNoMoreThanTheLimit() {
    most = 0;
    assertThat(leader()).isNull();
  }

  @Test
  void anotherTopicOfTheSameNameIsNotServed() {
    assertThat(partitions.find(new StateKey("g", new UUID(4, 4), 0), "t")).isNull();
    assertThat(partitions.find(new StateKey("g", T, 1), "t")).isNull();
  }

  @Test
  void aLeadershipThatEndsAnswersEverything() {
    log.append(1);
    fetch("a");
    AtomicInteger woken = new AtomicInteger();
    leader().await(() -> woken.incrementAndGet() > 0, null);
    states.hold = true;
    CompletableFuture<Errors> answer = leader().acknowledge("a", List.of(new Acknowledgement(0, 0, List.of((byte) 1))));
    partitions.resigned(new TopicPartition("t", 0));
    assertThat(answer.join()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(woken).hasValue(1);
    assertThat(leader()).isNull();
    states.release();
  }

  @Test
  void locksSurviveAPauseOfTheSameLeadership() {
    log.append(2);
    fetch("a");
    partitions.resigned(new TopicPartition("t", 0));
    time.advance(500);
    partitions.elected(log);
    assertThat(fetch("b")).isEqualTo(Fetched.NOTHING);
    assertThat(accept("a", 0, 0)).isEqualTo(Errors.NONE);
    time.advance(500);
    assertThat(fetch("b").acquired()).containsExactly(new Acquired(1, 1, (short) 2));
  }

  @Test
  void locksGoToTheNextVersionButNotToTheNextLeadership() {
    log.append(2);
    fetch("a");
    Map<StateKey, SharePartitions.Kept> kept = partitions.handOver();
    partitions.close();
    start();
    partitions.takeOver(kept);
    assertThat(accept("a", 0, 0)).isEqualTo(Errors.NONE);
    kept = partitions.handOver();
    partitions.close();
    log.epoch++;
    start();
    partitions.takeOver(kept);
    assertThat(accept("a", 1, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(fetch("b").acquired()).containsExactly(new Acquired(1, 1, (short) 1));
  }

  @Test
  void locksThatWereKeptGetNoMoreTimeFromAHandOver() {
    log.append(2);
    fetch("a");
    partitions.resigned(new TopicPartition("t", 0));
    time.advance(600);
    SharePartitions.Kept kept = partitions.handOver().get(KEY);
    assertThat(kept.locks()).hasSize(1);
    assertThat(kept.locks().get(0).leftMs()).isEqualTo(limits.lockMs - 600);
    time.advance(400);
    assertThat(partitions.handOver().get(KEY).locks()).as("their time is over").isEmpty();
  }

  @Test
  void aLowerLimitOfRecordsLetsNobodySpin() {
    limits.maxLocks = 4;
    for (int i = 0; i < 4; i++) {
      log.append(1);
    }
    fetch("a", 1, 1 << 20);
    fetch("b", 1, 1 << 20);
    fetch("c", 1, 1 << 20);
    release("b", 1, 1);
    AtomicInteger woken = new AtomicInteger();
    limits.maxLocks = 2;
    accept("a", 0, 0);
    assertThat(fetch("d", 1, 1 << 20).acquired()).as("what was delivered before").containsExactly(new Acquired(1, 1, (short) 2));
    leader().await(() -> woken.incrementAndGet() > 0, null);
    assertThat(woken).as("there is more, and too much is delivered").hasValue(0);
    accept("c", 2, 2);
    leader().passOn();
    assertThat(woken).hasValue(1);
  }

  @Test
  void coldRecordsAreNotReadWithoutMemory() {
    log.append(2);
    log.hot = false;
    log.onDisk = true;
    Want want = new Want("a", 100, false, 1 << 20);
    long[] asked = new long[1];
    assertThat(leader().fetch(want, bytes -> {
      asked[0] = bytes;
      return false;
    })).isSameAs(Fetched.NO_MEMORY);
    assertThat(asked[0]).isPositive();
    assertThat(leader().fetch(want, b -> true).acquired()).as("nothing was acquired before").containsExactly(new Acquired(0, 1, (short) 1));
  }

  @Test
  void whatCannotBeReadIsNotAcquired() {
    log.append(2);
    log.append(2);
    log.brokenRead = 2;
    assertThat(fetch("a", 2, 1 << 20).error()).as("the second read is without the second batch").isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(fetch("b", 2, 1 << 20).acquired()).containsExactly(new Acquired(0, 1, (short) 1));
    assertThat(fetch("c").acquired()).containsExactly(new Acquired(2, 3, (short) 1));
  }

  @Test
  void whatCannotBeBroughtIntoMemoryIsNotAcquired() {
    log.append(2);
    log.hot = false;
    log.onDisk = true;
    AtomicInteger woken = new AtomicInteger();
    Want want = new Want("a", 100, false, 1 << 20);
    leader().await(() -> woken.incrementAndGet() > 0, new Mark(2, leader().mark().comings()));
    LongPredicate memory = bytes -> {
      log.brokenDisk = true;
      return true;
    };
    assertThat(leader().fetch(want, memory).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(log.held).isZero();
    assertThat(woken).as("one that waited").hasValue(1);
    log.brokenDisk = false;
    assertThat(leader().fetch(new Want("b", 100, false, 1 << 20), b -> true).acquired()).containsExactly(new Acquired(0, 1, (short) 1));
  }

  @Test
  void whatComesWhileAPatientFetchLooksWakesIt() {
    AtomicInteger woken = new AtomicInteger();
    Mark before = leader().mark();
    log.append(1);
    leader().await(() -> woken.incrementAndGet() > 0, before);
    assertThat(woken).hasValue(1);
    before = leader().mark();
    fetch("a");
    leader().release("a");
    leader().await(() -> woken.incrementAndGet() > 0, before);
    assertThat(woken).hasValue(2);
    leader().await(() -> woken.incrementAndGet() > 0, leader().mark());
    assertThat(woken).hasValue(2);
  }

  @Test
  void coldRecordsAreReadWhereItMayBlock() {
    log.append(2);
    log.hot = false;
    Want want = new Want("a", 100, false, 1 << 20);
    assertThat(leader().fetch(want, null).needsDisk()).isTrue();
    assertThat(leader().fetch(want, b -> true).acquired()).containsExactly(new Acquired(0, 1, (short) 1));
  }

  @Test
  void compactedAndDeletedRecordsArePassedOver() {
    for (int i = 0; i < 4; i++) {
      log.append(2);
    }
    fetch("a");
    release("a", 2, 3);
    log.remove(2);
    assertThat(fetch("b")).isEqualTo(Fetched.NOTHING);
    accept("a", 0, 1);
    assertThat(accept("a", 4, 7)).isEqualTo(Errors.NONE);
    log.append(1);
    log.startAt(8);
    assertThat(fetch("b").acquired()).containsExactly(new Acquired(8, 8, (short) 1));
  }

  @Test
  void readCommittedGroupsGetNoAbortedRecordsAndNoControlRecords() {
    limits.readCommitted = true;
    log.append(2, 7, false);
    log.append(1);
    log.append(1, 7, true);
    log.append(2, 8, false);
    log.append(1, 8, true);
    log.append(1, 9, false);
    log.aborted.add(new PartitionLog.AbortedTransaction(7, 0));
    log.lastStable = 7;
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(2, 2, (short) 1), new Acquired(4, 5, (short) 1));
    limits.readCommitted = false;
    assertThat(fetch("a").acquired()).containsExactly(new Acquired(7, 7, (short) 1));
  }
}
