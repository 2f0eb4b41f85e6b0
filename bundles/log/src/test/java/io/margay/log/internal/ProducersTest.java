package io.margay.log.internal;

import static io.margay.protocol.record.ControlRecordType.ABORT;
import static io.margay.protocol.record.ControlRecordType.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.record.CompressionType;
import io.margay.spi.log.PartitionLog;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.spi.log.PartitionLog.AbortedTransaction;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.log.PartitionLog.Origin;
import io.margay.spi.log.PartitionLog.ProducerInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProducersTest {
  private final TestLog t = new TestLog();

  private Errors produce(long id, int epoch, int sequence) {
    return t.append(TestLog.produced(id, epoch, sequence, "k=v")).error();
  }

  @Test
  void theLastFiveBatchesAreKnownAsDuplicates() throws IOException {
    for (int i = 0; i < 11; i++) {
      t.put(TestLog.produced(7, 0, 2 * i, "a=1", "b=2"));
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 1; i < 11; i++) {
        assertThat(t.append(TestLog.produced(7, 0, 2 * i, "a=1", "b=2")))
            .isEqualTo(Appended.at(2 * i, 2 * i + 2, -1, true));
      }
      assertThat(t.append(TestLog.produced(7, 0, 0, "a=1", "b=2"))).isEqualTo(round == 0 ? Appended.at(-1, 2, -1, true)
          : Appended.failed(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, "producer 7 with epoch 0 sent sequence 0, but its last one is 21 of epoch 0"));
      assertThat(t.append(TestLog.produced(7, 0, 20, "a=1")).error()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
      assertThat(t.log.logEndOffset()).isEqualTo(22);
      t.restart();
    }
    t.crash();
    assertThat(t.append(TestLog.produced(7, 0, 20, "a=1", "b=2")).duplicate()).isTrue();
  }

  /** A producer sends new batches to a new leader while old ones at the former leader have no answer, and then those again. */
  @Test
  void whatIsOlderThanTheBatchesThatAreKeptIsKnownToBeInTheLog() {
    for (int i = 0; i < 30; i++) {
      t.put(TestLog.produced(7, 0, Integer.MAX_VALUE - 9 + i & Integer.MAX_VALUE, "a=1"));
    }
    assertThat(t.append(TestLog.produced(7, 0, Integer.MAX_VALUE - 9, "a=1"))).isEqualTo(Appended.at(-1, 20, -1, true));
    assertThat(t.append(TestLog.produced(7, 0, 0, "a=1", "b=2"))).isEqualTo(Appended.at(-1, 20, -1, true));
    assertThat(t.append(TestLog.produced(7, 0, Integer.MAX_VALUE - 10, "a=1")).error()).as("before the first one")
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(t.append(TestLog.produced(7, 0, 9, "a=1", "b=2")).error()).as("reaches into what is kept")
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(t.append(TestLog.produced(7, 0, 40, "a=1")).error()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(t.log.logEndOffset()).isEqualTo(30);
  }

  @Test
  void sequencesFollowOneAnotherAndWrap() {
    assertThat(produce(7, 0, Integer.MAX_VALUE - 1)).as("an unknown producer may begin anywhere").isEqualTo(Errors.NONE);
    assertThat(t.append(TestLog.produced(7, 0, Integer.MAX_VALUE, "a=1", "b=2")).error()).isEqualTo(Errors.NONE);
    assertThat(t.append(TestLog.produced(7, 0, Integer.MAX_VALUE, "a=1", "b=2")).duplicate()).isTrue();
    assertThat(produce(7, 0, 2)).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(produce(7, 0, 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void aNewEpochBeginsAtZeroAndFencesTheOldOne() {
    assertThat(produce(7, 1, 0)).isEqualTo(Errors.NONE);
    assertThat(produce(7, 2, 1)).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(produce(7, 2, 0)).isEqualTo(Errors.NONE);
    assertThat(produce(7, 1, 1)).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    assertThat(t.append(TestLog.produced(7, 1, 1, "a=1")).message()).contains("epoch 1").contains("epoch 2");
  }

  @Test
  void silentProducersAreForgotten() {
    produce(7, 0, 0);
    t.put(TestLog.transactional(8, 0, 0, "a=1"));
    t.log.guardedProducers().expire(t.clock.now + t.producerExpirationMs);
    assertThat(t.log.producers()).extracting(ProducerInfo::producerId).containsExactly(8L);
    assertThat(produce(7, 0, 5)).isEqualTo(Errors.NONE);
  }

  /** A client that copies old records, or has a wrong clock, still has each of them once. */
  @Test
  void silenceIsMeasuredByTheBrokersClockNotByTheRecords() throws IOException {
    t.clock.now = 2 * t.producerExpirationMs;
    ByteBuf old = TestLog.batch(CompressionType.NONE, 7, 0, 0, false, 5, "a=1");
    ByteBuf late = TestLog.batch(CompressionType.NONE, 8, 0, 0, false, Long.MAX_VALUE, "a=1");
    t.put(old.copy());
    t.put(late.copy());
    for (int round = 0; round < 3; round++) {
      t.clock.now += t.producerExpirationMs / 4;
      t.log.guardedProducers().expire(t.clock.now);
      assertThat(t.append(old.copy()).duplicate()).isTrue();
      assertThat(t.append(late.copy()).duplicate()).isTrue();
      if (round == 1) {
        t.crash();
      } else {
        t.restart();
      }
    }
    assertThat(t.log.producers()).extracting(ProducerInfo::lastTimestamp).containsExactlyInAnyOrder(5L, Long.MAX_VALUE);
    t.clock.now += t.producerExpirationMs / 4;
    t.log.guardedProducers().expire(t.clock.now);
    assertThat(t.log.producers()).isEmpty();
  }

  @Test
  void afterACrashWhoseBatchesAreReplayedCountsAsJustSeen() throws IOException {
    t.clock.now = 2 * t.producerExpirationMs;
    ByteBuf old = TestLog.batch(CompressionType.NONE, 7, 0, 0, false, 5, "a=1");
    t.put(old.copy());
    t.crash();
    t.log.guardedProducers().expire(t.clock.now);
    assertThat(t.append(old.copy()).duplicate()).isTrue();
    t.log.guardedProducers().expire(t.clock.now + t.producerExpirationMs);
    assertThat(t.log.producers()).isEmpty();
  }

  @Test
  void silentProducersAreForgottenOverARestart() throws IOException {
    produce(7, 0, 0);
    t.put(TestLog.transactional(8, 0, 0, "a=1"));
    t.log.close();
    t.clock.now += t.producerExpirationMs;
    t.crash();
    assertThat(t.log.producers()).extracting(ProducerInfo::producerId).containsExactly(8L);
  }

  @Test
  void coordinatorsNeedNoSequences() {
    assertThat(t.append(TestLog.transactional(7, 3, -1, "a=1"), Origin.COORDINATOR).error()).isEqualTo(Errors.NONE);
    assertThat(t.append(TestLog.transactional(7, 3, -1, "b=1"), Origin.COORDINATOR).error()).isEqualTo(Errors.NONE);
    assertThat(t.append(TestLog.transactional(7, 2, -1, "b=1"), Origin.COORDINATOR).error())
        .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
  }

  @Test
  void openTransactionsHoldTheLastStableOffset() {
    t.put("a=0");
    t.put(TestLog.transactional(7, 0, 0, "a=1"));
    t.put(TestLog.transactional(8, 0, 0, "b=1"));
    t.commitAll();
    assertThat(t.log.lastStableOffset()).isEqualTo(1);
    assertThat(produce(7, 0, 1)).isEqualTo(Errors.INVALID_TXN_STATE);
    t.mark(7, 0, COMMIT, 1);
    assertThat(t.log.lastStableOffset()).as("the marker is not committed").isEqualTo(1);
    t.commitAll();
    assertThat(t.log.lastStableOffset()).isEqualTo(2);
    t.mark(8, 0, ABORT, 1);
    t.commitAll();
    assertThat(t.log.lastStableOffset()).isEqualTo(5);
    assertThat(produce(7, 0, 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void markersOfOldCoordinatorsAreFenced() {
    t.put(TestLog.transactional(7, 1, 0, "a=1"));
    assertThat(t.mark(7, 0, ABORT, 1).error()).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    assertThat(t.mark(7, 2, ABORT, 5).error()).isEqualTo(Errors.NONE);
    assertThat(t.mark(7, 2, ABORT, 4).error()).isEqualTo(Errors.TRANSACTION_COORDINATOR_FENCED);
    assertThat(produce(7, 1, 1)).as("the marker's epoch fences").isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    assertThat(produce(7, 2, 1)).as("a marker moves the epoch, so sequences begin again")
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(produce(7, 2, 0)).isEqualTo(Errors.NONE);
    assertThat(t.log.producers()).containsExactly(new ProducerInfo(7, 2, 0, 1_000_000, 5, -1));
  }

  @Test
  void abortedTransactionsAreIndexedOverRestartsAndTruncation() throws IOException {
    t.put(TestLog.transactional(7, 0, 0, "a=1"));
    t.put(TestLog.transactional(8, 0, 0, "a=1"));
    t.mark(7, 0, ABORT, 0);
    t.log.roll();
    t.mark(8, 0, COMMIT, 0);
    t.put(TestLog.transactional(9, 0, 0, "a=1"));
    t.put("x=1");
    t.mark(9, 0, ABORT, 0);
    t.commitAll();
    for (int round = 0; round < 3; round++) {
      assertThat(t.log.abortedTransactions(0, 100)).containsExactly(new AbortedTransaction(7, 0), new AbortedTransaction(9, 4));
      assertThat(t.log.abortedTransactions(2, 4)).containsExactly(new AbortedTransaction(7, 0));
      assertThat(t.log.abortedTransactions(3, 4)).isEmpty();
      assertThat(t.log.abortedTransactions(6, 7)).containsExactly(new AbortedTransaction(9, 4));
      if (round == 0) {
        t.crash();
      } else {
        t.restart();
      }
    }
    t.log.truncateTo(6, TestLog.NEWEST);
    assertThat(t.log.abortedTransactions(0, 100)).containsExactly(new AbortedTransaction(7, 0));
    assertThat(t.log.lastStableOffset()).isEqualTo(4);
    t.put("y=1");
    t.restart();
    assertThat(t.log.abortedTransactions(0, 100)).containsExactly(new AbortedTransaction(7, 0));
    t.commitAll();
    t.log.advanceStart(3);
    assertThat(t.log.abortedTransactions(0, 100)).isEmpty();
    t.restart();
    assertThat(t.log.abortedTransactions(0, 100)).isEmpty();
  }

  @Test
  void aCleanRestartReplaysNothingAndACrashOnlyTheTail() throws IOException {
    produce(7, 0, 0);
    t.log.roll();
    produce(7, 0, 1);
    t.restart();
    assertThat(t.store.reads).isZero();
    produce(7, 0, 2);
    t.log.roll();
    produce(7, 0, 3);
    t.crash();
    assertThat(t.store.reads).isEqualTo(1);
    assertThat(t.append(TestLog.produced(7, 0, 0, "k=v")).duplicate()).isTrue();
    assertThat(produce(7, 0, 4)).isEqualTo(Errors.NONE);
  }

  @Test
  void aDamagedIndexOfAbortedTransactionsIsBuiltAgainFromTheLog() throws IOException {
    for (int i = 0; i < 3; i++) {
      t.put(TestLog.transactional(7, 0, i, "k=v"));
      t.mark(7, 0, ABORT, 0);
    }
    t.put("k=v");
    t.commitAll();
    List<AbortedTransaction> aborted = t.log.abortedTransactions(0, 7);
    assertThat(aborted).hasSize(3);
    t.restart();
    String name = t.store.blobs.keySet().stream().filter(blob -> blob.endsWith(".txnindex")).findFirst().orElseThrow();
    byte[] good = t.store.blobs.get(name).clone();
    List<byte[]> damaged = new ArrayList<>(List.of(new byte[0], new byte[good.length], new byte[4096]));
    for (int length = 1; length < good.length; length++) {
      damaged.add(Arrays.copyOf(good, length));
    }
    for (int i = 0; i < good.length; i++) {
      byte[] flipped = good.clone();
      flipped[i] ^= 4;
      damaged.add(flipped);
      byte[] zeroed = good.clone();
      Arrays.fill(zeroed, i, good.length, (byte) 0);
      if (!Arrays.equals(zeroed, good)) {
        damaged.add(zeroed);
      }
    }
    for (byte[] bytes : damaged) {
      t.store.blobs.put(name, bytes);
      t.restart();
      assertThat(t.log.abortedTransactions(0, 7)).isEqualTo(aborted);
      assertThat(t.log.producers()).hasSize(1);
      t.restart();
      assertThat(t.log.abortedTransactions(0, 7)).isEqualTo(aborted);
    }
  }

  @Test
  void indexesOfKafkasVersionAreStillRead() {
    ByteBuffer old = ByteBuffer.allocate(34).putShort((short) 0).putLong(7).putLong(3).putLong(5).putLong(6);
    AbortedTransactions read = new AbortedTransactions();
    assertThat(read.decode(old.array(), 100)).isEqualTo(AbortedTransactions.Decoded.COMPLETE);
    assertThat(read.all()).containsExactly(new AbortedTransactions.Entry(7, 3, 5, 6));
  }

  @Test
  void aLogWithADamagedSnapshotAloneReplaysItsBatches() throws IOException {
    t.put(TestLog.produced(7, 0, 0, "k=v"));
    t.restart();
    for (int length : new int[] {0, 10, 300}) {
      t.log.close();
      t.store.blobs.replaceAll((name, bytes) -> name.endsWith(".snapshot") ? new byte[length] : bytes);
      t.restart();
      assertThat(produce(7, 0, 9)).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
  }

  @Test
  void damagedSnapshotsArePassedOver() throws IOException {
    for (int i = 0; i < 6; i++) {
      produce(7, 0, i);
      t.log.roll();
    }
    t.store.blobs.put("00000000000000000006.snapshot", new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    t.crash();
    assertThat(produce(7, 0, 6)).isEqualTo(Errors.NONE);
  }

  @Test
  void aDeepTruncationReplaysAboutAsMuchAsItCuts() throws IOException {
    for (int i = 0; i < 200; i++) {
      produce(7, 0, i);
      t.log.roll();
    }
    assertThat(t.store.blobs()).filteredOn(b -> b.endsWith(".snapshot")).hasSizeBetween(8, 18);
    t.store.reads = 0;
    t.log.truncateTo(190, TestLog.NEWEST);
    assertThat(t.store.reads).isLessThanOrEqualTo(10);
    assertThat(produce(7, 0, 190)).isEqualTo(Errors.NONE);
    t.store.reads = 0;
    t.log.truncateTo(100, TestLog.NEWEST);
    assertThat(t.store.reads).isLessThanOrEqualTo(50);
    assertThat(produce(7, 0, 100)).isEqualTo(Errors.NONE);
  }

  @Test
  void snapshotsBelowTheStartGo() throws IOException {
    for (int i = 0; i < 50; i++) {
      produce(7, 0, i);
      t.log.roll();
    }
    t.commitAll();
    t.log.advanceStart(45);
    assertThat(t.store.blobs()).filteredOn(b -> b.endsWith(".snapshot")).filteredOn(b -> Long.parseLong(b.substring(0, 20)) < 45)
        .hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void aLogWithoutProducersWritesNoSnapshot() throws IOException {
    t.put("a=1");
    t.restart();
    assertThat(t.store.blobs()).containsExactly(LogState.EPOCHS);
    assertThat(t.store.reads).isZero();
  }

  @Test
  void truncationForgetsWhatProducersWroteAfterIt() throws IOException {
    for (int i = 0; i < 4; i++) {
      produce(7, 0, i);
      t.put(TestLog.transactional(8, 0, i, "k=v"));
      t.log.roll();
    }
    t.log.truncateTo(3, TestLog.NEWEST);
    assertThat(t.log.producers()).containsExactlyInAnyOrder(new ProducerInfo(7, 0, 1, 1_000_000, -1, -1),
        new ProducerInfo(8, 0, 0, 1_000_000, -1, 1));
    assertThat(produce(7, 0, 2)).isEqualTo(Errors.NONE);
    t.log.truncateFullyAndStartAt(100, TestLog.NEWEST);
    assertThat(t.log.producers()).isEmpty();
    assertThat(t.log.lastStableOffset()).isEqualTo(100);
    assertThat(produce(7, 0, 2)).isEqualTo(Errors.NONE);
    t.restart();
    assertThat(t.log.logStartOffset()).isEqualTo(100);
    assertThat(t.log.producers()).hasSize(1);
  }

  /** KIP-890: a batch that comes after the marker of its transaction would begin one that no one ends. */
  @Test
  void aTransactionBeginsOnlyWhenItIsVerified() {
    assertThat(t.appendUnverified(TestLog.transactional(7, 0, 0, "a=1"), Origin.CLIENT).error()).isEqualTo(Errors.INVALID_TXN_STATE);
    long first = t.log.beginVerification(7, (short) 0);
    assertThat(first).isNotEqualTo(PartitionLog.NO_VERIFICATION);
    assertThat(t.log.beginVerification(7, (short) 0)).as("one for all that wait").isEqualTo(first);
    assertThat(t.appendUnverified(TestLog.transactional(7, 0, 0, "a=1"), Origin.CLIENT).error()).isEqualTo(Errors.INVALID_TXN_STATE);
    assertThat(t.log.endVerification(7, first)).isTrue();
    assertThat(t.appendUnverified(TestLog.transactional(7, 0, 0, "a=1"), Origin.CLIENT).error()).isEqualTo(Errors.NONE);
    assertThat(t.log.beginVerification(7, (short) 0)).as("it is open").isEqualTo(PartitionLog.NO_VERIFICATION);
    assertThat(t.log.beginVerification(7, (short) 1)).as("another epoch").isNotEqualTo(PartitionLog.NO_VERIFICATION);
    assertThat(t.appendUnverified(TestLog.transactional(7, 0, 1, "a=2"), Origin.CLIENT).error()).isEqualTo(Errors.NONE);
    t.mark(7, 0, ControlRecordType.COMMIT, 0);
    assertThat(t.appendUnverified(TestLog.transactional(7, 0, 2, "late=1"), Origin.CLIENT).error()).isEqualTo(Errors.INVALID_TXN_STATE);
  }

  @Test
  void aMarkerEndsAVerification() {
    long number = t.log.beginVerification(7, (short) 0);
    t.mark(7, 0, ControlRecordType.ABORT, 0);
    assertThat(t.log.endVerification(7, number)).isFalse();
    assertThat(t.log.endVerification(7, t.log.beginVerification(7, (short) 0))).isTrue();
    t.mark(7, 0, ControlRecordType.ABORT, 0);
    assertThat(t.appendUnverified(TestLog.transactional(7, 0, 0, "late=1"), Origin.CLIENT).error()).isEqualTo(Errors.INVALID_TXN_STATE);
  }

  @Test
  void pendingVerificationsAreBounded() {
    TransactionVerifications pending = new TransactionVerifications(() -> 3);
    long first = pending.begin(0);
    for (int producer = 1; producer < 10; producer++) {
      pending.begin(producer);
    }
    assertThat(pending.size()).isEqualTo(3);
    assertThat(pending.end(0, first)).isFalse();
    assertThat(pending.end(9, pending.begin(9))).isTrue();
  }

  /** With transactions v2 a marker has the next epoch: one that has the epoch of the open transaction ended the one before. */
  @Test
  void aLateMarkerEndsNoLaterTransaction() {
    t.put(TestLog.transactional(7, 0, 0, "a=1"));
    assertThat(markV2(7, 1)).isEqualTo(Errors.NONE);
    assertThat(markV2(7, 1)).as("sent twice").isEqualTo(Errors.NONE);
    t.put(TestLog.transactional(7, 1, 0, "a=2"));
    assertThat(markV2(7, 1)).as("late").isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    assertThat(t.log.producers()).extracting(ProducerInfo::currentTransactionStartOffset).doesNotContain(-1L);
    assertThat(markV2(7, 2)).isEqualTo(Errors.NONE);
    assertThat(t.log.producers()).extracting(ProducerInfo::currentTransactionStartOffset).containsExactly(-1L);
  }

  /** A coordinator that is replaced may leave a marker under way that the next one writes, too. */
  @Test
  void aMarkerThatComesAgainDoesNotEndTheVerificationOfTheNextTransaction() {
    t.put(TestLog.transactional(7, 0, 0, "a=1"));
    assertThat(markV2(7, 1)).isEqualTo(Errors.NONE);
    assertThat(t.log.endVerification(7, t.log.beginVerification(7, (short) 1))).isTrue();
    long end = t.log.logEndOffset();
    assertThat(markV2(7, 1)).isEqualTo(Errors.NONE);
    assertThat(t.log.logEndOffset()).isEqualTo(end);
    assertThat(t.appendUnverified(TestLog.transactional(7, 1, 0, "a=2"), Origin.CLIENT).error()).isEqualTo(Errors.NONE);
  }

  private Errors markV2(long producerId, int epoch) {
    return t.append(ControlRecords.buildEndTransaction(TestLog.HEAP, 0, 1_000_000, 0, producerId, (short) epoch,
        new ControlRecords.EndTransactionMarker(ControlRecordType.COMMIT, 0)), Origin.COORDINATOR_V2).error();
  }
}
