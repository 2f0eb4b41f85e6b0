package io.margay.replication.internal.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Records;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.record.InvalidRecordBatchException.Fault;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.replication.internal.ReplicaSettings;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.log.PartitionLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProduceHandlerTest {
  private static final List<io.margay.model.BrokerId> BOTH = List.of(TestBroker.SELF, TestBroker.OTHER);
  private final TestBroker broker = new TestBroker();
  private ProduceHandler handler;

  @BeforeEach
  void start() {
    broker.start();
    handler = new ProduceHandler(broker.replication);
  }

  @AfterEach
  void stop() {
    handler.close();
    broker.close();
  }

  private static ProduceRequest produce(int acks, TopicProduceData... topics) {
    return new ProduceRequest().setAcks((short) acks).setTimeoutMs(1000).setTopicData(new ArrayList<>(List.of(topics)));
  }

  private static TopicProduceData topic(String name, PartitionProduceData... partitions) {
    return new TopicProduceData().setName(name).setPartitionData(List.of(partitions));
  }

  private static PartitionProduceData data(int index, ByteBuf records) {
    return new PartitionProduceData().setIndex(index).setRecords(records == null ? null : new BufferRecords(records));
  }

  private FakeRequest send(ProduceRequest produce, int version) {
    FakeRequest request = new FakeRequest(ProduceRequest.API, produce, version);
    handler.handle(request);
    return request;
  }

  private PartitionProduceResponse only(FakeRequest request) {
    ProduceResponse response = request.answer(new ProduceResponse());
    assertThat(response.responses()).hasSize(1);
    assertThat(response.responses().get(0).partitionResponses()).hasSize(1);
    return response.responses().get(0).partitionResponses().get(0);
  }

  @Test
  void answersAtOnceInEveryVersion() {
    UUID id = broker.create("a", 2);
    long expected = 0;
    for (int version = 3; version <= 13; version++) {
      TopicProduceData topic = version >= 13 ? topic("", data(1, TestBroker.batch(3))).setTopicId(id)
          : topic("a", data(1, TestBroker.batch(3)));
      FakeRequest request = send(produce(-1, topic), version);
      assertThat(request.isAnswered()).isTrue();
      PartitionProduceResponse answer = only(request);
      assertThat(answer.errorCode()).isZero();
      assertThat(answer.baseOffset()).isEqualTo(expected);
      assertThat(answer.logAppendTimeMs()).isEqualTo(-1);
      assertThat(answer.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
      expected += 3;
    }
    assertThat(broker.leader("a", 1).highWatermark()).isEqualTo(expected);
    assertThat(broker.scheduler.size()).isZero();
  }

  @Test
  void answersNothingWithoutAcks() {
    broker.create("a", 1);
    FakeRequest request = send(produce(0, topic("a", data(0, TestBroker.batch(1)))), 9);
    assertThat(request.answeredNothing()).isTrue();
    assertThat(broker.log("a", 0).logEndOffset()).isEqualTo(1);
  }

  @Test
  void closesOnAnErrorWithoutAcks() {
    FakeRequest request = send(produce(0, topic("none", data(0, TestBroker.batch(1)))), 9);
    assertThat(request.closedBecause()).contains("UNKNOWN_TOPIC_OR_PARTITION");
  }

  @Test
  void refusesUnknownAcks() {
    broker.create("a", 1);
    assertThat(only(send(produce(2, topic("a", data(0, TestBroker.batch(1)))), 9)).errorCode())
        .isEqualTo(Errors.INVALID_REQUIRED_ACKS.code());
    assertThat(broker.log("a", 0).logEndOffset()).isZero();
  }

  @Test
  void tellsUnknownTopicsAndPartitions() {
    broker.create("a", 1);
    assertThat(only(send(produce(1, topic("b", data(0, TestBroker.batch(1)))), 9)).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    for (int index : new int[] {1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      PartitionProduceResponse answer = only(send(produce(1, topic("a", data(index, TestBroker.batch(1)))), 9));
      assertThat(answer.errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
      assertThat(answer.index()).isEqualTo(index);
      assertThat(answer.baseOffset()).isEqualTo(-1);
    }
    assertThat(only(send(produce(1, topic("", data(0, TestBroker.batch(1))).setTopicId(KafkaUuid.random())), 13)).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
  }

  @Test
  void refusesInternalTopicsButToTheAdminClient() {
    broker.create("__offsets", 1);
    ProduceRequest produce = produce(1, topic("__offsets", data(0, TestBroker.batch(1))));
    assertThat(only(send(produce, 9)).errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    FakeRequest admin = new FakeRequest(ProduceRequest.API, produce(1, topic("__offsets", data(0, TestBroker.batch(1)))), 9)
        .clientId("__admin_client");
    handler.handle(admin);
    assertThat(only(admin).errorCode()).isZero();
  }

  @Test
  void refusesWhatIsNotExactlyOneBatch() {
    broker.create("a", 1);
    assertThat(error(null)).isEqualTo(Errors.INVALID_RECORD);
    assertThat(error(Unpooled.EMPTY_BUFFER)).isEqualTo(Errors.INVALID_RECORD);
    assertThat(error(Unpooled.wrappedBuffer(TestBroker.batch(1), TestBroker.batch(1)))).isEqualTo(Errors.INVALID_RECORD);
    assertThat(error(Unpooled.wrappedBuffer(new byte[5]))).isEqualTo(Errors.INVALID_RECORD);
    assertThat(error(TestBroker.batch(2).writerIndex(40))).isEqualTo(Errors.INVALID_RECORD);
    ByteBuf whole = TestBroker.batch(2);
    assertThat(error(whole.copy(0, whole.readableBytes() - 1))).isEqualTo(Errors.INVALID_RECORD);
    assertThat(error(whole.copy().setInt(8, -5))).isEqualTo(Errors.CORRUPT_MESSAGE);
    assertThat(error(whole.copy().setInt(8, Integer.MAX_VALUE))).isEqualTo(Errors.INVALID_RECORD);
    assertThat(error(whole.copy().setByte(16, 1))).isEqualTo(Errors.INVALID_RECORD);
    assertThat(error(whole.copy().setByte(16, 3))).isEqualTo(Errors.CORRUPT_MESSAGE);
    assertThat(broker.log("a", 0).logEndOffset()).isZero();
  }

  @Test
  void namesTheRecordsAtFaultWhereTheVersionCan() {
    broker.create("a", 1);
    broker.log("a", 0).nextAppend = PartitionLog.Appended.failed(Errors.INVALID_RECORD, "no key",
        List.of(new Fault(0, "no key"), new Fault(2, "no key here either")));
    for (int version = 3; version <= 12; version++) {
      PartitionProduceResponse answer = only(send(produce(-1, topic("a", data(0, TestBroker.batch(3)))), version));
      assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_RECORD.code());
      if (version >= 8) {
        assertThat(answer.recordErrors()).hasSize(2);
        assertThat(answer.recordErrors().get(1).batchIndex()).isEqualTo(2);
        assertThat(answer.recordErrors().get(1).batchIndexErrorMessage()).isEqualTo("no key here either");
      } else {
        assertThat(answer.recordErrors()).isEmpty();
      }
    }
    broker.log("a", 0).nextAppend = PartitionLog.Appended.failed(Errors.CORRUPT_MESSAGE, "a batch");
    assertThat(only(send(produce(-1, topic("a", data(0, TestBroker.batch(3)))), 9)).recordErrors()).isEmpty();
  }

  private Errors error(ByteBuf records) {
    PartitionProduceResponse answer = only(send(produce(-1, topic("a", data(0, records))), 9));
    assertThat(answer.errorMessage()).isNotEmpty();
    return Errors.forCode(answer.errorCode());
  }

  @Test
  void refusesTransactionsThatNobodyBegan() {
    broker.create("a", 1);
    ByteBuf batch = TestBroker.batch(1);
    batch.setShort(RecordBatchFormat.ATTRIBUTES_OFFSET, RecordBatchFormat.TRANSACTIONAL_MASK);
    assertThat(error(batch.copy())).isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    ProduceRequest produce = produce(-1, topic("a", data(0, batch))).setTransactionalId("t");
    handler.setVerifier((claim, partition, add) -> CompletableFuture.completedFuture(Errors.TRANSACTION_ABORTABLE));
    assertThat(Errors.forCode(only(send(produce, 9)).errorCode())).isEqualTo(Errors.INVALID_TXN_STATE);
    assertThat(broker.log("a", 0).logEndOffset()).isZero();
  }

  @Test
  void refusesZstdBeforeVersion7() {
    broker.create("a", 1);
    ByteBuf zstd = TestBroker.batch(1);
    zstd.setShort(21, 4);
    assertThat(only(send(produce(1, topic("a", data(0, zstd.copy()))), 6)).errorCode())
        .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE.code());
    assertThat(only(send(produce(1, topic("a", data(0, zstd.copy()))), 7)).errorCode()).isZero();
  }

  @Test
  void answersEachPartitionForItselfAlsoTwice() {
    broker.create("a", 2);
    ProduceRequest produce = produce(-1, topic("a", data(0, TestBroker.batch(1)), data(5, TestBroker.batch(1)),
        data(0, TestBroker.batch(2))), topic("empty"));
    ProduceResponse response = send(produce, 9).answer(new ProduceResponse());
    assertThat(response.responses().get(0).partitionResponses()).extracting(PartitionProduceResponse::errorCode)
        .containsExactly((short) 0, Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), (short) 0);
    assertThat(response.responses().get(0).partitionResponses().get(2).baseOffset()).isEqualTo(1);
    assertThat(response.responses().get(1).partitionResponses()).isEmpty();
  }

  @Test
  void answersARequestWithoutTopics() {
    assertThat(send(produce(-1), 9).answer(new ProduceResponse()).responses()).isEmpty();
    assertThat(send(produce(0), 9).answeredNothing()).isTrue();
  }

  @Test
  void passesOnTheErrorsOfTheLog() {
    broker.create("a", 1);
    broker.log("a", 0).nextAppend = PartitionLog.Appended.failed(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, "expected 5");
    PartitionProduceResponse answer = only(send(produce(-1, topic("a", data(0, TestBroker.batch(1)))), 9));
    assertThat(answer.errorCode()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code());
    assertThat(answer.errorMessage()).isEqualTo("expected 5");
    assertThat(answer.baseOffset()).isEqualTo(-1);
  }

  /** Success must not be told before it is certain, also for what was appended long ago. */
  @Test
  void aDuplicateWithoutAnOffsetIsAnsweredWhenItIsCommitted() {
    broker.settings.set(ReplicaSettings.MARGAY_REPLICA_STALL_MS, "0");
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    send(produce(1, topic("a", data(0, TestBroker.batch(2)))), 9);
    broker.log("a", 0).nextAppend = PartitionLog.Appended.at(-1, 2, -1, true);
    FakeRequest again = send(produce(-1, topic("a", data(0, TestBroker.batch(1)))), 9);
    assertThat(again.isAnswered()).isFalse();
    broker.leader("a", 0).onFollowerFetch(2, 1, 2, 0);
    assertThat(only(again).errorCode()).isEqualTo(Errors.DUPLICATE_SEQUENCE_NUMBER.code());
    assertThat(only(again).baseOffset()).isEqualTo(-1);
  }

  @Test
  void tellsWhoLeads() {
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.OTHER, 4, BOTH, BOTH),
        TestBroker.partition(1, TestBroker.OTHER, 4, List.of(TestBroker.OTHER), List.of(TestBroker.OTHER))), Map.of());
    ProduceRequest produce = produce(-1, topic("a", data(0, TestBroker.batch(1)), data(1, TestBroker.batch(1))));
    ProduceResponse response = send(produce, 10).answer(new ProduceResponse());
    for (PartitionProduceResponse answer : response.responses().get(0).partitionResponses()) {
      assertThat(answer.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
      assertThat(answer.currentLeader().leaderId()).isEqualTo(2);
      assertThat(answer.currentLeader().leaderEpoch()).isEqualTo(4);
    }
    assertThat(response.nodeEndpoints()).hasSize(1);
    assertThat(response.nodeEndpoints().get(0).port()).isEqualTo(9002);
  }

  @Test
  void waitsForTheFollowers() {
    broker.settings.set(ReplicaSettings.MARGAY_REPLICA_STALL_MS, "0");
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    FakeRequest all = send(produce(-1, topic("a", data(0, TestBroker.batch(2)))), 9);
    FakeRequest one = send(produce(1, topic("a", data(0, TestBroker.batch(1)))), 9);
    assertThat(all.isAnswered()).isFalse();
    assertThat(only(one).errorCode()).isZero();
    broker.leader("a", 0).onFollowerFetch(2, 1, 1, 0);
    assertThat(all.isAnswered()).isFalse();
    broker.leader("a", 0).onFollowerFetch(2, 1, 2, 0);
    assertThat(only(all).errorCode()).isZero();
    assertThat(broker.leader("a", 0).highWatermark()).isEqualTo(2);
    assertThat(broker.scheduler.size()).as("only the one for lagging followers").isEqualTo(1);
  }

  @Test
  void timesOutWaitingForTheFollowers() {
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH), TestBroker.led(1)),
        Map.of());
    FakeRequest request = send(produce(-1, topic("a", data(0, TestBroker.batch(2)), data(1, TestBroker.batch(1)))), 9);
    broker.scheduler.advance(999);
    assertThat(request.isAnswered()).isFalse();
    broker.scheduler.advance(1);
    assertThat(request.answer(new ProduceResponse()).responses().get(0).partitionResponses())
        .extracting(PartitionProduceResponse::errorCode).containsExactly(Errors.REQUEST_TIMED_OUT.code(), (short) 0);
  }

  @Test
  void tellsWhenTheLeadershipEndsMeanwhile() {
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    FakeRequest request = send(produce(-1, topic("a", data(0, TestBroker.batch(2)))), 9);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, BOTH, BOTH));
    assertThat(only(request).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
  }

  @Test
  void tellsWhenTheTopicIsDeletedMeanwhile() {
    UUID id = broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    FakeRequest byName = send(produce(-1, topic("a", data(0, TestBroker.batch(1)))), 9);
    FakeRequest byId = send(produce(-1, topic("", data(0, TestBroker.batch(1))).setTopicId(id)), 13);
    assertThat(byName.isAnswered()).isFalse();
    broker.delete("a");
    assertThat(only(byName).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(only(byId).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    assertThat(broker.scheduler.size()).isZero();
  }

  @Test
  void aTimerThatComesBeforeTheWaitersEndsTheWait() {
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    broker.scheduler.runAtOnce();
    FakeRequest request = send(produce(-1, topic("a", data(0, TestBroker.batch(1)))), 9);
    assertThat(only(request).errorCode()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
  }

  @Test
  void answersAPartitionWhoseLogFailsWithAnError() {
    broker.create("a", 2);
    broker.log("a", 0).appendError = new OutOfMemoryError("of this test");
    FakeRequest request = send(produce(1, topic("a", data(0, TestBroker.batch(1)), data(1, TestBroker.batch(1)))), 9);
    assertThat(request.answer(new ProduceResponse()).responses().get(0).partitionResponses())
        .extracting(PartitionProduceResponse::errorCode).containsExactly(Errors.UNKNOWN_SERVER_ERROR.code(), Errors.NONE.code());
  }

  @Test
  void refusesWithTooFewInSync() {
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, List.of(TestBroker.SELF))),
        Map.of("min.insync.replicas", "2"));
    assertThat(only(send(produce(-1, topic("a", data(0, TestBroker.batch(2)))), 9)).errorCode())
        .isEqualTo(Errors.NOT_ENOUGH_REPLICAS.code());
    assertThat(only(send(produce(1, topic("a", data(0, TestBroker.batch(2)))), 9)).errorCode()).isZero();
  }

  @Test
  void tellsWhenTheInSyncReplicasBecameTooFew() {
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)),
        Map.of("min.insync.replicas", "2"));
    FakeRequest request = send(produce(-1, topic("a", data(0, TestBroker.batch(2)))), 9);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 0, BOTH, List.of(TestBroker.SELF)));
    assertThat(only(request).errorCode()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND.code());
  }

  @Test
  void oneAcknowledgementWaitsForThisDiskAndForNoFollower() {
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)),
        Map.of("margay.flush.policy", "ack"));
    FakeRequest one = send(produce(1, topic("a", data(0, TestBroker.batch(2)))), 9);
    FakeRequest all = send(produce(-1, topic("a", data(0, TestBroker.batch(1)))), 9);
    assertThat(one.isAnswered()).isFalse();
    broker.log("a", 0).flush();
    assertThat(only(one).errorCode()).isZero();
    assertThat(all.isAnswered()).isFalse();
    broker.leader("a", 0).onFollowerFetch(2, 1, 3, 0);
    assertThat(only(all).errorCode()).isZero();
  }

  @Test
  void waitsForTheDiskWhenTheTopicPromisesIt() {
    broker.create("a", 1, Map.of("margay.flush.policy", "ack"));
    FakeRequest all = send(produce(-1, topic("a", data(0, TestBroker.batch(2)))), 9);
    FakeRequest one = send(produce(1, topic("a", data(0, TestBroker.batch(1)))), 9);
    assertThat(all.isAnswered()).isFalse();
    assertThat(one.isAnswered()).isFalse();
    broker.log("a", 0).flush();
    assertThat(only(all).baseOffset()).isZero();
    assertThat(only(one).baseOffset()).isEqualTo(2);
  }

  @Test
  void tellsWhenTheDiskFailsMeanwhile() {
    broker.create("a", 1, Map.of("margay.flush.policy", "ack"));
    FakeRequest request = send(produce(-1, topic("a", data(0, TestBroker.batch(2)))), 9);
    broker.log("a", 0).offline = true;
    broker.log("a", 0).flush();
    assertThat(only(request).errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
  }

  @Test
  void answersWhatIsPendingWhenItLeaves() {
    broker.create("a", 1, Map.of("margay.flush.policy", "ack"));
    FakeRequest request = send(produce(-1, topic("a", data(0, TestBroker.batch(2)))), 9);
    handler.close();
    assertThat(only(request).errorCode()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
  }

  @Test
  void waitsInOrderForALogThatIsBeingOpened() {
    try (TestBroker late = new TestBroker()) {
      late.logs.hold = new CountDownLatch(1);
      late.create("a", 1);
      late.start();
      ProduceHandler produce = new ProduceHandler(late.replication);
      List<FakeRequest> requests = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        FakeRequest request = new FakeRequest(ProduceRequest.API, produce(-1, topic("a", data(0, TestBroker.batch(1)))), 9);
        produce.handle(request);
        assertThat(request.isAnswered()).isFalse();
        requests.add(request);
      }
      requests.remove(2).cancel();
      late.logs.hold.countDown();
      for (int i = 0; i < 4; i++) {
        assertThat(only(requests.get(i)).baseOffset()).isEqualTo(i);
      }
      assertThat(late.scheduler.size()).isZero();
    }
  }

  @Test
  void givesUpWaitingForALog() {
    try (TestBroker late = new TestBroker()) {
      late.logs.hold = new CountDownLatch(1);
      late.create("a", 1);
      late.start();
      FakeRequest request = new FakeRequest(ProduceRequest.API, produce(-1, topic("a", data(0, TestBroker.batch(1)))), 9);
      new ProduceHandler(late.replication).handle(request);
      late.scheduler.advance(1000);
      request.runLoop();
      assertThat(only(request).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
      late.logs.hold.countDown();
    }
  }

  @Test
  void buildsAnErrorForTheServer() {
    FakeRequest request = new FakeRequest(ProduceRequest.API, produce(1, topic("a", data(3, TestBroker.batch(1)))), 9);
    request.respond(handler.errorResponse(request, Errors.NOT_LEADER_OR_FOLLOWER));
    assertThat(only(request).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    FakeRequest unacknowledged = new FakeRequest(ProduceRequest.API, produce(0, topic("a", data(3, TestBroker.batch(1)))), 9);
    assertThat(handler.errorResponse(unacknowledged, Errors.NOT_LEADER_OR_FOLLOWER)).isNull();
    assertThat(Records.EMPTY.sizeBytes()).isZero();
  }
}
