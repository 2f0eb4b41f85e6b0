package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.MessageReader;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.spi.client.LocalClient;
import io.margay.spi.handler.ApiHandler.Ordering;
import io.margay.spi.handler.Principal;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.quota.ClientQuotas;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a connection asks the quotas, and how long it is not read then. */
class ConnectionQuotaTest extends ConnectionFixture {
  private final Counting quotas = new Counting();

  /** Tells each client to wait as long as the test says. */
  private final class Counting implements ClientQuotas, ClientQuota {
    private int version;
    private int asked;
    private boolean measures;
    private boolean fails;
    private int produceMs;
    private int fetchMs;
    private int workMs;
    private int mutationMs;
    private int connectionMs;
    private final List<Long> produced = new ArrayList<>();
    private final List<Long> worked = new ArrayList<>();

    @Override
    public int version() {
      return version;
    }

    @Override
    public ClientQuota of(Principal user, String clientId) {
      asked++;
      if (fails) {
        throw new IllegalStateException("thrown by the test");
      }
      return this;
    }

    @Override
    public int connected(InetAddress address) {
      return connectionMs;
    }

    @Override
    public int produced(long bytes) {
      produced.add(bytes);
      return produceMs;
    }

    @Override
    public int fetched(long bytes) {
      return fetchMs;
    }

    @Override
    public long mostFetchBytes() {
      return 5;
    }

    @Override
    public int worked(long nanos) {
      worked.add(nanos);
      return workMs;
    }

    @Override
    public boolean countsWork() {
      return measures;
    }

    @Override
    public int mutated(long partitions, boolean strict) {
      return mutationMs;
    }
  }

  private void open() throws Exception {
    server.markReady();
    client.open();
    client.freezeTime();
    server.limit(quotas);
  }

  private ListGroupsResponse answer(int version) {
    ByteBuf answer = client.readOutbound();
    ListGroupsResponse response = new ListGroupsResponse();
    response.read(new MessageReader(answer.skipBytes(8)), (short) version);
    answer.release();
    return response;
  }

