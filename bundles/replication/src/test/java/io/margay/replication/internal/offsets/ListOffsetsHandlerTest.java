package io.margay.replication.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListOffsetsHandlerTest {
  private static final List<BrokerId> BOTH = List.of(TestBroker.SELF, TestBroker.OTHER);
  private final TestBroker broker = new TestBroker();
  private ListOffsetsHandler handler;

  @BeforeEach
  void start() {
    broker.start();
    broker.create("a", 1);
    handler = new ListOffsetsHandler(broker.replication);
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private static ListOffsetsRequest list(String topic, int... partitionsAndTimestamps) {
    ListOffsetsTopic asked = new ListOffsetsTopic().setName(topic);
    for (int i = 0; i < partitionsAndTimestamps.length; i += 2) {
      asked.partitions().add(new ListOffsetsPartition().setPartitionIndex(partitionsAndTimestamps[i])
          .setTimestamp(partitionsAndTimestamps[i + 1]));
    }
    return new ListOffsetsRequest().setReplicaId(-1).setTopics(List.of(asked));
  }

  private List<ListOffsetsPartitionResponse> ask(ListOffsetsRequest list, int version) {
    FakeRequest request = new FakeRequest(ListOffsetsRequest.API, list, version);
    handler.handle(request);
    return request.answer(new ListOffsetsResponse()).topics().get(0).partitions();
  }

  @Test
  void refusesMorePartitionsThanThereIsMemoryFor() {
    int[] some = new int[200];
    Arrays.setAll(some, i -> i % 2 == 0 ? i / 2 : -2);
    FakeRequest refused = new FakeRequest(ListOffsetsRequest.API, list("a", some), 5).budget(1000);
    handler.handle(refused);
    assertThat(refused.answer(new ListOffsetsResponse()).topics().get(0).partitions()).hasSize(100)
        .allSatisfy(partition -> assertThat(partition.errorCode()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code()));
    int[] many = new int[40_000];
    Arrays.setAll(many, i -> i % 2 == 0 ? i / 2 : -2);
    FakeRequest closed = new FakeRequest(ListOffsetsRequest.API, list("a", many), 5).budget(1_000_000);
    handler.handle(closed);
    assertThat(closed.closedBecause()).isNotNull();
    assertThat(ask(list("a", many), 5)).hasSize(20_000);
  }

  private ListOffsetsPartitionResponse ask(long timestamp, int version) {
    return ask(list("a", 0, (int) timestamp), version).get(0);
  }

  @Test
  void findsStartAndEndInEveryVersion() throws IOException {
    broker.append("a", 0, 7);
    broker.log("a", 0).advanceStart(2);
    for (int version = 1; version <= 11; version++) {
      assertThat(ask(-1, version)).satisfies(latest -> {
        assertThat(latest.errorCode()).isZero();
        assertThat(latest.offset()).isEqualTo(7);
        assertThat(latest.timestamp()).isEqualTo(-1);
      });
      assertThat(ask(-2, version).offset()).isEqualTo(2);
      assertThat(ask(-1, version).leaderEpoch()).isEqualTo(version >= 4 ? 0 : -1);
    }
  }

  @Test
  void findsByTimestamp() {
    broker.leader("a", 0).append(TestBroker.batch(1, 1000), PartitionLog.Origin.CLIENT, false);
    broker.leader("a", 0).append(TestBroker.batch(1, 3000), PartitionLog.Origin.CLIENT, false);
    broker.leader("a", 0).append(TestBroker.batch(1, 2000), PartitionLog.Origin.CLIENT, false);
    assertThat(ask(1500, 5).offset()).isEqualTo(1);
    assertThat(ask(1500, 5).timestamp()).isEqualTo(3000);
    assertThat(ask(5000, 5)).satisfies(none -> {
      assertThat(none.errorCode()).isZero();
      assertThat(none.offset()).isEqualTo(-1);
      assertThat(none.timestamp()).isEqualTo(-1);
    });
    assertThat(ask(-3, 7).offset()).isEqualTo(1);
    assertThat(ask(-3, 7).timestamp()).isEqualTo(3000);
  }

  @Test
  void findsNothingInAnEmptyLog() {
    assertThat(ask(-3, 7).offset()).isEqualTo(-1);
    assertThat(ask(0, 7).offset()).isEqualTo(-1);
    assertThat(ask(-1, 7).offset()).isZero();
    assertThat(ask(-2, 7).offset()).isZero();
  }

  @Test
  void knowsTheOtherSpecialTimestamps() {
    broker.append("a", 0, 3);
    assertThat(ask(-4, 8).offset()).isZero();
    assertThat(ask(-5, 9).offset()).isEqualTo(-1);
    assertThat(ask(-5, 9).errorCode()).isZero();
    assertThat(ask(-6, 11).offset()).isEqualTo(-1);
    assertThat(ask(-6, 11).errorCode()).isZero();
    assertThat(ask(-3, 6).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    assertThat(ask(-4, 7).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    assertThat(ask(-5, 8).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    assertThat(ask(-99, 11).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
  }

  @Test
  void showsEachKindOfReaderItsEnd() {
    broker.put("r", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    broker.append("r", 0, 5);
    broker.leader("r", 0).onFollowerFetch(2, 1, 4, 0);
    broker.log("r", 0).lastStableOffset = 3;
    assertThat(ask(list("r", 0, -1), 5).get(0).offset()).isEqualTo(4);
    assertThat(ask(list("r", 0, -1).setIsolationLevel((byte) 1), 5).get(0).offset()).isEqualTo(3);
    assertThat(ask(list("r", 0, -1).setReplicaId(2), 5).get(0).offset()).isEqualTo(5);
  }

  @Test
  void tellsErrors() {
    assertThat(ask(list("b", 0, -1), 5).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(ask(list("a", -1, -1, 9, 5), 5)).extracting(ListOffsetsPartitionResponse::errorCode)
        .containsOnly(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(ask(list("a", 0, -1, 0, -2), 5)).extracting(ListOffsetsPartitionResponse::errorCode)
        .containsExactly(Errors.INVALID_REQUEST.code(), Errors.INVALID_REQUEST.code());
    ListOffsetsRequest future = list("a", 0, -1);
    future.topics().get(0).partitions().get(0).setCurrentLeaderEpoch(3);
    assertThat(ask(future, 5).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, BOTH, BOTH));
    assertThat(ask(-1, 5).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(ask(list("a"), 5)).isEmpty();
  }

  @Test
  void waitsForALogThatIsBeingOpened() {
    try (TestBroker late = new TestBroker()) {
      late.logs.hold = new CountDownLatch(1);
      late.create("a", 1);
      late.start();
      FakeRequest request = new FakeRequest(ListOffsetsRequest.API, list("a", 0, -1), 5);
      FakeRequest impatient = new FakeRequest(ListOffsetsRequest.API, list("a", 0, -1).setTimeoutMs(10), 10);
      ListOffsetsHandler list = new ListOffsetsHandler(late.replication);
      list.handle(request);
      list.handle(impatient);
      late.scheduler.advance(10);
      impatient.runLoop();
      assertThat(impatient.answer(new ListOffsetsResponse()).topics().get(0).partitions().get(0).errorCode())
          .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
      late.logs.hold.countDown();
      assertThat(request.answer(new ListOffsetsResponse()).topics().get(0).partitions().get(0).errorCode()).isZero();
    }
  }

  @Test
  void buildsAnErrorForTheServer() {
    FakeRequest request = new FakeRequest(ListOffsetsRequest.API, list("a", 0, -1), 5);
    request.respond(handler.errorResponse(request, Errors.LEADER_NOT_AVAILABLE));
    assertThat(request.answer(new ListOffsetsResponse()).topics().get(0).partitions().get(0).errorCode())
        .isEqualTo(Errors.LEADER_NOT_AVAILABLE.code());
  }
}
