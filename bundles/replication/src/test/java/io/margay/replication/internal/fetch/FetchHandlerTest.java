package io.margay.replication.internal.fetch;

import static io.margay.replication.internal.fetch.Fetches.from;
import static io.margay.replication.internal.fetch.Fetches.offsets;
import static io.margay.replication.internal.fetch.Fetches.only;
import static io.margay.replication.internal.fetch.Fetches.sessionless;
import static io.margay.replication.internal.fetch.Fetches.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.FakeLog;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FetchHandlerTest {
  private static final List<BrokerId> BOTH = List.of(TestBroker.SELF, TestBroker.OTHER);
  private final TestBroker broker = new TestBroker();
  private FetchHandler handler;
  private UUID id;

  @BeforeEach
  void start() throws IOException {
    FakeLog.UNRELEASED.set(0);
    broker.start();
    id = broker.create("a", 3);
    handler = new FetchHandler(broker.replication);
  }

  @AfterEach
  void stop() throws IOException {
    handler.close();
    broker.close();
    assertThat(FakeLog.UNRELEASED).hasValue(0);
    assertThat(broker.scheduler.size()).isZero();
  }

  private FakeRequest send(FetchRequest fetch, int version) {
    FakeRequest request = new FakeRequest(FetchRequest.API, fetch, version);
    handler.handle(request);
    return request;
  }

  private FetchResponse now(FetchRequest fetch, int version) {
    FakeRequest request = send(fetch, version);
    assertThat(request.isAnswered()).isTrue();
    return request.answer(new FetchResponse());
  }

  @Test
  void readsInEveryVersion() throws IOException {
    broker.append("a", 0, 3);
    broker.append("a", 0, 2);
    for (int version = 4; version <= 18; version++) {
      var topic = version >= 13 ? topic(id, from(0, 1)) : topic("a", from(0, 1));
      FetchResponse response = now(sessionless(topic), version);
      PartitionData data = only(response);
      assertThat(data.errorCode()).isZero();
      assertThat(data.highWatermark()).isEqualTo(5);
      assertThat(data.lastStableOffset()).isEqualTo(5);
      assertThat(data.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
      assertThat(data.abortedTransactions()).isNull();
      assertThat(data.preferredReadReplica()).isEqualTo(-1);
      assertThat(offsets(data)).containsExactly(0L, 3L);
      assertThat(response.sessionId()).isZero();
      assertThat(version >= 13 ? response.responses().get(0).topicId() : response.responses().get(0).topic())
          .isEqualTo(version >= 13 ? id : "a");
    }
  }

  @Test
  void waitsForRecords() throws IOException {
    FakeRequest request = send(sessionless(topic("a", from(0, 0), from(1, 0))), 12);
    broker.append("a", 2, 1);
    request.runLoop();
    assertThat(request.isAnswered()).isFalse();
    broker.append("a", 1, 1);
    assertThat(request.isAnswered()).isFalse();
    request.runLoop();
    FetchResponse response = request.answer(new FetchResponse());
    assertThat(response.responses().get(0).partitions()).extracting(Fetches::offsets).containsExactly(List.of(), List.of(0L));
    assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
  }

  @Test
  void readersThatWaitGetASmallBatchFromMemory() throws IOException {
    FakeRequest first = send(sessionless(topic("a", from(0, 0))), 12);
    FakeRequest second = send(sessionless(topic("a", from(0, 0))), 12);
    broker.append("a", 0, 2);
    first.runLoop();
    second.runLoop();
    assertThat(offsets(only(first.answer(new FetchResponse())))).containsExactly(0L);
    assertThat(only(second.answer(new FetchResponse())).records().sizeBytes()).isEqualTo(TestBroker.batch(2).readableBytes());
    assertThat(broker.log("a", 0).isRead()).isFalse();
    assertThat(offsets(only(now(sessionless(topic("a", from(0, 1))), 12)))).containsExactly(0L);
    assertThat(broker.log("a", 0).isRead()).isTrue();
  }

  @Test
  void readersThatWaitGetWhatTheLogHasCompressedFromTheLog() throws IOException {
    broker.create("gzip", 1, Map.of("compression.type", "gzip"));
    FakeRequest request = send(sessionless(topic("gzip", from(0, 0))), 12);
    broker.append("gzip", 0, 2);
    request.runLoop();
    assertThat(offsets(only(request.answer(new FetchResponse())))).containsExactly(0L);
    assertThat(broker.log("gzip", 0).isRead()).isTrue();
  }

  @Test
  void waitsNoLongerThanAsked() throws IOException {
    FakeRequest request = send(sessionless(topic("a", from(0, 0))), 12);
    broker.scheduler.advance(499);
    request.runLoop();
    assertThat(request.isAnswered()).isFalse();
    broker.scheduler.advance(1);
    request.runLoop();
    assertThat(offsets(only(request.answer(new FetchResponse())))).isEmpty();
  }

  @Test
  void doesNotWaitWhenToldSo() throws IOException {
    assertThat(offsets(only(now(sessionless(topic("a", from(0, 0))).setMaxWaitMs(0), 12)))).isEmpty();
    assertThat(offsets(only(now(sessionless(topic("a", from(0, 0))).setMaxWaitMs(-5), 12)))).isEmpty();
    assertThat(offsets(only(now(sessionless(topic("a", from(0, 0))).setMinBytes(0), 12)))).isEmpty();
    assertThat(offsets(only(now(sessionless(topic("a", from(0, 0))).setMinBytes(-1), 12)))).isEmpty();
    assertThat(now(sessionless(), 12).responses()).isEmpty();
    assertThat(now(sessionless(topic("a")), 12).responses()).isEmpty();
  }

  @Test
  void waitsForTheMinimumOfAllPartitions() throws IOException {
    broker.append("a", 0, 1);
    int one = TestBroker.batch(1).readableBytes();
    FakeRequest request = send(sessionless(topic("a", from(0, 0), from(1, 0))).setMinBytes(3 * one), 12);
    broker.append("a", 1, 1);
    request.runLoop();
    assertThat(request.isAnswered()).isFalse();
    broker.append("a", 0, 1);
    request.runLoop();
    assertThat(request.answer(new FetchResponse()).responses().get(0).partitions()).extracting(Fetches::offsets)
        .containsExactly(List.of(0L, 1L), List.of(0L));
  }

  @Test
  void answersWithWhatIsThereWhenTheMinimumDoesNotCome() throws IOException {
    broker.append("a", 0, 1);
    FakeRequest request = send(sessionless(topic("a", from(0, 0))).setMinBytes(10_000), 12);
    assertThat(request.isAnswered()).isFalse();
    assertThat(FakeLog.UNRELEASED).hasValue(0);
    broker.scheduler.advance(500);
    request.runLoop();
    assertThat(offsets(only(request.answer(new FetchResponse())))).containsExactly(0L);
  }

  @Test
  void returnsTheFirstBatchHoweverLong() throws IOException {
    broker.append("a", 0, 10);
    broker.append("a", 1, 10);
    FetchResponse response = now(sessionless(topic("a", from(2, 0), from(0, 0), from(1, 0))).setMaxBytes(10), 12);
    assertThat(response.responses().get(0).partitions()).extracting(Fetches::offsets)
        .containsExactly(List.of(), List.of(0L), List.of());
    FetchRequest small = sessionless(topic("a", from(0, 0).setPartitionMaxBytes(1), from(1, 0).setPartitionMaxBytes(1)));
    assertThat(now(small, 12).responses().get(0).partitions()).extracting(Fetches::offsets)
        .containsExactly(List.of(0L), List.of());
  }

  @Test
  void survivesSizesWithoutSense() throws IOException {
    broker.append("a", 0, 1);
    FetchRequest fetch = sessionless(topic("a", from(0, 0).setPartitionMaxBytes(-1))).setMaxBytes(Integer.MIN_VALUE);
    assertThat(offsets(only(now(fetch, 12)))).containsExactly(0L);
  }

  @Test
  void tellsOffsetsOutOfRange() throws IOException {
    broker.append("a", 0, 2);
    for (long offset : new long[] {3, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      PartitionData data = only(now(sessionless(topic("a", from(0, offset))), 12));
      assertThat(data.errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
      assertThat(data.highWatermark()).isEqualTo(-1);
    }
    broker.log("a", 0).advanceStart(1);
    assertThat(only(now(sessionless(topic("a", from(0, 0))), 12)).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
  }

  @Test
  void tellsUnknownTopicsAtOnceWhenThereIsNothingElse() throws IOException {
    assertThat(only(now(sessionless(topic("b", from(0, 0))), 12)).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(only(now(sessionless(topic("a", from(3, 0))), 12)).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(only(now(sessionless(topic("a", from(-3, 0))), 12)).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(only(now(sessionless(topic(KafkaUuid.random(), from(0, 0))), 13)).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    assertThat(only(now(sessionless(topic(KafkaUuid.ZERO, from(0, 0))), 13)).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    FakeRequest mixed = send(sessionless(topic("b", from(0, 0)), topic("a", from(0, 0))), 12);
    assertThat(mixed.isAnswered()).isFalse();
    broker.append("a", 0, 1);
    mixed.runLoop();
    assertThat(mixed.answer(new FetchResponse()).responses()).hasSize(2);
  }

  @Test
  void readsAPartitionThatIsNamedTwiceOnceAsTheLastMentionSays() throws IOException {
    broker.append("a", 0, 1);
    broker.append("a", 0, 1);
    PartitionData data = only(now(sessionless(topic("a", from(0, 0)), topic("a", from(0, 1))), 12));
    assertThat(offsets(data)).containsExactly(1L);
  }

  @Test
  void checksLeaderEpochs() throws IOException {
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 5, List.of(TestBroker.SELF), List.of(TestBroker.SELF)));
    broker.append("a", 0, 1);
    assertThat(only(now(sessionless(topic("a", from(0, 0).setCurrentLeaderEpoch(4))), 12)).errorCode())
        .isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
    assertThat(only(now(sessionless(topic("a", from(0, 0).setCurrentLeaderEpoch(6))), 12)).errorCode())
        .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
    assertThat(only(now(sessionless(topic("a", from(0, 0).setCurrentLeaderEpoch(5))), 12)).errorCode()).isZero();
  }

  @Test
  void tellsWhereLogsDiverge() throws IOException {
    broker.append("a", 0, 3);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 5, List.of(TestBroker.SELF), List.of(TestBroker.SELF)));
    broker.append("a", 0, 3);
    PartitionData data = only(now(sessionless(topic("a", from(0, 5).setLastFetchedEpoch(3))), 12));
    assertThat(data.errorCode()).isZero();
    assertThat(data.divergingEpoch().epoch()).isZero();
    assertThat(data.divergingEpoch().endOffset()).isEqualTo(3);
    assertThat(offsets(data)).isEmpty();
    PartitionData same = only(now(sessionless(topic("a", from(0, 3).setLastFetchedEpoch(0))), 12));
    assertThat(same.divergingEpoch().endOffset()).isEqualTo(-1);
    assertThat(offsets(same)).containsExactly(3L);
  }

  @Test
  void holdsBackOpenTransactionsFromReadCommitted() throws IOException {
    broker.append("a", 0, 1);
    broker.append("a", 0, 1);
    broker.log("a", 0).lastStableOffset = 1;
    broker.log("a", 0).aborted = List.of(new PartitionLog.AbortedTransaction(9, 0), new PartitionLog.AbortedTransaction(8, 1));
    FetchRequest committed = sessionless(topic("a", from(0, 0))).setIsolationLevel((byte) 1);
    PartitionData data = only(now(committed, 12));
    assertThat(offsets(data)).containsExactly(0L);
    assertThat(data.lastStableOffset()).isEqualTo(1);
    assertThat(data.abortedTransactions()).as("those of the records that are sent").extracting(a -> a.producerId()).containsExactly(9L);
    FakeRequest waiting = send(sessionless(topic("a", from(0, 1))).setIsolationLevel((byte) 1), 12);
    assertThat(waiting.isAnswered()).isFalse();
    broker.log("a", 0).lastStableOffset = 3;
    broker.append("a", 0, 1);
    waiting.runLoop();
    assertThat(offsets(only(waiting.answer(new FetchResponse())))).containsExactly(1L, 2L);
  }

  @Test
  void tellsWhoLeads() throws IOException {
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, BOTH, BOTH));
    FetchResponse response = now(sessionless(topic(id, from(0, 0).setCurrentLeaderEpoch(0))), 16);
    assertThat(only(response).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
    assertThat(only(response).currentLeader().leaderId()).isEqualTo(2);
    assertThat(response.nodeEndpoints().get(0).host()).isEqualTo("host2");
  }

  @Test
  void endsTheWaitWhenTheLeadershipEnds() throws IOException {
    FakeRequest request = send(sessionless(topic("a", from(0, 0))).setMinBytes(1000), 12);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, BOTH, BOTH));
    request.runLoop();
    assertThat(only(request.answer(new FetchResponse())).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
  }

  @Test
  void endsTheWaitWhenTheTopicGoes() throws IOException {
    FakeRequest request = send(sessionless(topic("a", from(0, 0))), 12);
    broker.delete("a");
    request.runLoop();
    assertThat(only(request.answer(new FetchResponse())).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void endsTheWaitForAllPartitionsWhenOneTopicGoes() throws IOException {
    broker.create("b", 1);
    FakeRequest request = send(sessionless(topic("b", from(0, 0)), topic("a", from(0, 0))), 12);
    broker.delete("b");
    request.runLoop();
    assertThat(errors(request)).containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), Errors.NONE.code());
    assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
  }

  @Test
  void endsTheWaitWhenATopicIsCreatedAgain() throws IOException {
    FakeRequest byName = send(sessionless(topic("a", from(0, 0), from(1, 0))), 12);
    FakeRequest byId = send(sessionless(topic(id, from(0, 0))), 13);
    broker.delete("a");
    broker.create("a", 1);
    byName.runLoop();
    byId.runLoop();
    assertThat(errors(byName)).containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(errors(byId)).containsExactly(Errors.UNKNOWN_TOPIC_ID.code());
    assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
  }

  @Test
  void endsTheWaitWhenAPartitionIsMovedAway() throws IOException {
    FakeRequest request = send(sessionless(topic("a", from(0, 0), from(1, 0))), 12);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, List.of(TestBroker.OTHER), List.of(TestBroker.OTHER)));
    request.runLoop();
    assertThat(errors(request)).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER.code(), Errors.NONE.code());
  }

  @Test
  void waitsOnUnderANewEpochOfTheSameLeader() throws IOException {
    FakeRequest old = send(sessionless(topic("a", from(0, 0).setCurrentLeaderEpoch(0))), 12);
    FakeRequest any = send(sessionless(topic("a", from(0, 0))), 12);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 1, p.replicas(), p.isr()));
    old.runLoop();
    any.runLoop();
    assertThat(errors(old)).containsExactly(Errors.FENCED_LEADER_EPOCH.code());
    assertThat(any.isAnswered()).isFalse();
    broker.append("a", 0, 1);
    any.runLoop();
    assertThat(offsets(only(any.answer(new FetchResponse())))).containsExactly(0L);
  }

  private static List<Short> errors(FakeRequest request) {
    return request.answer(new FetchResponse()).responses().stream().flatMap(topic -> topic.partitions().stream())
        .map(PartitionData::errorCode).toList();
  }

  @Test
  void waitsForALogThatIsBeingOpened() throws IOException {
    try (TestBroker late = new TestBroker()) {
      late.logs.hold = new CountDownLatch(1);
      late.create("a", 1);
      late.start();
      FetchHandler fetch = new FetchHandler(late.replication);
      FakeRequest first = new FakeRequest(FetchRequest.API, sessionless(topic("a", from(0, 0))), 12);
      FakeRequest second = new FakeRequest(FetchRequest.API, sessionless(topic("a", from(0, 0))), 12);
      fetch.handle(first);
      late.scheduler.advance(500);
      first.runLoop();
      assertThat(only(first.answer(new FetchResponse()))).satisfies(empty -> {
        assertThat(empty.errorCode()).isZero();
        assertThat(empty.highWatermark()).isEqualTo(-1);
      });
      fetch.handle(second);
      late.logs.hold.countDown();
      late.awaitOpen();
      late.append("a", 0, 1);
      second.runLoop();
      assertThat(offsets(only(second.answer(new FetchResponse())))).containsExactly(0L);
    }
  }

  @Test
  void readsColdRecordsElsewhere() throws IOException {
    broker.append("a", 0, 1);
    broker.append("a", 1, 1);
    broker.log("a", 0).hot = false;
    FakeRequest request = send(sessionless(topic("a", from(1, 0), from(0, 0))), 12);
    assertThat(request.answer(new FetchResponse()).responses().get(0).partitions()).extracting(Fetches::offsets)
        .containsExactly(List.of(0L), List.of(0L));
  }

  @Test
  void tellsFailuresOfTheDisk() throws IOException {
    broker.append("a", 0, 1);
    broker.log("a", 0).readFailure = new IOException("broken");
    assertThat(only(now(sessionless(topic("a", from(0, 0))), 12)).errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
  }

  @Test
  void answersWhenAReadEndsWithAnError() throws IOException {
    broker.append("a", 1, 1);
    FakeRequest waiting = send(sessionless(topic("a", from(0, 0), from(2, 0))), 12);
    broker.log("a", 0).boundsError = new OutOfMemoryError("of this test");
    broker.append("a", 0, 1);
    waiting.runLoop();
    assertThat(waiting.answer(new FetchResponse()).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
    assertThat(broker.leader("a", 2).replica().dataWaiters().isEmpty()).isTrue();
    broker.log("a", 0).boundsError = null;
    broker.log("a", 0).readError = new OutOfMemoryError("of this test");
    broker.log("a", 0).hot = false;
    broker.append("a", 0, 1);
    FakeRequest cold = send(sessionless(topic("a", from(1, 0), from(0, 1))), 12);
    assertThat(cold.answer(new FetchResponse()).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
    broker.log("a", 0).readError = null;
    assertThat(offsets(only(now(sessionless(topic("a", from(1, 0))), 12)))).containsExactly(0L);
  }

  @Test
  void coldReadsOutliveTheHandler() throws IOException {
    broker.append("a", 0, 1);
    FakeLog log = broker.log("a", 0);
    log.hot = false;
    log.holdReads = new CountDownLatch(1);
    FakeRequest request = send(sessionless(topic("a", from(0, 0))), 12);
    handler.close();
    assertThat(request.isAnswered()).isFalse();
    Thread exchange = new Thread(broker.replication::close);
    exchange.start();
    log.holdReads.countDown();
    PartitionData data = only(request.answer(new FetchResponse()));
    assertThat(data.errorCode()).isZero();
    assertThat(offsets(data)).containsExactly(0L);
    TestBroker.awaitTrue(() -> !exchange.isAlive());
  }

  @Test
  void aColdReadWhoseLogIsClosedTellsThatItIsNotLedHere() throws IOException {
    broker.append("a", 0, 1);
    FakeLog log = broker.log("a", 0);
    log.hot = false;
    log.holdReads = new CountDownLatch(1);
    FakeRequest request = send(sessionless(topic("a", from(0, 0))), 12);
    TestBroker.awaitTrue(log::isRead);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, BOTH, BOTH));
    log.readFailure = new IOException("closed");
    log.holdReads.countDown();
    assertThat(errors(request)).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER.code());
  }

  @Test
  void aFetchThatCannotWaitWhenItComesBackFromTheDiskIsAnswered() throws IOException {
    broker.append("a", 0, 1);
    FakeLog log = broker.log("a", 0);
    log.hot = false;
    log.holdReads = new CountDownLatch(1);
    FakeRequest request = send(sessionless(topic("a", from(0, 0))).setMinBytes(10_000), 12);
    handler.close();
    log.holdReads.countDown();
    assertThat(offsets(only(request.answer(new FetchResponse())))).containsExactly(0L);
  }

  @Test
  void forgetsAClientThatLeft() throws IOException {
    FakeRequest request = send(sessionless(topic("a", from(0, 0))), 12);
    request.cancel();
    assertThat(request.answeredNothing()).isTrue();
    assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
    FakeRequest woken = send(sessionless(topic("a", from(0, 0))), 12);
    broker.append("a", 0, 1);
    woken.cancel();
    assertThat(woken.answeredNothing()).isTrue();
    assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
  }

  @Test
  void answersWhatWaitsWhenItLeaves() throws IOException {
    FakeRequest request = send(sessionless(topic("a", from(0, 0))), 12);
    handler.close();
    assertThat(only(request.answer(new FetchResponse())).errorCode()).isZero();
  }

  @Test
  void buildsAnErrorForTheServerInEveryVersion() throws IOException {
    for (int version = 4; version <= 18; version++) {
      var topic = version >= 13 ? topic(id, from(0, 1)) : topic("a", from(0, 1));
      FakeRequest request = new FakeRequest(FetchRequest.API, sessionless(topic), version);
      request.respond(handler.errorResponse(request, Errors.LEADER_NOT_AVAILABLE));
      FetchResponse response = request.answer(new FetchResponse());
      assertThat(version < 7 ? only(response).errorCode() : response.errorCode()).isEqualTo(Errors.LEADER_NOT_AVAILABLE.code());
    }
  }

  @Test
  void letsFollowersReadBehindTheHighWatermark() throws IOException {
    broker.put("r", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    broker.append("r", 0, 2);
    assertThat(offsets(only(now(sessionless(topic("r", from(0, 0))).setMaxWaitMs(0), 12)))).isEmpty();
    assertThat(offsets(only(now(sessionless(topic("r", from(0, 0))).setReplicaId(2), 12)))).containsExactly(0L);
    assertThat(broker.leader("r", 0).highWatermark()).isZero();
    now(sessionless(topic("r", from(0, 2))).setReplicaId(2).setMaxWaitMs(0), 12);
    assertThat(broker.leader("r", 0).highWatermark()).isEqualTo(2);
    assertThat(only(now(sessionless(topic("r", from(0, 2))).setReplicaId(77), 12)).errorCode())
        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
  }
}
