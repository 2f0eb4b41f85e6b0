package io.margay.replication.internal.fetch;

import static io.margay.replication.internal.fetch.Fetches.from;
import static io.margay.replication.internal.fetch.Fetches.inSession;
import static io.margay.replication.internal.fetch.Fetches.offsets;
import static io.margay.replication.internal.fetch.Fetches.only;
import static io.margay.replication.internal.fetch.Fetches.sessionless;
import static io.margay.replication.internal.fetch.Fetches.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchResponse;
import io.margay.replication.internal.ReplicationSettings;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FetchBoundsTest {
  private final TestBroker broker = new TestBroker();
  private FetchHandler handler;

  @BeforeEach
  void start() {
    broker.start();
    broker.create("a", 3);
    handler = new FetchHandler(broker.replication);
  }

  @AfterEach
  void stop() {
    handler.close();
    broker.close();
    assertThat(broker.scheduler.size()).isZero();
  }

  private static FetchPartition[] partitions(int count) {
    FetchPartition[] partitions = new FetchPartition[count];
    for (int i = 0; i < count; i++) {
      partitions[i] = from(i, 0);
    }
    return partitions;
  }

  private FakeRequest send(FakeRequest request) {
    handler.handle(request);
    return request;
  }

  private FetchResponse now(FetchRequest fetch) {
    return send(new FakeRequest(FetchRequest.API, fetch.setMaxWaitMs(0), 12)).answer(new FetchResponse());
  }

  @Test
  void refusesMorePartitionsThanThereIsMemoryFor() {
    FetchRequest fetch = sessionless(topic("a", partitions(65_000)));
    FakeRequest refused = send(new FakeRequest(FetchRequest.API, fetch, 12).budget(10_000_000));
    FetchResponse response = refused.answer(new FetchResponse());
    assertThat(response.errorCode()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
    assertThat(response.throttleTimeMs()).isPositive();
    FakeRequest old = send(new FakeRequest(FetchRequest.API, fetch, 4).budget(10_000_000));
    assertThat(old.closedBecause()).isNotNull();
    FakeRequest enough = send(new FakeRequest(FetchRequest.API, fetch, 12).budget(25_000_000));
    assertThat(enough.isAnswered()).isFalse();
    assertThat(enough.reservedBytes()).isGreaterThan(10_000_000);
    enough.cancel();
  }

  @Test
  void answersAtOnceWhatHasNoMemoryToWait() {
    FakeRequest refused = send(new FakeRequest(FetchRequest.API, sessionless(topic("a", from(0, 0))), 12).budget(0));
    FetchResponse response = refused.answer(new FetchResponse());
    assertThat(offsets(only(response))).isEmpty();
    assertThat(only(response).errorCode()).isZero();
    assertThat(response.throttleTimeMs()).isPositive();
    assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
    broker.append("a", 0, 1);
    FakeRequest served = send(new FakeRequest(FetchRequest.API, sessionless(topic("a", from(0, 0))), 12).budget(0));
    assertThat(offsets(only(served.answer(new FetchResponse())))).containsExactly(0L);
  }

  @Test
  void manyLargeSessionsTakeBoundedMemory() {
    broker.settings.set(ReplicationSettings.MARGAY_FETCH_SESSION_CACHE_BYTES, "1000000");
    List<Integer> sessions = new ArrayList<>();
    for (int i = 0; i < 54; i++) {
      FetchResponse response = now(inSession(0, 0, topic("a", partitions(2_000))));
      assertThat(response.errorCode()).isZero();
      sessions.add(response.sessionId());
    }
    assertThat(sessions.stream().filter(id -> id != 0).count()).isEqualTo(1_000_000 / (2_000 * FetchItem.SIZE_BYTES));
    assertThat(now(inSession(sessions.get(0), 1)).errorCode()).isZero();
  }

  @Test
  void aSessionThatGrowsTooLargeEnds() {
    broker.settings.set(ReplicationSettings.MARGAY_FETCH_SESSION_MAX_PARTITIONS, "2");
    int session = now(inSession(0, 0, topic("a", from(0, 0), from(1, 0)))).sessionId();
    assertThat(session).isPositive();
    FetchResponse grown = now(inSession(session, 1, topic("a", from(2, 0))));
    assertThat(grown.errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    FetchResponse without = now(inSession(0, 0, topic("a", from(0, 0), from(1, 0), from(2, 0))));
    assertThat(without.sessionId()).isZero();
    assertThat(without.responses().get(0).partitions()).hasSize(3);
  }

  @Test
  void aStrangerThatCallsItselfAReplicaReplacesNoSession() {
    broker.settings.set(ReplicationSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS, "1");
    int consumer = now(inSession(0, 0, topic("a", from(0, 0)))).sessionId();
    assertThat(consumer).isPositive();
    broker.nowMs.addAndGet(FetchSessionCache.EVICTION_MS);
    assertThat(now(inSession(consumer, 1)).errorCode()).isZero();
    broker.nowMs.addAndGet(1);
    assertThat(now(inSession(0, 0, topic("a", from(0, 0))).setReplicaId(77)).sessionId()).isZero();
    assertThat(now(inSession(0, 0, topic("a", from(0, 0))).setReplicaId(TestBroker.OTHER.value())).sessionId()).isPositive();
  }

  @Test
  void wakesThousandsOfConsumersOfOnePartition() {
    List<FakeRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      requests.add(send(new FakeRequest(FetchRequest.API, sessionless(topic("a", from(0, 0))), 12)));
    }
    for (int i = 0; i < requests.size(); i += 3) {
      requests.get(i).cancel();
    }
    broker.append("a", 0, 1);
    for (int i = 0; i < requests.size(); i++) {
      FakeRequest request = requests.get(i);
      request.runLoop();
      if (i % 3 == 0) {
        assertThat(request.answeredNothing()).isTrue();
      } else {
        assertThat(offsets(only(request.answer(new FetchResponse())))).containsExactly(0L);
      }
    }
    assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
  }

  @Test
  void countsWhatComesToEachOfManyPartitions() {
    int one = TestBroker.batch(1).readableBytes();
    FakeRequest request = send(new FakeRequest(FetchRequest.API, sessionless(topic("a", from(0, 0).setPartitionMaxBytes(one),
        from(1, 0), from(2, 0))).setMinBytes(3 * one), 12));
    for (int i = 0; i < 5; i++) {
      // no more of it than the fetch takes counts
      broker.append("a", 0, 1);
      request.runLoop();
    }
    assertThat(request.isAnswered()).isFalse();
    broker.append("a", 1, 1);
    broker.append("a", 2, 1);
    request.runLoop();
    assertThat(request.answer(new FetchResponse()).responses().get(0).partitions()).extracting(Fetches::offsets)
        .containsExactly(List.of(0L), List.of(0L), List.of(0L));
  }
}
