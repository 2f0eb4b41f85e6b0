package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.handler.Principal;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** One exchange with a client and a producer that answer when the test says. At its end all memory must have been given back. */
@Timeout(30)
abstract class ExchangeFixture {
  static final HttpError STOPPING = HttpError.unavailable("stops");

  final class FakeProducer implements Producer {
    final List<CompletableFuture<Sent>> sent = new ArrayList<>();

    @Override
    public CompletionStage<Sent> send(String topic, byte[] key, byte[] value, List<RecordHeader> headers) {
      sent.add(new CompletableFuture<>());
      return sent.get(sent.size() - 1);
    }

    void answer(int record) {
      sent.get(record).complete(new Sent(0, record));
    }
  }

  final List<Runnable> timers = new ArrayList<>();
  final Scheduler scheduler = new Scheduler() {
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
  final NamedServices<Producer> producers = new NamedServices<>("producer", 60_000);
  final FakeProducer producer = new FakeProducer();
  final FakePeer client = new FakePeer();
  final NamedServices<LocalClient> clients = new NamedServices<>("server", 60_000);
  long maxRequestBytes = 1_000_000;
  int timeoutMs = 60_000;
  Producing producing;
  Exchange exchange;

  @BeforeEach
  void producerIsThere() {
    come();
  }

  void come() {
    producers.add(producer, Map.of(NamedServices.NAME_PROPERTY, Producing.PRODUCER));
  }

  void start() {
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

  static String record(String value) {
    return "{\"value\":{\"type\":\"STRING\",\"data\":\"" + value + "\"}}";
  }

  void ended() {
    assertThat(client.complete).isTrue();
    assertThat(producing.open()).isEmpty();
    budgetIsWhole();
    assertThat(timers).isEmpty();
    // waits for all that still use it
    producers.remove(producer);
  }

  /** More than the limit is granted only when nothing is taken, and one byte more is refused only when not too much was given back. */
  void budgetIsWhole() {
    long all = 8 * 1024 * 1024;
    assertThat(producing.budget().tryTake(all + 1)).isTrue();
    assertThat(producing.budget().tryTake(1)).isFalse();
    producing.budget().giveBack(all + 1);
  }
}
