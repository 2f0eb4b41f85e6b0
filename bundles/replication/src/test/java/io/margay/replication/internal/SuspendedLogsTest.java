package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteRecordsResponse;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.OffsetForLeaderEpochRequest;
import io.margay.protocol.message.OffsetForLeaderEpochResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.replication.internal.fetch.FetchHandler;
import io.margay.replication.internal.offsets.DeleteRecordsHandler;
import io.margay.replication.internal.offsets.ListOffsetsHandler;
import io.margay.replication.internal.offsets.OffsetForLeaderEpochHandler;
import io.margay.replication.internal.produce.ProduceHandler;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.log.PartitionLog;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients see while a storage engine is replaced: they wait, in order and bounded, and see no error. */
class SuspendedLogsTest {
  private static final int WAIT_MS = 30_000;
  private static final List<BrokerId> BOTH = List.of(TestBroker.SELF, TestBroker.OTHER);
  private final TestBroker broker = new TestBroker();
  private ProduceHandler produce;
  private FetchHandler fetch;

  @BeforeEach
  void start() throws IOException {
    broker.start();
    broker.create("a", 2);
    produce = new ProduceHandler(broker.replication);
    fetch = new FetchHandler(broker.replication);
  }

  @AfterEach
  void stop() throws IOException {
    produce.close();
    fetch.close();
    broker.close();
    assertThat(broker.scheduler.size()).isZero();
  }

  private static PartitionProduceData data(int index, ByteBuf records) {
    return new PartitionProduceData().setIndex(index).setRecords(new BufferRecords(records));
  }

  private FakeRequest send(int acks, PartitionProduceData... data) {
    ProduceRequest message = new ProduceRequest().setAcks((short) acks).setTimeoutMs(60_000)
        .setTopicData(List.of(new TopicProduceData().setName("a").setPartitionData(List.of(data))));
    FakeRequest request = new FakeRequest(ProduceRequest.API, message, 9);
    produce.handle(request);
    return request;
  }

  private FakeRequest send(int partition) {
    return send(-1, data(partition, TestBroker.batch(1)));
  }

  private static List<PartitionProduceResponse> answers(FakeRequest request) {
    return request.answer(new ProduceResponse()).responses().get(0).partitionResponses();
  }

  private static long offset(FakeRequest request) {
    PartitionProduceResponse answer = answers(request).get(0);
    assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
    return answer.baseOffset();
  }

  private void passTime(long ms) {
    broker.nowMs.addAndGet(ms);
    broker.scheduler.advance(ms);
  }

  private FakeLog log(int partition) {
    return broker.log("a", partition);
  }

