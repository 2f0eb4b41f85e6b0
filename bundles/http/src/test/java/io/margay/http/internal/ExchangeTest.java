package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.ProduceException;
import io.margay.spi.producer.Producer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The life of a request, with a container and a producer that do what the test says; everything happens on the test's thread. */
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
  private final FakeContainer container = new FakeContainer();
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

  private void start() throws IOException {
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
    producing = new Producing(producers, null, scheduler, Runnable::run, limits);
    exchange = new Exchange(producing, new Target("cluster", "t", UUID.randomUUID(), 1, 100_000), new JsonRecords(100_000),
        container.async, container.response);
    exchange.start();
    container.begin();
  }

  private static String record(String value) {
    return "{\"value\":{\"type\":\"STRING\",\"data\":\"" + value + "\"}}";
  }

  private void ended() {
    assertThat(container.complete).isTrue();
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
  void resultsComeInTheOrderOfTheRecordsWhateverIsWrittenFirst() throws IOException {
    start();
    container.receive(record("a") + record("b"));
    container.endOfBody();
    producer.answer(1);
    assertThat(container.lines()).isEmpty();
    assertThat(container.complete).isFalse();
    producer.answer(0);
    assertThat(container.status).isEqualTo(200);
    assertThat(container.lines()).hasSize(2);
    assertThat(container.lines().get(0)).contains("\"offset\":0");
    assertThat(container.lines().get(1)).contains("\"offset\":1");
    ended();
  }

  @Test
  void aResultIsToldWhileTheBodyIsStillOnItsWay() throws IOException {
    start();
    container.receive(record("a"));
    producer.answer(0);
    assertThat(container.lines()).hasSize(1);
    assertThat(container.complete).isFalse();
    container.endOfBody();
    ended();
  }

  @Test
  void anEmptyBodyIsMalformed() throws IOException {
    start();
    container.endOfBody();
    assertThat(container.status).isEqualTo(400);
    ended();
  }

  @Test
  void theStatusIsThatOfTheFirstResult() throws IOException {
    start();
    container.receive(record("a") + record("b"));
    container.endOfBody();
    producer.sent.get(0).completeExceptionally(new ProduceException(Errors.REQUEST_TIMED_OUT, "away"));
    producer.answer(1);
    assertThat(container.status).isEqualTo(503);
    assertThat(container.headers).containsEntry("Retry-After", "1");
    assertThat(container.lines().get(0)).contains("\"error_code\":503").contains("away (REQUEST_TIMED_OUT)");
    assertThat(container.lines().get(1)).contains("\"error_code\":200");
    ended();
  }

  @Test
  void whatIsMalformedEndsTheBodyAfterWhatWasBeforeIt() throws IOException {
    start();
    container.receive(record("a") + "}" + record("b"));
    producer.answer(0);
    assertThat(producer.sent).hasSize(1);
    assertThat(container.lines()).hasSize(2);
    assertThat(container.lines().get(1)).contains("\"error_code\":400").contains("record 1");
    assertThat(container.headers).containsEntry("Connection", "close");
    ended();
  }

  @Test
  void recordsWaitWhileTheProducerIsReplaced() throws IOException {
    producers.remove(producer);
    start();
    container.receive(record("a") + record("b"));
    container.endOfBody();
    assertThat(producer.sent).isEmpty();
    come();
    assertThat(producer.sent).hasSize(2);
    producer.answer(0);
    producer.answer(1);
    assertThat(container.lines()).hasSize(2).allMatch(l -> l.contains("\"error_code\":200"));
    ended();
  }

  @Test
  void anEndedExchangeDoesNotHoldTheProducer() throws IOException {
    producers.remove(producer);
    start();
    container.receive(record("a"));
    exchange.stop(STOPPING);
    exchange.expire(STOPPING);
    assertThat(container.status).isEqualTo(503);
    ended();
    come();
    producers.remove(producer);
    assertThat(producer.sent).isEmpty();
  }

  @Test
  void stoppingAnswersWhatIsUnderWayAndThenSaysSo() throws IOException {
    start();
    container.receive(record("a"));
    exchange.stop(STOPPING);
    assertThat(container.complete).isFalse();
    producer.answer(0);
    assertThat(container.lines()).hasSize(2);
    assertThat(container.lines().get(1)).contains("\"error_code\":503");
    ended();
  }

  @Test
  void whatIsNotAnsweredWhenItStopsIsToldAsUnknown() throws IOException {
    start();
    container.receive(record("a"));
    container.endOfBody();
    exchange.stop(STOPPING);
    exchange.expire(STOPPING);
    assertThat(container.lines()).singleElement().asString().contains("\"error_code\":503");
    assertThat(container.complete).isTrue();
    // the producer answers too late: nobody is told, and the memory is given back
    producer.answer(0);
    assertThat(container.lines()).hasSize(1);
    ended();
  }

  @Test
  void aSenderThatDoesNotGetOnIsEnded() throws IOException {
    timeoutMs = 0;
    start();
    container.receive("{\"value\"");
    timers.remove(0).run();
    assertThat(container.status).isEqualTo(408);
    assertThat(container.headers).containsEntry("Connection", "close");
    ended();
  }

  @Test
  void aRecordThatIsNotAnsweredInTimeIsToldAsUnknown() throws IOException {
    timeoutMs = 0;
    start();
    container.receive(record("a"));
    container.endOfBody();
    timers.remove(0).run();
    assertThat(container.status).isEqualTo(503);
    assertThat(container.lines()).singleElement().asString().contains("not known");
    producer.answer(0);
    ended();
  }

  @Test
  void aClientThatDoesNotReadIsEnded() throws IOException {
    timeoutMs = 0;
    start();
    container.readsAnswer(false);
    container.receive(record("a"));
    container.endOfBody();
    producer.answer(0);
    assertThat(container.complete).isFalse();
    timers.remove(0).run();
    assertThat(container.lines()).isEmpty();
    ended();
  }

  @Test
  void aClientThatGetsOnIsGivenMoreTime() throws IOException {
    start();
    timers.remove(0).run();
    assertThat(container.complete).isFalse();
    assertThat(timers).hasSize(1);
    container.receive(record("a"));
    producer.answer(0);
    container.endOfBody();
    ended();
  }

  @Test
  void theBodyIsNotReadOnWhileManyRecordsWait() throws IOException {
    start();
    for (int i = 0; i < 600; i++) {
      container.receive(record("a"));
    }
    container.endOfBody();
    assertThat(producer.sent).hasSize(500);
    for (int i = 0; i < producer.sent.size(); i++) {
      producer.answer(i);
    }
    assertThat(container.lines()).hasSize(600);
    ended();
  }

  @Test
  void theBodyIsNotReadOnWhileTheClientDoesNotRead() throws IOException {
    start();
    container.readsAnswer(false);
    for (int i = 0; i < 600; i++) {
      container.receive(record("a"));
    }
    container.endOfBody();
    for (int i = 0; i < 500; i++) {
      producer.answer(i);
    }
    assertThat(producer.sent).hasSize(500);
    container.readsAnswer(true);
    for (int i = 500; i < 600; i++) {
      producer.answer(i);
    }
    assertThat(container.lines()).hasSize(600);
    ended();
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWhereItIs() throws IOException {
    maxRequestBytes = 50;
    start();
    container.receive(record("a"));
    container.receive(record("b"));
    producer.answer(0);
    assertThat(container.lines()).hasSize(2);
    assertThat(container.lines().get(1)).contains("\"error_code\":413");
    ended();
  }

  @Test
  void aRecordThatIsTooLargeConcernsItselfAlone() throws IOException {
    start();
    for (int i = 0; i < 15; i++) {
      container.receive(i == 0 ? "{\"value\":{\"type\":\"STRING\",\"data\":\"" : "x".repeat(8_000));
    }
    container.receive("\"}}" + record("a"));
    container.endOfBody();
    producer.answer(0);
    assertThat(container.status).isEqualTo(413);
    assertThat(container.lines()).hasSize(2);
    ended();
  }

  @Test
  void withTheMemoryTakenByOthersARecordIsRefused() throws IOException {
    start();
    assertThat(producing.budget().tryTake(8 * 1024 * 1024)).isTrue();
    container.receive(record("a"));
    container.endOfBody();
    assertThat(container.status).isEqualTo(429);
    assertThat(container.headers).containsEntry("Retry-After", "1");
    producing.budget().giveBack(8 * 1024 * 1024);
    ended();
  }

  @Test
  void withTheMemoryTakenByItselfARecordWaits() throws IOException {
    start();
    container.receive(record("aa"));
    assertThat(producing.budget().tryTake(8 * 1024 * 1024 - 3)).isTrue();
    container.receive(record("bb"));
    container.endOfBody();
    assertThat(producer.sent).hasSize(1);
    producer.answer(0);
    assertThat(producer.sent).hasSize(2);
    producer.answer(1);
    producing.budget().giveBack(8 * 1024 * 1024 - 3);
    assertThat(container.lines()).hasSize(2).allMatch(l -> l.contains("\"error_code\":200"));
    ended();
  }

  @Test
  void aBodyThatBreaksOffIsMalformed() throws IOException {
    start();
    container.receive(record("a") + "{");
    container.breakReading(new IOException("Early EOF"));
    producer.answer(0);
    assertThat(container.lines()).hasSize(2);
    assertThat(container.lines().get(0)).contains("\"error_code\":200");
    assertThat(container.lines().get(1)).contains("\"error_code\":400").contains("Early EOF");
    ended();
  }

  @Test
  void aConnectionThatIsSilentTooLongIsTold() throws IOException {
    start();
    container.breakReading(new TimeoutException("Idle timeout"));
    assertThat(container.status).isEqualTo(408);
    ended();
  }

  @Test
  void aConnectionThatBreaksTwiceIsLeft() throws IOException {
    start();
    container.readsAnswer(false);
    container.breakReading(new IOException("reset"));
    assertThat(container.complete).isFalse();
    container.breakReading(new IOException("reset"));
    ended();
  }
}
