package io.margay.replication.internal.fetch;

import static io.margay.replication.internal.fetch.Fetches.from;
import static io.margay.replication.internal.fetch.Fetches.inSession;
import static io.margay.replication.internal.fetch.Fetches.offsets;
import static io.margay.replication.internal.fetch.Fetches.only;
import static io.margay.replication.internal.fetch.Fetches.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchRequest.ForgottenTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.FakeLog;
import io.margay.replication.internal.ReplicationSettings;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchSessionTest {
  private final TestBroker broker = new TestBroker();
  private FetchHandler handler;
  private UUID id;

  @BeforeEach
  void start() throws IOException {
    FakeLog.UNRELEASED.set(0);
    broker.start();
    id = broker.create("a", 6);
    handler = new FetchHandler(broker.replication);
  }

  @AfterEach
  void stop() throws IOException {
    handler.close();
    broker.close();
    assertThat(FakeLog.UNRELEASED).hasValue(0);
  }

  private FetchResponse now(FetchRequest fetch, int version) {
    FakeRequest request = new FakeRequest(FetchRequest.API, fetch.setMaxWaitMs(0), version);
    handler.handle(request);
    return request.answer(new FetchResponse());
  }

  private static List<Integer> partitions(FetchResponse response) {
    List<Integer> partitions = new ArrayList<>();
    for (FetchableTopicResponse topic : response.responses()) {
      topic.partitions().forEach(partition -> partitions.add(partition.partitionIndex()));
    }
    return partitions;
  }

  @Test
  void tellsOnlyWhatChanged() throws IOException {
    FetchResponse full = now(inSession(0, 0, topic(id, from(0, 0), from(1, 0), from(2, 0))), 13);
    int session = full.sessionId();
    assertThat(session).isPositive();
    assertThat(partitions(full)).containsExactly(0, 1, 2);
    assertThat(partitions(now(inSession(session, 1), 13))).isEmpty();
    broker.append("a", 1, 2);
    FetchResponse changed = now(inSession(session, 2), 13);
    assertThat(changed.sessionId()).isEqualTo(session);
    assertThat(offsets(only(changed))).containsExactly(0L);
    // the offset was not moved by the client, so the same comes again
    assertThat(offsets(only(now(inSession(session, 3), 13)))).containsExactly(0L);
    assertThat(partitions(now(inSession(session, 4, topic(id, from(1, 2))), 13))).isEmpty();
    broker.log("a", 2).advanceStart(0);
    broker.log("a", 1).advanceStart(1);
    assertThat(only(now(inSession(session, 5), 13)).logStartOffset()).isEqualTo(1);
    assertThat(partitions(now(inSession(session, 6), 13))).isEmpty();
  }

  @Test
  void forgetsAndAddsPartitions() throws IOException {
    int session = now(inSession(0, 0, topic("a", from(0, 0), from(1, 0))), 12).sessionId();
    broker.append("a", 0, 1);
    broker.append("a", 2, 1);
    ForgottenTopic forgotten = new ForgottenTopic().setTopic("a").setPartitions(List.of(0));
    FetchResponse response = now(inSession(session, 1, topic("a", from(2, 0))).setForgottenTopicsData(List.of(forgotten)), 12);
    assertThat(partitions(response)).containsExactly(2);
    ForgottenTopic all = new ForgottenTopic().setTopic("a").setPartitions(List.of(1, 2, 99));
    FetchResponse last = now(inSession(session, 2).setForgottenTopicsData(List.of(all)), 12);
    assertThat(last.sessionId()).isZero();
    assertThat(now(inSession(session, 3), 12).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  @Test
  void refusesWrongIdsAndEpochs() throws IOException {
    int session = now(inSession(0, 0, topic("a", from(0, 0))), 12).sessionId();
    FetchResponse unknown = now(inSession(session ^ 1, 1), 12);
    assertThat(unknown.errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    assertThat(unknown.sessionId()).isZero();
    assertThat(now(inSession(session, 2), 12).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
    assertThat(now(inSession(session, -7), 12).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
    assertThat(now(inSession(session, 1), 13).errorCode()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR.code());
    assertThat(now(inSession(session, 1), 12).errorCode()).isZero();
    assertThat(now(inSession(session, 1), 12).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
  }

  @Test
  void endsASession() throws IOException {
    int session = now(inSession(0, 0, topic("a", from(0, 0))), 12).sessionId();
    FetchResponse last = now(inSession(session, -1), 12);
    assertThat(last.sessionId()).isZero();
    assertThat(now(inSession(session, 1), 12).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    int other = now(inSession(0, 0, topic("a", from(0, 0))), 12).sessionId();
    int renewed = now(inSession(other, 0, topic("a", from(0, 0))), 12).sessionId();
    assertThat(renewed).isNotEqualTo(other);
    assertThat(now(inSession(other, 1), 12).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  @Test
  void repeatsErrorsAndTellsWhenTheyAreOver() throws IOException {
    int session = now(inSession(0, 0, topic("a", from(0, 0))), 12).sessionId();
    assertThat(only(now(inSession(session, 1, topic("a", from(0, 5))), 12)).errorCode())
        .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    assertThat(only(now(inSession(session, 2), 12)).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    assertThat(only(now(inSession(session, 3, topic("a", from(0, 0))), 12)).errorCode()).isZero();
    assertThat(partitions(now(inSession(session, 4), 12))).isEmpty();
  }

  @Test
  void servesPartitionsWithRecordsInTurn() throws IOException {
    int size = TestBroker.batch(1).readableBytes();
    for (int i = 0; i < 3; i++) {
      broker.append("a", i, 1);
    }
    FetchRequest open = inSession(0, 0, topic("a", from(0, 0), from(1, 0), from(2, 0))).setMaxBytes(0);
    int session = now(open, 12).sessionId();
    List<Integer> served = new ArrayList<>();
    for (int epoch = 1; epoch <= 6; epoch++) {
      FetchResponse response = now(inSession(session, epoch).setMaxBytes(size), 12);
      for (FetchableTopicResponse topic : response.responses()) {
        topic.partitions().stream().filter(p -> p.records().sizeBytes() > 0).forEach(p -> served.add(p.partitionIndex()));
      }
    }
    assertThat(served).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void tellsAHighWatermarkThatMovedWithoutRecords() throws IOException {
    int session = now(inSession(0, 0, topic("a", from(0, 0), from(1, 0))), 12).sessionId();
    broker.append("a", 0, 1);
    broker.append("a", 1, 1);
    FetchResponse response = now(inSession(session, 1).setMaxBytes(1), 12);
    assertThat(partitions(response)).containsExactly(0, 1);
    assertThat(response.responses().get(0).partitions().get(1).records().sizeBytes()).isZero();
    assertThat(response.responses().get(0).partitions().get(1).highWatermark()).isEqualTo(1);
  }

  @Test
  void tellsThatADivergenceIsOver() throws IOException {
    broker.append("a", 0, 3);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 5, p.replicas(), p.isr()));
    int session = now(inSession(0, 0, topic("a", from(0, 3).setLastFetchedEpoch(5))), 12).sessionId();
    assertThat(only(now(inSession(session, 1, topic("a", from(0, 3).setLastFetchedEpoch(4))), 12)).divergingEpoch().epoch())
        .isZero();
    assertThat(partitions(now(inSession(session, 2, topic("a", from(0, 3).setLastFetchedEpoch(0))), 12))).containsExactly(0);
    assertThat(partitions(now(inSession(session, 3), 12))).isEmpty();
  }

  @Test
  void goesWithoutASessionWhenTheCacheIsFull() throws IOException {
    broker.settings.set(ReplicationSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS, "1");
    int first = now(inSession(0, 0, topic("a", from(0, 0))), 12).sessionId();
    assertThat(first).isPositive();
    FetchResponse second = now(inSession(0, 0, topic("a", from(0, 0))), 12);
    assertThat(second.sessionId()).isZero();
    assertThat(only(second).errorCode()).isZero();
    assertThat(now(inSession(first, 1), 12).errorCode()).isZero();
    broker.nowMs.addAndGet(FetchSessionCache.EVICTION_MS + 1);
    assertThat(now(inSession(0, 0, topic("a", from(0, 0))), 12).sessionId()).isPositive();
    assertThat(now(inSession(first, 2), 12).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  @Test
  void aNewHandlerKnowsNoSession() throws IOException {
    int session = now(inSession(0, 0, topic("a", from(0, 0))), 12).sessionId();
    handler.close();
    handler = new FetchHandler(broker.replication);
    assertThat(now(inSession(session, 1), 12).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  /** A client that fetches in a session learns the same as one that gets everything each time. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aSessionTellsAsMuchAsFullAnswers(long seed) throws IOException {
    Random random = new Random(seed);
    boolean ids = random.nextBoolean();
    int version = ids ? 13 : 12;
    Map<Integer, Long> wanted = new TreeMap<>();
    Map<Integer, String> learned = new TreeMap<>();
    int session = 0;
    int epoch = 0;
    Map<Integer, Long> changed = new TreeMap<>();
    List<Integer> forgotten = new ArrayList<>();
    wanted.put(0, 0L);
    changed.put(0, 0L);
    for (int step = 0; step < 300; step++) {
      int partition = random.nextInt(6);
      switch (random.nextInt(6)) {
        case 0, 1 -> broker.append("a", partition, 1 + random.nextInt(3));
        case 2 -> broker.log("a", partition).advanceStart(random.nextInt((int) broker.log("a", partition).logEndOffset() + 1));
        case 3 -> {
          wanted.put(partition, (long) random.nextInt(20));
          changed.put(partition, wanted.get(partition));
          forgotten.remove((Integer) partition);
        }
        case 4 -> {
          if (wanted.size() > 1 && wanted.remove(partition) != null && changed.remove(partition) == null) {
            forgotten.add(partition);
          } else if (!wanted.containsKey(partition) && session != 0 && !forgotten.contains(partition)) {
            forgotten.add(partition);
          }
        }
        default -> {
          FetchRequest request = inSession(session, epoch, request(ids, changed));
          request.setForgottenTopicsData(forgotten.isEmpty() ? List.of() : List.of((ids ? new ForgottenTopic().setTopicId(id)
              : new ForgottenTopic().setTopic("a")).setPartitions(forgotten)));
          FetchResponse response = now(request, version);
          assertThat(response.errorCode()).as("seed %d step %d", seed, step).isZero();
          session = response.sessionId();
          epoch++;
          learned.keySet().retainAll(wanted.keySet());
          changed = new TreeMap<>();
          forgotten = new ArrayList<>();
          learn(response, learned);
          Map<Integer, String> complete = new TreeMap<>();
          learn(now(Fetches.sessionless(request(ids, wanted)), version), complete);
          assertThat(learned).as("seed %d step %d", seed, step).isEqualTo(complete);
        }
      }
    }
    assertThat(epoch).isGreaterThan(10);
  }

  private FetchTopic request(boolean ids, Map<Integer, Long> wanted) {
    FetchTopic topic = ids ? topic(id) : topic("a");
    wanted.forEach((partition, offset) -> topic.partitions().add(from(partition, offset)));
    return topic;
  }

  private static void learn(FetchResponse response, Map<Integer, String> learned) throws IOException {
    for (FetchableTopicResponse topic : response.responses()) {
      for (PartitionData data : topic.partitions()) {
        learned.put(data.partitionIndex(), data.errorCode() + "/" + data.highWatermark() + "/" + data.logStartOffset() + "/"
            + offsets(data));
      }
    }
  }
}