  @Test
  void producersWaitAndKeepTheirOrder() {
    log(0).suspend(true, true);
    List<FakeRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      requests.add(send(0));
      assertThat(requests.get(i).isAnswered()).isFalse();
    }
    assertThat(offset(send(1))).isZero();
    log(0).suspend(false, true);
    for (int i = 0; i < 5; i++) {
      assertThat(offset(requests.get(i))).isEqualTo(i);
    }
    assertThat(offset(send(0))).isEqualTo(5);
    assertThat(broker.replication.table().anyPaused()).isFalse();
  }

  @Test
  void anAppendThatFindsTheLogSuspendedBeforeTheReplicaKnowsIsRunAgainFirst() {
    log(0).suspend(true, false);
    FakeRequest first = send(0);
    FakeRequest second = send(0);
    assertThat(first.isAnswered()).isFalse();
    assertThat(second.isAnswered()).isFalse();
    log(0).tellSuspensionChange();
    log(0).suspend(false, true);
    assertThat(offset(first)).isZero();
    assertThat(offset(second)).isEqualTo(1);
  }

  @Test
  void anErrorInOneTaskLeavesTheReplicaUsable() {
    log(0).suspend(true, true);
    FakeRequest before = send(0);
    assertThat(broker.leader("a", 0).whenResumed(() -> {
      throw new StackOverflowError("of this test");
    })).isTrue();
    FakeRequest after = send(0);
    log(0).suspend(false, true);
    assertThat(offset(before)).isZero();
    assertThat(offset(after)).isEqualTo(1);
    assertThat(offset(send(0))).isEqualTo(2);
    log(0).suspend(true, true);
    FakeRequest again = send(0);
    log(0).appendError = new OutOfMemoryError("of this test");
    log(0).suspend(false, true);
    assertThat(answers(again).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
    log(0).appendError = null;
    assertThat(offset(send(0))).isEqualTo(3);
  }

  @Test
  void requestsThatWaitForALogAreAnsweredWhenTheLeadershipMovesAway() {
    log(0).suspend(true, true);
    FakeRequest request = send(0);
    FakeRequest list = listOffsets();
    // the log stays suspended: the broker of the test is not to wait for it
    broker.logs.hold = new CountDownLatch(1);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, BOTH, BOTH));
    broker.logs.hold = new CountDownLatch(0);
    assertThat(answers(request).get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(error(list)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(answers(send(0)).get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    log(0).suspend(false, true);
    assertThat(broker.replication.table().anyPaused()).isFalse();
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 2, BOTH, List.of(TestBroker.SELF)));
    assertThat(offset(send(0))).isZero();
  }

  @Test
  void requestsThatWaitForALogAreAnsweredWhenTheTopicIsDeleted() {
    log(0).suspend(true, true);
    FakeRequest request = send(0);
    FakeRequest list = listOffsets();
    broker.delete("a");
    assertThat(answers(request).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(error(list)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(broker.replication.table().anyPaused()).isFalse();
  }

  @Test
  void aRequestWhoseAnswerFailsAfterItsWaitGetsAnError() {
    log(0).suspend(true, true);
    FakeRequest list = listOffsets();
    log(0).boundsError = new OutOfMemoryError("of this test");
    log(0).suspend(false, true);
    assertThat(error(list)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
    log(0).boundsError = null;
    assertThat(offset(send(0))).isZero();
  }

  private FakeRequest listOffsets() {
    ListOffsetsRequest message = new ListOffsetsRequest().setReplicaId(-1);
    message.topics().add(new ListOffsetsRequest.ListOffsetsTopic().setName("a").setPartitions(List.of(
        new ListOffsetsRequest.ListOffsetsPartition().setTimestamp(-2))));
    FakeRequest request = new FakeRequest(ListOffsetsRequest.API, message, 5);
    new ListOffsetsHandler(broker.replication).handle(request);
    assertThat(request.isAnswered()).isFalse();
    return request;
  }

  private static short error(FakeRequest list) {
    return list.answer(new ListOffsetsResponse()).topics().get(0).partitions().get(0).errorCode();
  }

  @Test
  void whoIsRunAndFindsTheLogSuspendedOnceMoreStaysBeforeTheOthers() {
    log(0).suspend(true, true);
    FakeRequest first = send(0);
    FakeRequest second = send(0);
    FakeRequest third = send(0);
    // suspended again while the queue is emptied, after the first
    log(0).afterAppend = () -> log(0).suspend(true, false);
    log(0).suspend(false, true);
    log(0).tellSuspensionChange();
    assertThat(offset(first)).isZero();
    assertThat(second.isAnswered()).isFalse();
    FakeRequest fourth = send(0);
    log(0).suspend(false, true);
    assertThat(List.of(offset(second), offset(third), offset(fourth))).containsExactly(1L, 2L, 3L);
  }

  @Test
  void whatWasAppendedIsNotAppendedAgain() {
    log(1).suspend(true, true);
    FakeRequest both = send(-1, data(0, TestBroker.batch(2)), data(1, TestBroker.batch(3)));
    assertThat(both.isAnswered()).isFalse();
    assertThat(log(0).logEndOffset()).isEqualTo(2);
    // a later request of the other partition does not wait with it
    assertThat(offset(send(0))).isEqualTo(2);
    log(1).suspend(false, true);
    assertThat(answers(both)).extracting(PartitionProduceResponse::baseOffset).containsExactly(0L, 0L);
    assertThat(log(0).logEndOffset()).isEqualTo(3);
    assertThat(log(1).logEndOffset()).isEqualTo(3);
  }

  @Test
  void partitionsOfOneRequestKeepTheirOrderEach() {
    log(0).suspend(true, true);
    log(1).suspend(true, true);
    FakeRequest both = send(-1, data(0, TestBroker.batch(1)), data(1, TestBroker.batch(1)));
    FakeRequest second = send(1);
    log(1).suspend(false, true);
    assertThat(offset(second)).isEqualTo(1);
    assertThat(both.isAnswered()).isFalse();
    log(0).suspend(false, true);
    assertThat(answers(both)).extracting(PartitionProduceResponse::baseOffset).containsExactly(0L, 0L);
  }

  @Test
  void withoutAcksTheyWaitToo() {
    log(0).suspend(true, true);
    FakeRequest request = send(0, data(0, TestBroker.batch(1)));
    assertThat(request.isAnswered()).isFalse();
    log(0).suspend(false, true);
    assertThat(request.answeredNothing()).isTrue();
    assertThat(log(0).logEndOffset()).isEqualTo(1);
  }

  @Test
  void theWaitIsBounded() {
    log(0).suspend(true, true);
    FakeRequest request = send(-1, data(0, TestBroker.batch(1)), data(1, TestBroker.batch(1)));
    FakeRequest unacknowledged = send(0, data(0, TestBroker.batch(1)));
    passTime(WAIT_MS - 1);
    assertThat(request.isAnswered()).isFalse();
    passTime(1);
    assertThat(answers(request)).extracting(PartitionProduceResponse::errorCode)
        .containsExactly(Errors.NOT_LEADER_OR_FOLLOWER.code(), (short) 0);
    assertThat(unacknowledged.closedBecause()).contains("NOT_LEADER_OR_FOLLOWER");
    log(0).suspend(false, true);
    assertThat(log(0).logEndOffset()).isZero();
    assertThat(offset(send(0))).isZero();
  }

  @Test
  void aClientThatLeavesIsNotAppended() {
    log(0).suspend(true, true);
    FakeRequest gone = send(0);
    FakeRequest stays = send(0);
    gone.cancel();
    log(0).suspend(false, true);
    assertThat(offset(stays)).isZero();
    assertThat(gone.isAnswered()).isTrue();
  }

  @Test
  void theHandlerThatLeavesAnswersWhatWaits() {
    log(0).suspend(true, true);
    FakeRequest request = send(0);
    produce.close();
    assertThat(answers(request).get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(answers(send(0)).get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
  }

  @Test
  void aLogThatCannotGoOnAnswersItsError() {
    log(0).suspend(true, true);
    FakeRequest request = send(0);
    log(0).nextAppend = PartitionLog.Appended.failed(Errors.KAFKA_STORAGE_ERROR, "offline");
    log(0).suspend(false, true);
    assertThat(answers(request).get(0).errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
  }

  @Test
  void acknowledgementsThatWaitForTheDiskAskForItAgain() {
    broker.create("b", 1, Map.of("margay.flush.policy", "ack"));
    broker.append("b", 0, 1);
    broker.log("b", 0).suspend(true, true);
    broker.log("b", 0).flush(false);
    broker.log("b", 0).suspend(false, true);
    broker.log("b", 0).flush();
    assertThat(broker.leader("b", 0).highWatermark()).isEqualTo(1);
  }

  @Test
  void anEngineThatKeptNothingTakesTheHighWatermarkBack() {
    broker.append("a", 0, 5);
    log(0).suspend(true, true);
    log(0).lose();
    log(0).suspend(false, true);
    assertThat(broker.leader("a", 0).highWatermark()).isZero();
    assertThat(offset(send(0))).isZero();
    assertThat(broker.leader("a", 0).highWatermark()).isEqualTo(1);
  }

  @Test
  void aLeadershipBeginsWhenTheLogGoesOn() {
    log(0).suspend(true, true);
    broker.logs.hold = new CountDownLatch(1);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 1, p.replicas(), p.isr()));
    FakeRequest request = send(0);
    assertThat(request.isAnswered()).isFalse();
    log(0).suspend(false, true);
    assertThat(offset(request)).isZero();
    assertThat(broker.leader("a", 0).leaderEpoch().value()).isEqualTo(1);
  }

  // ------------------------------------------------------------------------------------------------ those that read

  private FakeRequest poll(int version, long offset) {
    FetchRequest message = new FetchRequest().setMinBytes(1).setMaxWaitMs(500).setSessionEpoch(-1).setTopics(List.of(
        new FetchRequest.FetchTopic().setTopic("a").setPartitions(new ArrayList<>(List.of(new FetchRequest.FetchPartition()
            .setPartition(0).setFetchOffset(offset).setPartitionMaxBytes(1 << 20))))));
    FakeRequest request = new FakeRequest(FetchRequest.API, message, version);
    fetch.handle(request);
    return request;
  }

  private static PartitionData only(FakeRequest request) {
    return request.answer(new FetchResponse()).responses().get(0).partitions().get(0);
  }

  @Test
  void aFetchIsEmptyWhileTheLogIsSuspended() {
    broker.append("a", 0, 3);
    log(0).suspend(true, true);
    FakeRequest request = poll(11, 0);
    assertThat(request.isAnswered()).isFalse();
    passTime(500);
    request.runLoop();
    PartitionData answer = only(request);
    assertThat(answer.errorCode()).isZero();
    assertThat(answer.records().sizeBytes()).isZero();
    assertThat(answer.highWatermark()).isEqualTo(3);
  }

  @Test
  void aFetchGoesOnWhenTheLogDoes() {
    broker.append("a", 0, 3);
    for (boolean told : new boolean[] {true, false}) {
      log(0).suspend(true, told);
      FakeRequest request = poll(11, 0);
      assertThat(request.isAnswered()).isFalse();
      log(0).suspend(false, true);
      request.runLoop();
      assertThat(only(request).records().sizeBytes()).isPositive();
    }
  }

  private static FetchRequest.FetchTopic fetched(String topic) {
    return new FetchRequest.FetchTopic().setTopic(topic).setPartitions(new ArrayList<>(List.of(
        new FetchRequest.FetchPartition().setPartition(0).setPartitionMaxBytes(1 << 20))));
  }

  @Test
  void aFetchThatWaitsForOneLogIsAnsweredWhenAnotherOfItsTopicsIsDeleted() {
    broker.create("b", 1);
    log(0).suspend(true, true);
    FetchRequest message = new FetchRequest().setMinBytes(1).setMaxWaitMs(500).setSessionEpoch(-1)
        .setTopics(List.of(fetched("a"), fetched("b")));
    FakeRequest request = new FakeRequest(FetchRequest.API, message, 11);
    fetch.handle(request);
    request.runLoop();
    assertThat(request.isAnswered()).isFalse();
    // The broker of the tests does not wait then until all logs are in use.
    broker.logs.hold = new CountDownLatch(1);
    broker.delete("b");
    request.runLoop();
    List<FetchResponse.FetchableTopicResponse> topics = request.answer(new FetchResponse()).responses();
    assertThat(topics.get(0).partitions().get(0).errorCode()).isZero();
    assertThat(Errors.forCode(topics.get(1).partitions().get(0).errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    log(0).suspend(false, true);
  }

  @Test
  void aFetchFailsWhenTheLogIsAwayForTooLong() {
    log(0).suspend(true, true);
    passTime(WAIT_MS + 1);
    FakeRequest request = poll(11, 0);
    assertThat(only(request).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
  }

  private FakeRequest find(long timestamp) {
    ListOffsetsRequest message = new ListOffsetsRequest().setReplicaId(-1);
    message.topics().add(new ListOffsetsRequest.ListOffsetsTopic().setName("a").setPartitions(List.of(
        new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(0).setTimestamp(timestamp))));
    FakeRequest request = new FakeRequest(ListOffsetsRequest.API, message, 7);
    new ListOffsetsHandler(broker.replication).handle(request);
    return request;
  }

  private static ListOffsetsResponse.ListOffsetsPartitionResponse found(FakeRequest request) {
    return request.answer(new ListOffsetsResponse()).topics().get(0).partitions().get(0);
  }

  @Test
  void lookUpsWait() {
    broker.append("a", 0, 3);
    for (long timestamp : new long[] {-1, 1}) {
      for (boolean told : new boolean[] {true, false}) {
        log(0).suspend(true, told);
        FakeRequest request = find(timestamp);
        if (told || timestamp > 0) {
          log(0).awaitRefusedCall(told);
          assertThat(request.isAnswered()).isFalse();
        }
        log(0).suspend(false, true);
        assertThat(found(request).errorCode()).isZero();
        assertThat(found(request).offset()).isEqualTo(timestamp > 0 ? 0 : 3);
      }
    }
    log(0).suspend(true, true);
    FakeRequest vain = find(1);
    passTime(WAIT_MS);
    vain.runLoop();
    assertThat(found(vain).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
  }

  @Test
  void epochsAndDeletionsWait() {
    broker.append("a", 0, 3);
    log(0).suspend(true, true);
    OffsetForLeaderEpochRequest epochs = new OffsetForLeaderEpochRequest().setReplicaId(-1);
    epochs.topics().add(new OffsetForLeaderEpochRequest.OffsetForLeaderTopic().setTopic("a").setPartitions(List.of(
        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition().setPartition(0).setCurrentLeaderEpoch(-1).setLeaderEpoch(0))));
    FakeRequest asked = new FakeRequest(OffsetForLeaderEpochRequest.API, epochs, 4);
    new OffsetForLeaderEpochHandler(broker.replication).handle(asked);
    DeleteRecordsRequest deletion = new DeleteRecordsRequest().setTimeoutMs(60_000);
    deletion.topics().add(new DeleteRecordsRequest.DeleteRecordsTopic().setName("a").setPartitions(List.of(
        new DeleteRecordsRequest.DeleteRecordsPartition().setPartitionIndex(0).setOffset(2))));
    FakeRequest deleted = new FakeRequest(DeleteRecordsRequest.API, deletion, 2);
    new DeleteRecordsHandler(broker.replication).handle(deleted);
    assertThat(asked.isAnswered()).isFalse();
    assertThat(deleted.isAnswered()).isFalse();
    log(0).suspend(false, true);
    assertThat(asked.answer(new OffsetForLeaderEpochResponse()).topics().get(0).partitions().get(0).endOffset()).isEqualTo(3);
    assertThat(deleted.answer(new DeleteRecordsResponse()).topics().get(0).partitions().get(0).lowWatermark()).isEqualTo(2);
  }
}
