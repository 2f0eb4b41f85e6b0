package io.margay.transactions.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.operations.EndOperations.Ended;
import io.margay.transactions.internal.operations.InitOperation;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionRecords;
import io.margay.transactions.internal.state.TransactionStatus;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.junit.jupiter.api.Test;

class TransactionShardTest extends ShardFixture {
  private static Claim epoch(Claim claim, int epoch) {
    return new Claim(claim.transactionalId(), claim.producerId(), (short) epoch);
  }

  // ------------------------------------------------------------------------------------------------ the usual way

  @Test
  void aTransactionIsCommitted() {
    Claim p = init();
    assertThat(p.producerEpoch()).isZero();
    assertThat(add(p, 0, A)).isEqualTo(Errors.NONE);
    assertThat(add(p, 0, A, B)).isEqualTo(Errors.NONE);
    assertThat(status()).isEqualTo(TransactionStatus.ONGOING);
    assertThat(error(end(p, true, 0))).isEqualTo(Errors.NONE);
    assertThat(status()).isEqualTo(TransactionStatus.PREPARE_COMMIT);
    assertThat(markers).hasSize(1);
    assertThat(markers.get(0).partitions()).containsExactlyInAnyOrder(A, B);
    assertThat(error(end(p, true, 0))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    assertThat(error(end(p, false, 0))).isEqualTo(Errors.INVALID_TXN_STATE);
    assertThat(add(p, 0, A)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    writeMarkers();
    assertThat(status()).isEqualTo(TransactionStatus.COMPLETE_COMMIT);
    assertThat(error(end(p, true, 0))).as("a retry").isEqualTo(Errors.NONE);
    assertThat(error(end(p, false, 0))).isEqualTo(Errors.INVALID_TXN_STATE);
    assertThat(add(p, 0, A)).isEqualTo(Errors.NONE);
    assertThat(error(end(p, false, 0))).isEqualTo(Errors.NONE);
    writeMarkers();
    assertThat(status()).isEqualTo(TransactionStatus.COMPLETE_ABORT);
  }

  @Test
  void nothingIsSentBeforeTheDecisionIsCommitted() {
    Claim p = init();
    add(p, 0, A);
    log.hold = true;
    CompletableFuture<Ended> answer = end(p, true, 0);
    assertThat(answer).isNotDone();
    assertThat(markers).isEmpty();
    log.release(Errors.REQUEST_TIMED_OUT);
    assertThat(error(answer)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    time.advance(1_000);
    assertThat(markers).as("still not committed").isEmpty();
    log.commit();
    assertThat(markers).hasSize(1);
    writeMarkers();
    log.commit();
    CompletableFuture<Ended> retry = end(p, true, 0);
    log.commit();
    assertThat(error(retry)).isEqualTo(Errors.NONE);
  }

  // ------------------------------------------------------------------------------------------------ fencing

  @Test
  void anotherProducerFencesTheFirst() {
    Claim first = init();
    add(first, 0, A);
    assertThat(tryInit(-1, -1).join().error()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    assertThat(markers).singleElement().satisfies(t -> {
      assertThat(t.status()).isEqualTo(TransactionStatus.PREPARE_ABORT);
      assertThat(t.producer().epoch()).as("fences").isEqualTo((short) 1);
    });
    assertThat(error(end(first, true, 0))).isEqualTo(Errors.PRODUCER_FENCED);
    assertThat(add(first, 0, B)).isEqualTo(Errors.PRODUCER_FENCED);
    assertThat(verify(first, A)).isEqualTo(Errors.PRODUCER_FENCED);
    assertThat(error(tryInit(-1, -1))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    writeMarkers();
    Claim second = init();
    assertThat(second.producerEpoch()).isEqualTo((short) 2);
    assertThat(error(tryInit(first.producerId(), 0))).as("the first wants to go on").isEqualTo(Errors.PRODUCER_FENCED);
    assertThat(error(end(first, true, 0))).isEqualTo(Errors.PRODUCER_FENCED);
    assertThat(error(end(new Claim(ID, 7, (short) 0), true, 0))).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    assertThat(error(end(new Claim("other", 7, (short) 0), true, 0))).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
  }

  @Test
  void aProducerRaisesItsEpochOnceThoughItAsksTwice() {
    Claim p = init();
    InitOperation.Initialised raised = tryInit(p.producerId(), 0).join();
    assertThat(raised.epoch()).isEqualTo((short) 1);
    assertThat(tryInit(p.producerId(), 0).join()).isEqualTo(raised);
    assertThat(tryInit(p.producerId(), 1).join().epoch()).isEqualTo((short) 2);
    assertThat(error(tryInit(p.producerId(), 0))).isEqualTo(Errors.PRODUCER_FENCED);
    assertThat(error(tryInit(4711, 0))).isEqualTo(Errors.PRODUCER_FENCED);
  }

  @Test
  void exhaustedEpochsLeadToAnotherProducerId() {
    Claim p = init();
    log.records.add(TransactionRecords.of(new Transaction(ID, new Transaction.Producer(p.producerId(), (short) (Short.MAX_VALUE - 1), -1, -1,
        0), TIMEOUT_MS, TransactionStatus.EMPTY, Set.of(), -1, time.millis())));
    restart();
    InitOperation.Initialised next = tryInit(p.producerId(), Short.MAX_VALUE - 1).join();
    assertThat(next.producerId()).isNotEqualTo(p.producerId());
    assertThat(next.epoch()).isZero();
    assertThat(tryInit(p.producerId(), Short.MAX_VALUE - 1).join()).as("a retry").isEqualTo(next);
  }

  // ------------------------------------------------------------------------------------------------ transactions v2

  @Test
  void eachTransactionHasAnEpoch() {
    Claim p = init();
    assertThat(add(p, 2, A)).isEqualTo(Errors.NONE);
    Ended ended = end(p, true, 2).join();
    assertThat(ended.epoch()).isEqualTo((short) 1);
    assertThat(markers.get(0).producer().epoch()).as("the marker fences late batches").isEqualTo((short) 1);
    assertThat(add(epoch(p, 1), 2, A)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    writeMarkers();
    assertThat(end(p, true, 2).join()).as("a retry").isEqualTo(ended);
    assertThat(error(end(p, false, 2))).isEqualTo(Errors.INVALID_TXN_STATE);
    assertThat(add(p, 2, A)).as("a late batch").isEqualTo(Errors.PRODUCER_FENCED);
    assertThat(add(epoch(p, 1), 2, A)).isEqualTo(Errors.NONE);
    assertThat(end(epoch(p, 1), false, 2).join().epoch()).isEqualTo((short) 2);
    writeMarkers();
    assertThat(status()).isEqualTo(TransactionStatus.COMPLETE_ABORT);
  }

  @Test
  void anAbortWithoutPartitionsRaisesTheEpoch() {
    Claim p = init();
    assertThat(error(end(p, true, 2))).isEqualTo(Errors.INVALID_TXN_STATE);
    assertThat(end(p, false, 2).join().epoch()).isEqualTo((short) 1);
    assertThat(markers).singleElement().satisfies(t -> assertThat(t.partitions()).isEmpty());
    writeMarkers();
    assertThat(end(epoch(p, 1), false, 2).join().epoch()).isEqualTo((short) 2);
    writeMarkers();
    assertThat(end(epoch(p, 1), false, 2).join().epoch()).as("a retry").isEqualTo((short) 2);
  }

  @Test
  void theLastEpochIsFollowedByAnotherProducerId() {
    Claim p = init();
    short last = Short.MAX_VALUE - 1;
    log.records.add(TransactionRecords.of(new Transaction(ID, new Transaction.Producer(p.producerId(), last, -1, -1, 2), TIMEOUT_MS,
        TransactionStatus.ONGOING, Set.of(A), time.millis(), time.millis())));
    restart();
    Ended ended = end(epoch(p, last), true, 2).join();
    assertThat(ended.producerId()).isNotEqualTo(p.producerId());
    assertThat(ended.epoch()).isZero();
    assertThat(markers.get(0).producer().id()).isEqualTo(p.producerId());
    assertThat(markers.get(0).producer().epoch()).isEqualTo(Short.MAX_VALUE);
    assertThat(error(end(epoch(p, last), true, 2))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    restart();
    writeMarkers();
    assertThat(end(epoch(p, last), true, 2).join()).as("a retry").isEqualTo(ended);
    assertThat(add(new Claim(ID, ended.producerId(), (short) 0), 2, A)).isEqualTo(Errors.NONE);
  }

  // ------------------------------------------------------------------------------------------------ verification

  @Test
  void partitionsAreVerified() {
    Claim p = init();
    assertThat(verify(p, A)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
    add(p, 0, A);
    assertThat(verify(p, A)).isEqualTo(Errors.NONE);
    assertThat(verify(p, B)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
    end(p, true, 0);
    assertThat(verify(p, A)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    writeMarkers();
    assertThat(verify(p, A)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
  }

  // ------------------------------------------------------------------------------------------------ time

  /** The clock of the coordinator before was ahead: its transactions do not stay open for that long. */
  @Test
  void aTransactionFromTheFutureIsAbortedAfterItsTimeout() {
    Claim p = init();
    add(p, 0, A);
    run((s, now) -> s.ends().abortLate(now - 1_000_000));
    run((s, now) -> s.ends().abortLate(now - 1_000_000 + TIMEOUT_MS));
    assertThat(markers).isEmpty();
    run((s, now) -> s.ends().abortLate(now - 1_000_000 + TIMEOUT_MS + 1));
    assertThat(markers).hasSize(1);
  }

  @Test
  void aTransactionThatIsOpenTooLongIsAborted() {
    Claim p = init();
    add(p, 0, A);
    time.advance(TIMEOUT_MS);
    run((s, now) -> s.ends().abortLate(now));
    assertThat(markers).isEmpty();
    time.advance(1);
    run((s, now) -> s.ends().abortLate(now));
    assertThat(markers).hasSize(1);
    assertThat(error(end(p, true, 0))).isEqualTo(Errors.PRODUCER_FENCED);
    writeMarkers();
    assertThat(status()).isEqualTo(TransactionStatus.COMPLETE_ABORT);
    assertThat(init().producerEpoch()).isEqualTo((short) 2);
  }

  @Test
  void anIdThatIsNotUsedIsForgotten() {
    Claim p = init();
    time.advance(config.idExpirationMs - 1);
    run((s, now) -> s.ends().expire(now));
    assertThat(status()).isEqualTo(TransactionStatus.EMPTY);
    time.advance(1);
    run((s, now) -> s.ends().expire(now));
    assertThat(add(p, 0, A)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    assertThat(memory.usedBytes()).isZero();
    restart();
    assertThat(add(p, 0, A)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    Claim again = init();
    add(again, 0, A);
    time.advance(config.idExpirationMs);
    run((s, now) -> s.ends().expire(now));
    assertThat(status()).as("its transaction is open").isEqualTo(TransactionStatus.ONGOING);
  }

  // ------------------------------------------------------------------------------------------------ restarts

  @Test
  void whatWasDecidedIsCompletedByTheNextCoordinator() {
    for (boolean commit : new boolean[] {true, false}) {
      Claim p = init();
      add(p, 0, A, B);
      restart();
      assertThat(status()).isEqualTo(TransactionStatus.ONGOING);
      assertThat(markers).isEmpty();
      end(p, commit, 0);
      restart();
      assertThat(markers).singleElement().satisfies(t -> {
        assertThat(t.partitions()).containsExactlyInAnyOrder(A, B);
        assertThat(t.status()).isEqualTo(commit ? TransactionStatus.PREPARE_COMMIT : TransactionStatus.PREPARE_ABORT);
      });
      writeMarkers();
      restart();
      assertThat(markers).isEmpty();
      assertThat(error(end(p, commit, 0))).isEqualTo(Errors.NONE);
    }
  }

  // ------------------------------------------------------------------------------------------------ bounds

  @Test
  void boundsAreKept() {
    config.idMaxLength = 1;
    assertThat(error(tryInit(-1, -1))).isEqualTo(Errors.INVALID_REQUEST);
    config.idMaxLength = 2;
    Claim p = init();
    config.maxPartitions = 1;
    assertThat(add(p, 0, A)).isEqualTo(Errors.NONE);
    assertThat(add(p, 0, B)).isEqualTo(Errors.POLICY_VIOLATION);
    config.maxPartitions = 2;
    config.memoryBytes = memory.usedBytes();
    assertThat(add(p, 0, B)).isEqualTo(Errors.POLICY_VIOLATION);
    InitOperation.Init other = new InitOperation.Init("x", TIMEOUT_MS, -1, (short) -1, 5);
    assertThat(error(run((s, now) -> s.init().init(other, now)))).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(error(end(p, true, 0))).as("what is there may end").isEqualTo(Errors.NONE);
    for (int timeoutMs : new int[] {0, -1, config.maxTimeoutMs + 1}) {
      InitOperation.Init init = new InitOperation.Init(ID, timeoutMs, -1, (short) -1, 5);
      assertThat(error(run((s, now) -> s.init().init(init, now)))).isEqualTo(Errors.INVALID_TRANSACTION_TIMEOUT);
    }
  }

  @Test
  void aLogThatHoldsTooMuchIsLoadedInPart() {
    Claim p = init();
    add(p, 0, A);
    for (int i = 0; i < 100; i++) {
      InitOperation.Init init = new InitOperation.Init("idle" + i, TIMEOUT_MS, -1, (short) -1, 5000 + i);
      assertThat(error(run((s, now) -> s.init().init(init, now)))).isEqualTo(Errors.NONE);
    }
    config.memoryBytes = memory.usedBytes() / 4;
    restart();
    assertThat(memory.usedBytes()).isLessThanOrEqualTo(config.memoryBytes + 1_000);
    assertThat(status()).as("an open transaction is never left out").isEqualTo(TransactionStatus.ONGOING);
  }

  // ------------------------------------------------------------------------------------------------ records

  /** Kafka's own classes read what is written. */
  @Test
  void recordsAreKafkas() {
    Transaction t = Transaction.created(ID, 17, TIMEOUT_MS, 5).adding(Set.of(A, B, new TopicPartition("b", 2)), 2, 7);
    CoordinatorRecord record = TransactionRecords.of(t);
    ByteBuffer key = ByteBuffer.wrap(record.key());
    assertThat(key.getShort()).isZero();
    assertThat(new TransactionLogKey(new ByteBufferAccessor(key), (short) 0).transactionalId()).isEqualTo(ID);
    ByteBuffer value = ByteBuffer.wrap(record.value());
    TransactionLogValue read = new TransactionLogValue(new ByteBufferAccessor(value), value.getShort());
    assertThat(read.producerId()).isEqualTo(17);
    assertThat(read.transactionStatus()).isEqualTo((byte) 1);
    assertThat(read.transactionStartTimestampMs()).isEqualTo(7);
    assertThat(read.clientTransactionVersion()).isEqualTo((short) 2);
    assertThat(read.transactionPartitions()).hasSize(2);
    assertThat(TransactionRecords.read(ID, record.value())).isEqualTo(t);
  }
}
