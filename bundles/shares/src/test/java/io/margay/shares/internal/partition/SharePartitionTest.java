package io.margay.shares.internal.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.shares.internal.state.StateBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharePartitionTest {
  private final TestLimits limits = new TestLimits();
  private SharePartition p = new SharePartition(limits, 0, List.of());
  private long now = 100;

  private List<Acquired> acquire(String member, int most, LogBatch... batches) {
    return p.acquire(member, p.nextOffset(), List.of(batches), most, false, now);
  }

  private static LogBatch batch(long first, long last) {
    return new LogBatch(first, last, true);
  }

  private Errors acknowledge(String member, long first, long last, int... types) {
    List<Byte> list = new ArrayList<>();
    for (int t : types) {
      list.add((byte) t);
    }
    return p.acknowledge(member, List.of(new Acknowledgement(first, last, list)), now);
  }

  private SharePartition.Write write() {
    SharePartition.Write write = p.beginWrite();
    if (write != null) {
      p.endWrite(true);
    }
    return write;
  }

  @Test
  void wholeBatchesAreAcquiredUntilThereAreEnough() {
    assertThat(acquire("a", 4, batch(0, 2), batch(3, 5), batch(6, 8))).containsExactly(new Acquired(0, 5, (short) 1));
    assertThat(p.nextOffset()).isEqualTo(6);
    assertThat(acquire("b", 100, batch(6, 8))).containsExactly(new Acquired(6, 8, (short) 1));
    assertThat(p.nextOffset()).isEqualTo(9);
  }

  @Test
  void aStrictLimitCutsABatch() {
    assertThat(p.acquire("a", 0, List.of(batch(0, 9)), 4, true, now)).containsExactly(new Acquired(0, 3, (short) 1));
    assertThat(p.nextOffset()).isEqualTo(4);
  }

  @Test
  void whatIsAcceptedMovesTheStart() {
    acquire("a", 10, batch(0, 9));
    assertThat(acknowledge("a", 0, 4, 1)).isEqualTo(Errors.NONE);
    assertThat(p.startOffset()).as("not written yet").isZero();
    assertThat(write()).isEqualTo(new SharePartition.Write(5, 0, List.of(new StateBatch(0, 4, StateBatch.ACKED, (short) 1))));
    assertThat(p.startOffset()).isEqualTo(5);
    assertThat(acknowledge("a", 7, 9, 1)).isEqualTo(Errors.NONE);
    assertThat(write()).isEqualTo(new SharePartition.Write(5, 3, List.of(new StateBatch(7, 9, StateBatch.ACKED, (short) 1))));
    assertThat(acknowledge("a", 5, 6, 1)).isEqualTo(Errors.NONE);
    assertThat(write().startOffset()).isEqualTo(10);
    assertThat(p.startOffset()).isEqualTo(10);
    assertThat(p.isBusy()).isFalse();
  }

  @Test
  void whatIsReleasedIsDeliveredAgainWhenItIsWritten() {
    acquire("a", 10, batch(0, 3));
    assertThat(acknowledge("a", 0, 3, 1, 2, 3, 0)).isEqualTo(Errors.NONE);
    assertThat(p.nextOffset()).isEqualTo(4);
    assertThat(write()).isEqualTo(new SharePartition.Write(1, 2, List.of(new StateBatch(0, 0, StateBatch.ACKED, (short) 1),
        new StateBatch(1, 1, StateBatch.AVAILABLE, (short) 1), new StateBatch(2, 3, StateBatch.ARCHIVED, (short) 1))));
    assertThat(p.nextOffset()).isEqualTo(1);
    assertThat(p.availableUpTo(1)).isEqualTo(2);
    assertThat(acquire("b", 10, batch(0, 3))).containsExactly(new Acquired(1, 1, (short) 2));
  }

  @Test
  void onlyTheOwnerAcknowledgesAndOnce() {
    acquire("a", 10, batch(0, 3));
    assertThat(acknowledge("b", 0, 3, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(acknowledge("a", 0, 4, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(acknowledge("a", 0, 1, 1)).isEqualTo(Errors.NONE);
    assertThat(acknowledge("a", 1, 2, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(acknowledge("a", 2, 2, 7)).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(acknowledge("a", 2, 3, 1, 1, 1)).isEqualTo(Errors.INVALID_REQUEST);
    write();
    assertThat(acknowledge("a", 0, 0, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
  }

  @Test
  void allOrNoneOfTheAcknowledgementsCount() {
    acquire("a", 10, batch(0, 3));
    assertThat(p.acknowledge("a", List.of(new Acknowledgement(0, 1, List.of((byte) 1)), new Acknowledgement(3, 5, List.of((byte) 1))), now))
        .isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(p.beginWrite()).isNull();
  }

  @Test
  void aLockEndsAndTheRecordIsDeliveredAgain() {
    acquire("a", 10, batch(0, 3));
    assertThat(p.nextDeadlineMs()).isEqualTo(1_100);
    now = 1_099;
    assertThat(p.expire(now)).isFalse();
    now = 1_100;
    assertThat(p.expire(now)).isTrue();
    assertThat(acknowledge("a", 0, 0, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    assertThat(write().batches()).containsExactly(new StateBatch(0, 3, StateBatch.AVAILABLE, (short) 1));
    assertThat(acquire("b", 10, batch(0, 3))).containsExactly(new Acquired(0, 3, (short) 2));
  }

  @Test
  void afterTheLastDeliveryARecordIsGivenUp() {
    for (int i = 1; i <= limits.deliveryLimit; i++) {
      assertThat(acquire("a", 10, batch(0, 0))).containsExactly(new Acquired(0, 0, (short) i));
      now += limits.lockMs;
      p.expire(now);
    }
    assertThat(p.nextOffset()).isEqualTo(1);
    assertThat(write()).isEqualTo(new SharePartition.Write(1, 0, List.of(new StateBatch(0, 0, StateBatch.ARCHIVED, (short) 3))));
    acquire("a", 10, batch(1, 1));
    limits.deliveryLimit = 1;
    acknowledge("a", 1, 1, 2);
    assertThat(write().batches()).containsExactly(new StateBatch(1, 1, StateBatch.ARCHIVED, (short) 1));
  }

  @Test
  void renewingGivesMoreTime() {
    acquire("a", 10, batch(0, 1));
    now += 900;
    assertThat(acknowledge("a", 0, 0, 4)).isEqualTo(Errors.NONE);
    assertThat(p.beginWrite()).isNull();
    now += 900;
    p.expire(now);
    assertThat(p.nextOffset()).isEqualTo(1);
    assertThat(acknowledge("a", 0, 0, 1)).isEqualTo(Errors.NONE);
    limits.mayRenew = false;
    acquire("a", 10, batch(1, 1));
    assertThat(acknowledge("a", 1, 1, 4)).isEqualTo(Errors.INVALID_REQUEST);
  }

  @Test
  void noMoreIsAcquiredThanTheLimit() {
    limits.maxLocks = 5;
    assertThat(acquire("a", 100, batch(0, 3), batch(4, 9))).containsExactly(new Acquired(0, 4, (short) 1));
    assertThat(p.nextOffset()).isEqualTo(-1);
    acknowledge("a", 1, 1, 2);
    write();
    assertThat(p.nextOffset()).as("what was delivered before may be delivered again").isEqualTo(1);
    acknowledge("a", 0, 0, 1);
    write();
    assertThat(acquire("b", 100, batch(0, 3), batch(4, 9))).containsExactly(new Acquired(1, 1, (short) 2), new Acquired(5, 5, (short) 1));
  }

  @Test
  void gapsAndControlBatchesAreDoneAtOnce() {
    assertThat(acquire("a", 100, batch(2, 3), new LogBatch(4, 4, false), batch(7, 7)))
        .containsExactly(new Acquired(2, 3, (short) 1), new Acquired(7, 7, (short) 1));
    assertThat(p.startOffset()).isEqualTo(2);
    acknowledge("a", 2, 3, 1);
    acknowledgeAll("a", 7, 7);
    assertThat(write().startOffset()).isEqualTo(8);
  }

  private void acknowledgeAll(String member, long first, long last) {
    assertThat(acknowledge(member, first, last, 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void whatIsGoneFromTheLogIsSkipped() {
    acquire("a", 100, batch(0, 5));
    acknowledge("a", 2, 2, 2);
    write();
    p.nothingIn(2, 3);
    assertThat(p.nextOffset()).isEqualTo(6);
    p.onLogStart(4);
    assertThat(p.startOffset()).isEqualTo(4);
    assertThat(acknowledge("a", 3, 4, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    acknowledgeAll("a", 4, 5);
  }

  @Test
  void whatGoesFromTheLogDuringAWriteIsSkippedAtOnce() {
    acquire("a", 100, batch(0, 3));
    acknowledgeAll("a", 0, 3);
    assertThat(p.beginWrite()).isNotNull();
    p.onLogStart(10);
    assertThat(p.nextOffset()).isEqualTo(10);
    p.endWrite(true);
    p.onLogStart(10);
    assertThat(p.startOffset()).isEqualTo(10);
  }

  @Test
  void aWriteThatFailsLeavesEverythingAcquired() {
    acquire("a", 100, batch(0, 3));
    acknowledgeAll("a", 0, 3);
    assertThat(p.beginWrite()).isNotNull();
    assertThat(p.beginWrite()).as("one at a time").isNull();
    p.endWrite(false);
    assertThat(p.startOffset()).isZero();
    acknowledgeAll("a", 0, 3);
    assertThat(write().startOffset()).isEqualTo(4);
  }

  @Test
  void whatComesDuringAWriteIsInTheNext() {
    acquire("a", 100, batch(0, 5));
    acknowledgeAll("a", 0, 1);
    p.beginWrite();
    acknowledgeAll("a", 2, 3);
    p.endWrite(true);
    assertThat(p.startOffset()).isEqualTo(2);
    assertThat(p.beginWrite()).isEqualTo(new SharePartition.Write(4, 0, List.of(new StateBatch(2, 3, StateBatch.ACKED, (short) 1))));
  }

  @Test
  void anExpiryIsWrittenThoughItWasAcquiredAgainMeanwhile() {
    acquire("a", 100, batch(0, 1));
    now += 1_000;
    p.expire(now);
    p.beginWrite();
    acquire("b", 100, batch(0, 1));
    acknowledgeAll("b", 0, 1);
    p.endWrite(true);
    assertThat(p.startOffset()).as("its acknowledgement was in no write").isZero();
    assertThat(write().batches()).containsExactly(new StateBatch(0, 1, StateBatch.ACKED, (short) 2));
    assertThat(p.startOffset()).isEqualTo(2);
  }

  @Test
  void aMemberThatLeavesGivesBackWhatItDidNotAcknowledge() {
    acquire("a", 100, batch(0, 3));
    acknowledgeAll("a", 0, 1);
    assertThat(p.release("b")).isFalse();
    assertThat(p.release("a")).isTrue();
    assertThat(p.nextOffset()).isEqualTo(2);
    write();
    assertThat(p.startOffset()).isEqualTo(2);
  }

  @Test
  void itBeginsWhereTheStateSays() {
    p = new SharePartition(limits, 5, List.of(new StateBatch(3, 6, StateBatch.ACKED, (short) 1),
        new StateBatch(9, 9, StateBatch.AVAILABLE, (short) 2), new StateBatch(10, 11, StateBatch.ARCHIVED, (short) 2)));
    assertThat(p.startOffset()).isEqualTo(7);
    assertThat(p.nextOffset()).isEqualTo(7);
    assertThat(acquire("a", 100, batch(4, 20))).containsExactly(new Acquired(7, 8, (short) 1), new Acquired(9, 9, (short) 3),
        new Acquired(12, 20, (short) 1));
  }

  @Test
  void locksAreHandedOver() {
    acquire("a", 100, batch(0, 3));
    acquire("b", 100, batch(4, 5));
    now += 400;
    List<SharePartition.Lock> locks = p.locks(now);
    assertThat(locks).containsExactly(new SharePartition.Lock(0, 3, "a", 600, (short) 1), new SharePartition.Lock(4, 5, "b", 600, (short) 1));
    p = new SharePartition(limits, 0, List.of(new StateBatch(1, 1, StateBatch.ACKED, (short) 1)));
    now = 50;
    p.restore(locks, now);
    assertThat(p.nextOffset()).isEqualTo(6);
    assertThat(p.nextDeadlineMs()).isEqualTo(650);
    assertThat(acknowledge("a", 1, 1, 1)).isEqualTo(Errors.INVALID_RECORD_STATE);
    acknowledgeAll("a", 2, 3);
    acknowledgeAll("b", 4, 5);
  }
}
