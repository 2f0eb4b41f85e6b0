package io.margay.replication.internal.fetch;

import static io.margay.replication.internal.fetch.Fetches.from;
import static io.margay.replication.internal.fetch.Fetches.inSession;
import static io.margay.replication.internal.fetch.Fetches.offsets;
import static io.margay.replication.internal.fetch.Fetches.only;
import static io.margay.replication.internal.fetch.Fetches.sessionless;
import static io.margay.replication.internal.fetch.Fetches.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.quota.FakeQuota;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Consumers with a quota, and followers, which have none. */
class FetchQuotaTest {
  private final FakeQuota quota = new FakeQuota();
  private final TestBroker broker = new TestBroker();
  private FetchHandler handler;

  @BeforeEach
  void start() throws Exception {
    broker.start();
    broker.create("a", 1);
    handler = new FetchHandler(broker.replication);
    broker.append("a", 0, 2);
    broker.append("a", 0, 2);
  }

  @AfterEach
  void stop() {
    handler.close();
    broker.close();
  }

  private FetchResponse fetch(FetchRequest request) {
    FakeRequest fake = new FakeRequest(FetchRequest.API, request.setMaxWaitMs(0), 12).quota(quota);
    handler.handle(fake);
    return fake.answer(new FetchResponse());
  }

  @Test
  void whoIsOverTheQuotaGetsNoRecordsAndNoSession() {
    quota.fetchBytes = 0;
    FetchResponse full = fetch(inSession(0, 0, topic("a", from(0, 0))));
    assertThat(full.responses()).isEmpty();
    assertThat(full.sessionId()).as("the client asks for one again").isZero();
    quota.fetchBytes = Long.MAX_VALUE;
    FetchResponse opened = fetch(inSession(0, 0, topic("a", from(0, 0))));
    assertThat(offsets(only(opened))).containsExactly(0L, 2L);
    assertThat(opened.sessionId()).isNotZero();
    assertThat(quota.fetchBytes).isLessThan(Long.MAX_VALUE);
    quota.fetchBytes = 0;
    FetchResponse waits = fetch(inSession(opened.sessionId(), 1));
    assertThat(waits.responses()).isEmpty();
    assertThat(waits.sessionId()).as("it goes on").isEqualTo(opened.sessionId());
    quota.fetchBytes = Long.MAX_VALUE;
    assertThat(offsets(only(fetch(inSession(opened.sessionId(), 2))))).containsExactly(0L, 2L);
  }

  @Test
  void anAnswerHasNoMoreThanTheQuotaAllowsForTheSpan() {
    quota.mostFetchBytes = 10;
    assertThat(offsets(only(fetch(sessionless(topic("a", from(0, 0))))))).as("one batch in any case").containsExactly(0L);
  }

  @Test
  void followersHaveNoQuota() {
    quota.fetchBytes = 0;
    assertThat(only(fetch(sessionless(topic("a", from(0, 0))).setReplicaId(1))).records()).isNotNull();
    assertThat(only(fetch(sessionless(topic("a", from(0, 0))).setReplicaId(77))).records().sizeBytes()).as("no broker").isZero();
  }
}
