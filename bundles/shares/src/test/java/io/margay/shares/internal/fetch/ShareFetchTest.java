package io.margay.shares.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.model.LineLimit;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ShareAcknowledgeRequest;
import io.margay.protocol.message.ShareAcknowledgeResponse;
import io.margay.protocol.message.ShareFetchRequest;
import io.margay.protocol.message.ShareFetchResponse;
import io.margay.shares.internal.leader.MemoryPartition;
import io.margay.shares.internal.leader.MemoryStates;
import io.margay.shares.internal.leader.ShareEnvironment;
import io.margay.shares.internal.leader.SharePartitions;
import io.margay.shares.internal.partition.ShareLimits;
import io.margay.shares.internal.partition.TestLimits;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ShareFetch and ShareAcknowledge as clients see them. */
class ShareFetchTest {
  private static final UUID T = new UUID(1, 1);

  private final ManualTime time = new ManualTime();
  private final TestLimits limits = new TestLimits();
  private final MemoryStates states = new MemoryStates();
  private final MemoryPartition log = new MemoryPartition(T);
  private final MemoryPartition second = new MemoryPartition(T, 1);
  private short shareVersion = 1;
  private int leader = 1;
  private int maxSessions = 2;
  private int maxPartitions = 3;
  private int most = 10;
  private boolean broken;
  private SharePartitions partitions;
  private ShareFetchHandler fetches;
  private ShareAcknowledgeHandler acknowledgements;
  private ShareSessions sessions;

  private final ShareCluster cluster = new ShareCluster() {
    @Override
    public ClusterImage image() {
      BrokerId id = new BrokerId(leader);
      PartitionImage p = new PartitionImage(0, List.of(id), List.of(id), id, new LeaderEpoch(3), 0);
      PartitionImage q = new PartitionImage(1, List.of(id), List.of(id), id, new LeaderEpoch(3), 0);
      TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
      brokers.put(id, new BrokerImage(id, 1, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), null, false));
      return new ClusterImage("c", 1, id, brokers, TopicsImage.of(Map.of("t", new TopicImage("t", T, false, List.of(p, q)))), Map.of(),
          Map.of("share.version", shareVersion));
    }

    @Override
    public BrokerId self() {
      return new BrokerId(1);
    }

    @Override
    public int waitMs() {
      return 1_000;
    }

    @Override
    public int maxBytes() {
      return 1 << 20;
    }

    @Override
    public int maxPartitions() {
      return maxPartitions;
    }

