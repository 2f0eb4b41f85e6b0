package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.handler.Principal;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.ProduceException;
import io.margay.spi.producer.Producer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The life of a request, with a client and a producer that do what the test says; everything happens on the test's thread. */
@Timeout(30)
class ExchangeTest {
  private static final HttpError STOPPING = HttpError.unavailable("stops");

  private final class FakeProducer implements Producer {
    private final List<CompletableFuture<Sent>> sent = new ArrayList<>();

    @Override
    public CompletionStage<Sent> send(String topic, byte[] key, byte[] value, List<RecordHeader> headers) {
      sent.add(new CompletableFuture<>());
      return sent.get(sent.size() - 1);
    }

    void answer(int record) {
      sent.get(record).complete(new Sent(0, record));
    }
  }

  private final List<Runnable> timers = new ArrayList<>();
  private final Scheduler scheduler = new Scheduler() {
    @Override
    public Timer after(long delayMs, Runnable task) {
      timers.add(task);
      return () -> timers.remove(task);
    }

    @Override
    public Timer every(long delayMs, long periodMs, Runnable task) {
      throw new UnsupportedOperationException();
    }
  };
  private final NamedServices<Producer> producers = new NamedServices<>("producer", 60_000);
  private final FakeProducer producer = new FakeProducer();
  private final FakePeer client = new FakePeer();
  private final NamedServices<LocalClient> clients = new NamedServices<>("server", 60_000);
  private long maxRequestBytes = 1_000_000;
  private int timeoutMs = 60_000;
  private Producing producing;
  private Exchange exchange;

  @BeforeEach
  void producerIsThere() {
    come();
  }

  private void come() {
    producers.add(producer, Map.of(NamedServices.NAME_PROPERTY, Producing.PRODUCER));
  }

  private void start() {
    HttpLimits limits = new HttpLimits() {
      @Override
      public long maxRequestBytes() {
        return maxRequestBytes;
      }

      @Override
      public int maxRequests() {
        return 10;
      }

      @Override
      public int timeoutMs() {
        return timeoutMs;
      }

      @Override
      public int producerWaitMs() {
        return 60_000;
      }
    };
    producing = new Producing(producers, clients, scheduler, limits, new LineLimit(Clock.SYSTEM));
    exchange = new Exchange(producing, new Target("cluster", "t", UUID.randomUUID(), 1, 100_000,
        new TopicAccess(clients, new FakeSettings(), new Principal("User", "alice"), InetAddress.getLoopbackAddress(), "t")), new JsonRecords(100_000), client);
    client.exchange = exchange;
    exchange.start();
  }

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

  private static String record(String value) {
    return "{\"value\":{\"type\":\"STRING\",\"data\":\"" + value + "\"}}";
  }

  private void ended() {
    assertThat(client.complete).isTrue();
    assertThat(producing.open()).isEmpty();
    budgetIsWhole();
    assertThat(timers).isEmpty();
    // waits for all that still use it
    producers.remove(producer);
  }

  /** More than the limit is granted only when nothing is taken, and one byte more is refused only when not too much was given back. */
  private void budgetIsWhole() {
    long all = 8 * 1024 * 1024;
    assertThat(producing.budget().tryTake(all + 1)).isTrue();
    assertThat(producing.budget().tryTake(1)).isFalse();
    producing.budget().giveBack(all + 1);
  }

  @Test
  void resultsComeInTheOrderOfTheRecordsWhateverIsWrittenFirst() {
    start();
    client.receive(record("a") + record("b"));
    client.endOfBody();
    producer.answer(1);
    assertThat(client.lines()).isEmpty();
    assertThat(client.complete).isFalse();
    producer.answer(0);
    assertThat(client.status).isEqualTo(200);
    assertThat(client.lines()).hasSize(2);
    assertThat(client.lines().get(0)).contains("\"offset\":0");
    assertThat(client.lines().get(1)).contains("\"offset\":1");
    ended();
  }

  @Test
  void aResultIsToldWhileTheBodyIsStillOnItsWay() {
    start();
    client.receive(record("a"));
    producer.answer(0);
    assertThat(client.lines()).hasSize(1);
    assertThat(client.complete).isFalse();
    client.endOfBody();
    ended();
  }