  @Test
  void aRequestAboveTheQuotaIsAnsweredAtOnceAndTheNextOneWaits() throws Exception {
    quotas.measures = true;
    serve(ListGroupsRequest.API, Ordering.SERIAL, r -> r.respond(new ListGroupsResponse()));
    open();
    quotas.workMs = 300;
    client.writeInbound(request(ListGroupsRequest.API, 1, 1, new ListGroupsRequest()));
    assertThat(answer(1).throttleTimeMs()).isEqualTo(300);
    client.writeInbound(list(2));
    assertThat(seen).as("it is not read").hasSize(1);
    quotas.workMs = 0;
    client.advanceTimeBy(299, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(seen).hasSize(1);
    client.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(seen).hasSize(2);
    assertThat(quotas.worked).as("one call before the answer of each request, and one after").hasSize(4).allMatch(nanos -> nanos >= 0);
    assertThat(quotas.asked).as("the connection keeps it").isEqualTo(1);
    quotas.version++;
    client.writeInbound(list(3));
    assertThat(quotas.asked).isEqualTo(2);
  }

  @Test
  void produceRequestsCountWithTheirSizeAlsoWithoutAnAnswer() throws Exception {
    serve(ProduceRequest.API, Ordering.PIPELINED, r -> {
      if (r.correlationId() == 1) {
        r.respond(new ProduceResponse());
      } else {
        r.respondNothing();
      }
    });
    open();
    ByteBuf first = request(ProduceRequest.API, 9, 1, new ProduceRequest().setAcks((short) 1));
    long size = first.readableBytes() - 4;
    client.writeInbound(first);
    assertThat(quotas.produced).containsExactly(size);
    quotas.produceMs = 100;
    client.writeInbound(request(ProduceRequest.API, 9, 2, new ProduceRequest().setAcks((short) 0)));
    client.writeInbound(request(ProduceRequest.API, 9, 3, new ProduceRequest().setAcks((short) 0)));
    assertThat(seen).hasSize(2);
  }

  /** Answers of several requests may tell the client to wait: the longest counts. */
  @Test
  void aShorterWaitDoesNotEndALongerOne() throws Exception {
    serve(ListGroupsRequest.API, Ordering.PIPELINED, r -> { });
    open();
    client.writeInbound(lists(2));
    seen.get(0).respond(new ListGroupsResponse(), 500);
    seen.get(1).respond(new ListGroupsResponse(), 100);
    client.writeInbound(list(3));
    client.advanceTimeBy(499, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(seen).hasSize(2);
    client.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(seen).hasSize(3);
    seen.get(2).respond(new ListGroupsResponse());
  }

  @Test
  void handlersLearnWhatIsAllowedAndTheServerTellsTheClient() throws Exception {
    List<Object> told = new ArrayList<>();
    serve(ListGroupsRequest.API, Ordering.SERIAL, r -> {
      told.add(r.mostFetchBytes());
      told.add(r.fetches(10));
      told.add(r.mutates(1, true));
      r.respond(new ListGroupsResponse());
    });
    open();
    quotas.fetchMs = 20;
    quotas.mutationMs = -70;
    client.writeInbound(request(ListGroupsRequest.API, 1, 1, new ListGroupsRequest()));
    assertThat(told).containsExactly(5L, false, false);
    assertThat(answer(1).throttleTimeMs()).isEqualTo(70);
  }

  @Test
  void requestsOfBrokersAreNotLimited() throws Exception {
    quotas.measures = true;
    serve(ListGroupsRequest.API, Ordering.SERIAL, r -> {
      r.unlimited();
      assertThat(r.fetches(10)).isTrue();
      r.respond(new ListGroupsResponse());
    });
    open();
    quotas.fetchMs = 10;
    quotas.workMs = 10;
    client.writeInbound(request(ListGroupsRequest.API, 1, 1, new ListGroupsRequest()));
    assertThat(answer(1).throttleTimeMs()).isZero();
  }

  @Test
  void quotasThatFailLimitNothing() throws Exception {
    quotas.fails = true;
    serve(ListGroupsRequest.API, Ordering.SERIAL, r -> r.respond(new ListGroupsResponse()));
    open();
    client.writeInbound(request(ListGroupsRequest.API, 1, 1, new ListGroupsRequest()));
    assertThat(answer(1).throttleTimeMs()).isZero();
    server.endLimits(quotas);
    client.writeInbound(request(ListGroupsRequest.API, 1, 2, new ListGroupsRequest()));
    assertThat(quotas.asked).isPositive();
    assertThat(seen).hasSize(2);
  }

  @Test
  void aConnectionTooManyIsClosedAfterAWhile() throws Exception {
    server.markReady();
    server.limit(quotas);
    quotas.connectionMs = 200;
    serve(ListGroupsRequest.API, Ordering.SERIAL, r -> r.respond(new ListGroupsResponse()));
    client.open();
    client.writeInbound(list(1));
    assertThat(seen).isEmpty();
    assertThat(client.isOpen()).isTrue();
    client.advanceTimeBy(200, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(client.isOpen()).isFalse();
    assertThat(server.connectionCount()).isZero();
  }

  @Test
  void aConnectionTooManyIsClosedAtOnceWhenTheServerLeavesOrEnds() throws Exception {
    server.markReady();
    server.limit(quotas);
    quotas.connectionMs = 200;
    client.open();
    Client second = new Client().open();
    client.connection().leave(Long.MAX_VALUE);
    second.connection().closeWhenIdle();
    assertThat(client.isOpen()).isFalse();
    assertThat(second.isOpen()).isFalse();
    assertThat(server.connectionCount()).isZero();
  }

  @Test
  void whatIsSentForAUserInsideTheProcessCountsForItAndTheServerHasNoQuota() throws Exception {
    open();
    LocalClient alice = server.local().as(new LocalClient.Caller(new Principal("User", "alice"), InetAddress.getLoopbackAddress(), "http", false));
    quotas.produceMs = 70;
    int before = quotas.asked;
    assertThat(alice.produced(10)).isEqualTo(70);
    assertThat(alice.produced(20)).isEqualTo(70);
    assertThat(quotas.asked).as("once for both").isEqualTo(before + 1);
    assertThat(server.local().as(LocalClient.Caller.part("mirror")).produced(30)).isZero();
    assertThat(server.local().produced(30)).isZero();
    assertThat(quotas.produced).containsExactly(10L, 20L);
    quotas.fails = true;
    quotas.version++;
    assertThat(alice.produced(10)).isZero();
    server.endLimits(quotas);
    assertThat(alice.produced(10)).isZero();
  }

  @Test
  void limitsThatComeBeforeTheirPredecessorsHaveGoneStay() throws Exception {
    client.open();
    Counting next = new Counting();
    server.limit(quotas);
    server.limit(next);
    server.endLimits(quotas);
    assertThat(server.quotas()).isSameAs(next);
    server.endLimits(next);
    assertThat(server.quotas()).isNull();
  }
}
