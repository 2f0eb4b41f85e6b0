package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.spi.producer.ProduceException;
import org.junit.jupiter.api.Test;

/** The life of a request, with a client and a producer that do what the test says; everything happens on the test's thread. */
class ExchangeTest extends ExchangeFixture {
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