  @Test
  void anEmptyBodyIsMalformed() {
    start();
    client.endOfBody();
    assertThat(client.status).isEqualTo(400);
    ended();
  }

  @Test
  void theStatusIsThatOfTheFirstResult() {
    start();
    client.receive(record("a") + record("b"));
    client.endOfBody();
    producer.sent.get(0).completeExceptionally(new ProduceException(Errors.REQUEST_TIMED_OUT, "away"));
    producer.answer(1);
    assertThat(client.status).isEqualTo(503);
    assertThat(client.headers).containsEntry("Retry-After", "1");
    assertThat(client.lines().get(0)).contains("\"error_code\":503").contains("away (REQUEST_TIMED_OUT)");
    assertThat(client.lines().get(1)).contains("\"error_code\":200");
    ended();
  }

  @Test
  void whatIsMalformedEndsTheBodyAfterWhatWasBeforeIt() {
    start();
    client.receive(record("a") + "}" + record("b"));
    producer.answer(0);
    assertThat(producer.sent).hasSize(1);
    assertThat(client.lines()).hasSize(2);
    assertThat(client.lines().get(1)).contains("\"error_code\":400").contains("record 1");
    assertThat(client.headers).containsEntry("Connection", "close");
    ended();
  }

  @Test
  void recordsWaitWhileTheProducerIsReplaced() {
    producers.remove(producer);
    start();
    client.receive(record("a") + record("b"));
    client.endOfBody();
    assertThat(producer.sent).isEmpty();
    come();
    assertThat(producer.sent).hasSize(2);
    producer.answer(0);
    producer.answer(1);
    assertThat(client.lines()).hasSize(2).allMatch(l -> l.contains("\"error_code\":200"));
    ended();
  }

  @Test
  void anEndedExchangeDoesNotHoldTheProducer() {
    producers.remove(producer);
    start();
    client.receive(record("a"));
    exchange.stop(STOPPING);
    exchange.expire(STOPPING);
    assertThat(client.status).isEqualTo(503);
    ended();
    come();
    producers.remove(producer);
    assertThat(producer.sent).isEmpty();
  }

  @Test
  void stoppingAnswersWhatIsUnderWayAndThenSaysSo() {
    start();
    client.receive(record("a"));
    exchange.stop(STOPPING);
    assertThat(client.complete).isFalse();
    producer.answer(0);
    assertThat(client.lines()).hasSize(2);
    assertThat(client.lines().get(1)).contains("\"error_code\":503");
    ended();
  }

  @Test
  void whatIsNotAnsweredWhenItStopsIsToldAsUnknown() {
    start();
    client.receive(record("a"));
    client.endOfBody();
    exchange.stop(STOPPING);
    exchange.expire(STOPPING);
    assertThat(client.lines()).singleElement().asString().contains("\"error_code\":503");
    assertThat(client.complete).isTrue();
    // the producer answers too late: nobody is told, and the memory is given back
    producer.answer(0);
    assertThat(client.lines()).hasSize(1);
    ended();
  }

  @Test
  void aSenderThatDoesNotGetOnIsEnded() {
    timeoutMs = 0;
    start();
    client.receive("{\"value\"");
    timers.remove(0).run();
    assertThat(client.status).isEqualTo(408);
    assertThat(client.headers).containsEntry("Connection", "close");
    ended();
  }

  @Test
  void aRecordThatIsNotAnsweredInTimeIsToldAsUnknown() {
    timeoutMs = 0;
    start();
    client.receive(record("a"));
    client.endOfBody();
    timers.remove(0).run();
    assertThat(client.status).isEqualTo(503);
    assertThat(client.lines()).singleElement().asString().contains("not known");
    producer.answer(0);
    ended();
  }

  @Test
  void aClientThatDoesNotReadIsEnded() {
    timeoutMs = 0;
    start();
    client.readsAnswer(false);
    client.receive(record("a"));
    client.endOfBody();
    producer.answer(0);
    assertThat(client.complete).isFalse();
    timers.remove(0).run();
    assertThat(client.lines()).isEmpty();
    ended();
  }

  @Test
  void aClientThatGetsOnIsGivenMoreTime() {
    start();
    timers.remove(0).run();
    assertThat(client.complete).isFalse();
    assertThat(timers).hasSize(1);
    client.receive(record("a"));
    producer.answer(0);
    client.endOfBody();
    ended();
  }