    @Override
    public ShareLimits limits(String groupId) {
      if (broken) {
        throw new IllegalStateException("broken");
      }
      return limits;
    }
  };

  @BeforeEach
  void start() {
    ShareEnvironment environment = new ShareEnvironment(time, time, Runnable::run, states, new ShareEnvironment.Groups() {
      @Override
      public ShareLimits limits(String groupId) {
        return limits;
      }

      @Override
      public String autoOffsetReset(String groupId) {
        return "earliest";
      }
    }, batch -> CompletableFuture.completedFuture(true), new LineLimit(time));
    partitions = new SharePartitions(environment, () -> most);
    partitions.elected(log);
    partitions.elected(second);
    sessions = new ShareSessions(() -> maxSessions, environment::elapsedMs);
    ShareService service = new ShareService(cluster, partitions, sessions, time);
    fetches = new ShareFetchHandler(service, time, Runnable::run);
    acknowledgements = new ShareAcknowledgeHandler(service);
  }

  private static ShareFetchRequest query(String member, int epoch, int... partitions) {
    ShareFetchRequest query = new ShareFetchRequest().setGroupId("g").setMemberId(member).setShareSessionEpoch(epoch).setMaxWaitMs(500)
        .setMinBytes(1).setMaxRecords(100).setBatchSize(100);
    ShareFetchRequest.FetchTopic topic = new ShareFetchRequest.FetchTopic().setTopicId(T);
    for (int p : partitions) {
      topic.partitions().add(new ShareFetchRequest.FetchPartition().setPartitionIndex(p));
    }
    if (partitions.length > 0) {
      query.topics().add(topic);
    }
    return query;
  }

  private static ShareFetchRequest accepting(ShareFetchRequest query, long first, long last) {
    query.topics().get(0).partitions().get(0).acknowledgementBatches().add(new ShareFetchRequest.AcknowledgementBatch().setFirstOffset(first)
        .setLastOffset(last).setAcknowledgeTypes(new ArrayList<>(List.of((byte) 1))));
    return query;
  }

  private FakeRequest send(ShareFetchRequest query) {
    FakeRequest request = new FakeRequest(ShareFetchRequest.API, query, 2);
    fetches.handle(request);
    request.runLoop();
    return request;
  }

  private FakeRequest send(ShareFetchRequest query, FakeRequest connection) {
    FakeRequest request = new FakeRequest(ShareFetchRequest.API, query, 2).after(connection);
    fetches.handle(request);
    request.runLoop();
    return request;
  }

  private ShareFetchResponse fetch(ShareFetchRequest query) {
    return send(query).answer(new ShareFetchResponse());
  }

  private ShareAcknowledgeResponse acknowledge(String member, int epoch, long first, long last, int type) {
    ShareAcknowledgeRequest query = new ShareAcknowledgeRequest().setGroupId("g").setMemberId(member).setShareSessionEpoch(epoch)
        .setIsRenewAck(type == 4);
    ShareAcknowledgeRequest.AcknowledgeTopic topic = new ShareAcknowledgeRequest.AcknowledgeTopic().setTopicId(T);
    ShareAcknowledgeRequest.AcknowledgePartition partition = new ShareAcknowledgeRequest.AcknowledgePartition().setPartitionIndex(0);
    partition.acknowledgementBatches().add(new ShareAcknowledgeRequest.AcknowledgementBatch().setFirstOffset(first).setLastOffset(last)
        .setAcknowledgeTypes(new ArrayList<>(List.of((byte) type))));
    topic.partitions().add(partition);
    query.topics().add(topic);
    FakeRequest request = new FakeRequest(ShareAcknowledgeRequest.API, query, 2);
    acknowledgements.handle(request);
    return request.answer(new ShareAcknowledgeResponse());
  }

  private static ShareFetchResponse.PartitionData only(ShareFetchResponse response) {
    assertThat(response.errorCode()).isZero();
    assertThat(response.responses()).hasSize(1);
    return response.responses().get(0).partitions().get(0);
  }

  private static Errors error(ShareAcknowledgeResponse response) {
    return Errors.forCode(response.errorCode() != 0 ? response.errorCode() : response.responses().get(0).partitions().get(0).errorCode());
  }

  @Test
  void aSessionFetchesAndAcknowledges() {
    log.append(3);
    ShareFetchResponse.PartitionData first = only(fetch(query("a", 0, 0)));
    assertThat(first.acquiredRecords()).hasSize(1);
    assertThat(first.acquiredRecords().get(0).lastOffset()).isEqualTo(2);
    log.append(1);
    ShareFetchResponse.PartitionData second = only(fetch(accepting(query("a", 1, 0), 0, 2)));
    assertThat(second.acknowledgeErrorCode()).isZero();
    assertThat(second.acquiredRecords().get(0).firstOffset()).isEqualTo(3);
    assertThat(error(acknowledge("a", 2, 3, 3, 1))).isEqualTo(Errors.NONE);
    assertThat(error(acknowledge("a", 3, 3, 3, 1))).isEqualTo(Errors.INVALID_RECORD_STATE);
  }

  @Test
  void aFetchWaitsForRecords() {
    FakeRequest request = send(query("a", 0, 0));
    assertThat(request.isAnswered()).isFalse();
    log.append(1);
    request.runLoop();
    assertThat(only(request.answer(new ShareFetchResponse())).acquiredRecords()).hasSize(1);
  }

  @Test
  void aFetchEndsWithoutRecordsWhenItsTimeIsOver() {
    FakeRequest request = send(query("a", 0, 0));
    time.advance(500);
    request.runLoop();
    assertThat(request.answer(new ShareFetchResponse()).responses()).isEmpty();
    assertThat(time.timers()).isZero();
  }

  @Test
  void ofSeveralThatWaitOneGetsTheRecords() {
    FakeRequest a = send(query("a", 0, 0));
    FakeRequest b = send(query("b", 0, 0));
    log.append(2);
    a.runLoop();
    b.runLoop();
    assertThat(a.isAnswered() ^ b.isAnswered()).isTrue();
    log.append(2);
    a.runLoop();
    b.runLoop();
    assertThat(a.isAnswered() && b.isAnswered()).isTrue();
  }

  @Test
  void aClientThatDisappearsGivesEverythingBack() {
    log.append(1);
    only(fetch(query("a", 0, 0)));
    FakeRequest waiting = send(query("a", 1));
    waiting.cancel();
    assertThat(waiting.answeredNothing()).isTrue();
    assertThat(sessions.size()).isZero();
    assertThat(only(fetch(query("b", 0, 0))).acquiredRecords().get(0).deliveryCount()).isEqualTo((short) 2);
  }

  @Test
  void aFetchThatIsCancelledLateLeavesTheNextSessionAlone() {
    FakeRequest waiting = send(query("a", 0, 0));
    FakeRequest next = send(query("a", 0, 0));
    waiting.cancel();
    assertThat(sessions.size()).as("of the next connection").isEqualTo(1);
    log.append(1);
    next.runLoop();
    assertThat(only(next.answer(new ShareFetchResponse())).acquiredRecords()).hasSize(1);
  }

  @Test
  void aConnectionThatClosesBetweenRequestsGivesEverythingBack() {
    log.append(1);
    FakeRequest first = send(query("a", 0, 0));
    only(first.answer(new ShareFetchResponse()));
    FakeRequest waiting = send(query("b", 0, 0));
    first.disconnect();
    waiting.runLoop();
    assertThat(only(waiting.answer(new ShareFetchResponse())).acquiredRecords().get(0).deliveryCount()).isEqualTo((short) 2);
    assertThat(sessions.size()).isEqualTo(1);
  }

  @Test
  void aConnectionThatClosesLateLeavesTheNextSessionAlone() {
    log.append(1);
    FakeRequest first = send(query("a", 0, 0));
    FakeRequest next = send(query("a", 0, 0));
    first.disconnect();
    assertThat(sessions.size()).isEqualTo(1);
    assertThat(next.isAnswered()).isFalse();
    FakeRequest last = send(query("a", -1), next);
    assertThat(last.answer(new ShareFetchResponse()).errorCode()).isZero();
    assertThat(sessions.size()).isZero();
    next.disconnect();
  }

  @Test
  void aFetchWaitsForAsManyBytesAsItAsksFor() {
    log.append(1);
    FakeRequest patient = send(query("a", 0, 0, 1).setMinBytes(100));
    assertThat(patient.isAnswered()).as("a record takes less").isFalse();
    second.append(1);
    patient.runLoop();
    ShareFetchResponse answer = patient.answer(new ShareFetchResponse());
    assertThat(answer.responses().get(0).partitions()).as("both together are enough").hasSize(2);
    FakeRequest late = send(query("a", 1).setMinBytes(100_000));
    log.append(1);
    late.runLoop();
    assertThat(late.isAnswered()).isFalse();
    time.advance(500);
    late.runLoop();
    assertThat(only(late.answer(new ShareFetchResponse())).acquiredRecords()).as("its time is over").hasSize(1);
    assertThat(time.timers()).as("of two locks").isEqualTo(2);
  }

  @Test
  void anAnswerThatCannotBeBuiltIsAnErrorAndGivesBackWhatWasAcquired() {
    log.append(1);
    broken = true;
    assertThat(fetch(query("a", 0, 0)).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
    FakeRequest waiting = send(query("a", 1, 0));
    assertThat(waiting.answer(new ShareFetchResponse()).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
    broken = false;
    assertThat(only(fetch(query("b", 0, 0))).acquiredRecords().get(0).deliveryCount()).isEqualTo((short) 1);
  }

  @Test
  void whatWaitsIsAnsweredWithAnErrorWhenItCannotBeAnsweredAtTheEnd() {
    FakeRequest waiting = send(query("a", 0, 0));
    broken = true;
    fetches.close();
    assertThat(waiting.answer(new ShareFetchResponse()).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
  }

  @Test
  void aPatientFetchLooksOnceBeforeItWaits() {
    log.append(1);
    FakeRequest patient = send(query("a", 0, 0).setMinBytes(100_000));
    assertThat(patient.isAnswered()).isFalse();
    assertThat(log.reads).isEqualTo(1);
  }

  @Test
  void whatAPatientFetchLeavesIsForOthersAtOnce() {
    log.append(1);
    FakeRequest patient = send(query("a", 0, 0).setMinBytes(100_000));
    assertThat(only(fetch(query("b", 0, 0))).acquiredRecords()).hasSize(1);
    FakeRequest eager = send(query("b", 1));
    log.append(1);
    patient.runLoop();
    eager.runLoop();
    assertThat(patient.isAnswered()).isFalse();
    assertThat(only(eager.answer(new ShareFetchResponse())).acquiredRecords()).hasSize(1);
  }

  @Test
  void aWakeUpForAPartitionThatIsNotReachedGoesToTheNextFetch() {
    FakeRequest both = send(query("a", 0, 0, 1).setMaxRecords(1));
    FakeRequest one = send(query("b", 0, 1));
    log.append(1);
    second.append(1);
    one.runLoop();
    assertThat(one.isAnswered()).as("the other one was woken").isFalse();
    both.runLoop();
    assertThat(only(both.answer(new ShareFetchResponse())).partitionIndex()).isZero();
    one.runLoop();
    assertThat(only(one.answer(new ShareFetchResponse())).partitionIndex()).isEqualTo(1);
  }

  @Test
  void beyondTheLimitOfSharePartitionsAFetchIsRefusedWhenItsTimeIsOver() {
    most = 0;
    FakeRequest request = send(query("a", 0, 0));
    assertThat(request.isAnswered()).isFalse();
    time.advance(500);
    request.runLoop();
    assertThat(only(request.answer(new ShareFetchResponse())).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
  }

  @Test
  void aSessionThatWouldGetTooLargeStaysAsItWas() {
    log.append(1);
    only(fetch(query("a", 0, 0)));
    assertThat(fetch(query("a", 1, 0, 1, 2, 3)).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    log.append(1);
    assertThat(only(fetch(query("a", 2))).acquiredRecords()).as("partition 0 is still in it").hasSize(1);
  }

  @Test
  void theLastRequestOfASessionGivesBackWhatItDoesNotAcknowledge() {
    log.append(3);
    only(fetch(query("a", 0, 0)));
    assertThat(error(acknowledge("a", -1, 0, 0, 1))).isEqualTo(Errors.NONE);
    assertThat(sessions.size()).isZero();
    assertThat(only(fetch(query("b", 0, 0))).acquiredRecords().get(0).firstOffset()).isEqualTo(1);
    ShareFetchResponse end = fetch(accepting(query("b", -1, 0), 1, 2));
    assertThat(only(end).acknowledgeErrorCode()).isZero();
    assertThat(only(end).acquiredRecords()).isEmpty();
    assertThat(states.start(new StateKey("g", T, 0))).isEqualTo(3);
  }

  @Test
  void epochsOfSessionsAreChecked() {
    log.append(1);
    assertThat(fetch(query("a", 1)).errorCode()).isEqualTo(Errors.SHARE_SESSION_NOT_FOUND.code());
    only(fetch(query("a", 0, 0)));
    assertThat(fetch(query("a", 2)).errorCode()).isEqualTo(Errors.INVALID_SHARE_SESSION_EPOCH.code());
    assertThat(error(acknowledge("a", 0, 0, 0, 1))).isEqualTo(Errors.INVALID_SHARE_SESSION_EPOCH);
    assertThat(fetch(accepting(query("a", 0, 0), 0, 0)).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(fetch(query("", 0, 0)).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void sessionsAndTheirPartitionsAreBounded() {
    log.append(10);
    only(fetch(query("a", 0, 0)));
    FakeRequest b = send(query("b", 0, 0));
    assertThat(fetch(query("c", 0, 0)).errorCode()).isEqualTo(Errors.SHARE_SESSION_LIMIT_REACHED.code());
    time.advance(500);
    b.runLoop();
    time.advance(60_001);
    assertThat(fetch(query("c", 0, 0)).errorCode()).isZero();
    assertThat(fetch(query("c", 0, 0, 1, 2, 3)).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void aPartitionThatIsLedElsewhereIsAHint() {
    leader = 2;
    partitions.resigned(new TopicPartition("t", 0));
    ShareFetchResponse response = fetch(query("a", 0, 0));
    assertThat(only(response).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(only(response).currentLeader().leaderId()).isEqualTo(2);
    assertThat(response.nodeEndpoints()).hasSize(1);
  }

  @Test
  void aPartitionThatIsAboutToBeLedIsWaitedFor() {
    log.append(1);
    only(fetch(query("a", 0, 0)));
    partitions.resigned(new TopicPartition("t", 0));
    ShareFetchRequest query = accepting(query("a", 1, 0), 0, 0).setMaxWaitMs(0);
    FakeRequest request = send(query);
    time.advance(100);
    assertThat(request.isAnswered()).isFalse();
    partitions.elected(log);
    time.advance(10);
    request.runLoop();
    assertThat(only(request.answer(new ShareFetchResponse())).acknowledgeErrorCode()).isZero();
  }

  @Test
  void renewingIsAnnounced() {
    log.append(1);
    only(fetch(query("a", 0, 0)));
    assertThat(error(acknowledge("a", 1, 0, 0, 4))).isEqualTo(Errors.NONE);
    ShareFetchRequest query = query("a", 2, 0);
    query.topics().get(0).partitions().get(0).acknowledgementBatches().add(new ShareFetchRequest.AcknowledgementBatch().setFirstOffset(0)
        .setLastOffset(0).setAcknowledgeTypes(new ArrayList<>(List.of((byte) 4))));
    assertThat(fetch(query).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void withoutTheFeatureNothingIsServed() {
    shareVersion = 0;
    assertThat(fetch(query("a", 0, 0)).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
  }

  @Test
  void aHandlerThatLeavesAnswersWhatWaits() {
    FakeRequest request = send(query("a", 0, 0));
    fetches.close();
    assertThat(request.answer(new ShareFetchResponse()).errorCode()).isZero();
  }
}
