package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.spi.client.LocalClient;
import io.margay.spi.lease.NamedServices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Records above the quota of their user. */
class ExchangeQuotaTest extends ExchangeFixture {
  /** The quotas of the server: clients are to wait as long as the test says. */
  private static final class Quotas implements LocalClient {
    private final List<String> counted = new ArrayList<>();
    private Caller caller;
    private int waitMs;
    private int asked;
    private int views;

    @Override
    public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
      throw new UnsupportedOperationException();
    }

    @Override
    public LocalClient as(Caller by) {
      caller = by;
      views++;
      return this;
    }

    @Override
    public int produced(long bytes) {
      if (bytes > 0) {
        counted.add(caller.principal() + " " + bytes);
      } else {
        asked++;
      }
      return waitMs;
    }
  }

  private Quotas limited() {
    Quotas quotas = new Quotas();
    clients.add(quotas, Map.of(NamedServices.NAME_PROPERTY, Producing.CLIENT));
    start();
    return quotas;
  }

  @Test
  void aRecordAboveTheQuotaOfTheUserWaits() {
    Quotas quotas = limited();
    client.receive(record("a"));
    assertThat(quotas.counted).containsExactly("User:alice 1");
    quotas.waitMs = 100;
    client.receive(record("bb"));
    assertThat(producer.sent).hasSize(1);
    producer.answer(0);
    assertThat(producer.sent).hasSize(1);
    assertThat(quotas.asked).as("once for each record, and not again while one waits").isEqualTo(2);
    assertThat(timers).as("of the request, and of the record").hasSize(2);
    quotas.waitMs = 0;
    timers.remove(1).run();
    assertThat(producer.sent).hasSize(2);
    assertThat(quotas.counted).containsExactly("User:alice 1", "User:alice 2");
    assertThat(quotas.views).as("remembers the quota").isEqualTo(1);
    quotas.waitMs = 100;
    client.receive(record("c"));
    assertThat(timers).hasSize(2);
    exchange.onGone();
    assertThat(timers).isEmpty();
    producer.answer(1);
    budgetIsWhole();
  }

  @Test
  void aClientThatWouldHaveToWaitForLongIsToldToComeBack() {
    Quotas quotas = limited();
    quotas.waitMs = 30_001;
    client.receive(record("a"));
    client.endOfBody();
    assertThat(client.status).isEqualTo(429);
    assertThat(client.lines().get(0)).contains("producer_byte_rate");
    assertThat(producer.sent).isEmpty();
    ended();
  }

  @Test
  void aClientThatHasWaitedForLongIsToldToComeBack() {
    Quotas quotas = limited();
    quotas.waitMs = 20_000;
    client.receive(record("a"));
    client.endOfBody();
    timers.remove(1).run();
    assertThat(client.status).isEqualTo(429);
    assertThat(producer.sent).isEmpty();
    ended();
  }
}