  @Test
  void theBodyIsNotReadOnWhileManyRecordsWait() {
    start();
    for (int i = 0; i < 600; i++) {
      client.receive(record("a"));
    }
    client.endOfBody();
    assertThat(producer.sent).hasSize(500);
    for (int i = 0; i < producer.sent.size(); i++) {
      producer.answer(i);
    }
    assertThat(client.lines()).hasSize(600);
    ended();
  }

  @Test
  void theBodyIsNotReadOnWhileTheClientDoesNotRead() {
    start();
    client.readsAnswer(false);
    for (int i = 0; i < 600; i++) {
      client.receive(record("a"));
    }
    client.endOfBody();
    for (int i = 0; i < 500; i++) {
      producer.answer(i);
    }
    assertThat(producer.sent).hasSize(500);
    client.readsAnswer(true);
    for (int i = 500; i < 600; i++) {
      producer.answer(i);
    }
    assertThat(client.lines()).hasSize(600);
    ended();
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWhereItIs() {
    maxRequestBytes = 50;
    start();
    client.receive(record("a"));
    client.receive(record("b"));
    producer.answer(0);
    assertThat(client.lines()).hasSize(2);
    assertThat(client.lines().get(1)).contains("\"error_code\":413");
    ended();
  }

  @Test
  void aRecordThatIsTooLargeConcernsItselfAlone() {
    start();
    for (int i = 0; i < 15; i++) {
      client.receive(i == 0 ? "{\"value\":{\"type\":\"STRING\",\"data\":\"" : "x".repeat(8_000));
    }
    client.receive("\"}}" + record("a"));
    client.endOfBody();
    producer.answer(0);
    assertThat(client.status).isEqualTo(413);
    assertThat(client.lines()).hasSize(2);
    ended();
  }

  @Test
  void withTheMemoryTakenByOthersARecordIsRefused() {
    start();
    assertThat(producing.budget().tryTake(8 * 1024 * 1024)).isTrue();
    client.receive(record("a"));
    client.endOfBody();
    assertThat(client.status).isEqualTo(429);
    assertThat(client.headers).containsEntry("Retry-After", "1");
    producing.budget().giveBack(8 * 1024 * 1024);
    ended();
  }

  @Test
  void withTheMemoryTakenByItselfARecordWaits() {
    start();
    client.receive(record("aa"));
    assertThat(producing.budget().tryTake(8 * 1024 * 1024 - 3)).isTrue();
    client.receive(record("bb"));
    client.endOfBody();
    assertThat(producer.sent).hasSize(1);
    producer.answer(0);
    assertThat(producer.sent).hasSize(2);
    producer.answer(1);
    producing.budget().giveBack(8 * 1024 * 1024 - 3);
    assertThat(client.lines()).hasSize(2).allMatch(l -> l.contains("\"error_code\":200"));
    ended();
  }

  @Test
  void aBodyThatBreaksOffIsMalformed() {
    start();
    client.receive(record("a") + "{");
    exchange.onBroken("the body ends too early");
    producer.answer(0);
    assertThat(client.lines()).hasSize(2);
    assertThat(client.lines().get(0)).contains("\"error_code\":200");
    assertThat(client.lines().get(1)).contains("\"error_code\":400").contains("too early");
    ended();
  }

  @Test
  void aConnectionThatBreaksTwiceIsLeft() {
    start();
    client.readsAnswer(false);
    exchange.onBroken("the body ends too early");
    assertThat(client.complete).isFalse();
    exchange.onBroken("the body ends too early");
    ended();
  }

  @Test
  void aConnectionThatIsClosedIsLeftAtOnce() {
    start();
    client.receive(record("a"));
    exchange.onGone();
    assertThat(client.cut).isTrue();
    assertThat(client.lines()).isEmpty();
    producer.answer(0);
    ended();
  }

  @Test
  void whatIsKnownIsSentAtOnce() {
    start();
    client.receive(record("a") + record("b"));
    producer.answer(0);
    assertThat(client.lines()).hasSize(1);
    assertThat(client.unsent).isZero();
    producer.answer(1);
    assertThat(client.unsent).isZero();
    client.endOfBody();
    assertThat(client.cut).isFalse();
    ended();
  }
}
