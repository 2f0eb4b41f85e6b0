package io.margay.replication.internal.fetch;

import static io.margay.replication.internal.fetch.Fetches.from;
import static io.margay.replication.internal.fetch.Fetches.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchRequest.ReplicaState;
import io.margay.protocol.message.FetchResponse;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A follower that sends a request while an earlier one waits. */
class SupersededFetchTest {
  private static final int FOLLOWER = 2;
  private static final int CONSUMER = -1;

  private final TestBroker broker = new TestBroker().start();
  private final FetchHandler handler = new FetchHandler(broker.replication);
  private UUID id;

  @BeforeEach
  void create() {
    List<io.margay.model.BrokerId> both = List.of(TestBroker.SELF, TestBroker.OTHER);
    id = broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, both, both),
        TestBroker.partition(1, TestBroker.SELF, 0, both, both)), Map.of());
    broker.awaitOpen();
  }

  @AfterEach
  void close() {
    handler.close();
    broker.close();
  }

  private FakeRequest send(int replica, int session, int epoch, int waitMs, FetchTopic... topics) {
    FetchRequest fetch = new FetchRequest().setMinBytes(1).setMaxWaitMs(waitMs).setMaxBytes(1 << 20).setSessionId(session).setSessionEpoch(epoch)
        .setReplicaState(new ReplicaState().setReplicaId(replica).setReplicaEpoch(replica < 0 ? -1 : 1)).setTopics(List.of(topics));
    FakeRequest request = new FakeRequest(FetchRequest.API, fetch, 17);
    handler.handle(request);
    return request;
  }

  private int session(int replica) {
    return send(replica, 0, 0, 0, topic(id, from(0, 0))).answer(new FetchResponse()).sessionId();
  }

  @Test
  void theEarlierRequestOfAFollowerIsAnsweredAtOnce() {
    int session = session(FOLLOWER);
    FakeRequest first = send(FOLLOWER, session, 1, 500);
    first.runLoop();
    assertThat(first.isAnswered()).isFalse();
    FakeRequest second = send(FOLLOWER, session, 2, 500, topic(id, from(1, 0)));
    first.runLoop();
    assertThat(first.answer(new FetchResponse()).errorCode()).isZero();
    second.runLoop();
    assertThat(second.isAnswered()).isFalse();
    broker.append("a", 1, 1);
    second.runLoop();
    assertThat(second.answer(new FetchResponse()).responses()).hasSize(1);
  }

  @Test
  void consumersWaitTheirTime() {
    int session = session(CONSUMER);
    FakeRequest first = send(CONSUMER, session, 1, 500);
    send(CONSUMER, session, 2, 500, topic(id, from(1, 0)));
    first.runLoop();
    assertThat(first.isAnswered()).isFalse();
  }

  @Test
  void aFollowerSeesWhatIsAppendedAndAConsumerWhatIsCommitted() {
    FakeRequest follower = send(FOLLOWER, session(FOLLOWER), 1, 500);
    FakeRequest consumer = send(CONSUMER, session(CONSUMER), 1, 500);
    broker.append("a", 0, 2);
    follower.runLoop();
    consumer.runLoop();
    assertThat(follower.isAnswered()).isTrue();
    assertThat(consumer.isAnswered()).isFalse();
    broker.leader("a", 0).onFollowerFetch(FOLLOWER, 1, 2, 0);
    consumer.runLoop();
    assertThat(consumer.isAnswered()).isTrue();
  }

  @Test
  void aWaitingFetchOfAFollowerIsNoNewSignOfLife() {
    int session = session(FOLLOWER);
    FakeRequest first = send(FOLLOWER, session, 1, 500);
    broker.append("a", 0, 1);
    first.runLoop();
    assertThat(first.isAnswered()).isTrue();
    assertThat(broker.leader("a", 0).highWatermark()).isZero();
  }
}
