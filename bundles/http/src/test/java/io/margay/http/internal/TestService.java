package io.margay.http.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import io.margay.spi.security.SaslMechanism;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;

/** The service behind connections, with topic {@code t}, a topic of the server, and a producer that answers at once or when told. */
final class TestService {
  final FakeSettings settings = new FakeSettings();
  final LineLimit lines = new LineLimit(Clock.SYSTEM);
  /** The records that were sent, in order. */
  final List<CompletableFuture<Producer.Sent>> sent = new CopyOnWriteArrayList<>();
  final List<String> values = new CopyOnWriteArrayList<>();
  final List<String> keys = new CopyOnWriteArrayList<>();
  /** None at first. */
  final NamedServices<LocalClient> clients = new NamedServices<>("server", 60_000);
  final NamedServices<SaslMechanism> mechanisms = new NamedServices<>("mechanism", 60_000);
  final AuditQueue audit = new AuditQueue("http", Clock.SYSTEM, () -> 1 << 20, () -> 10_000);
  final Producing producing;
  final RecordsService service;
  volatile HealthCheckExecutor checks;
  final HealthService health = new HealthService(() -> checks);
  final ConnectionLimits limits = HttpServing.connectionLimits(settings);
  private final boolean answersAtOnce;

  TestService(boolean answersAtOnce) {
    this.answersAtOnce = answersAtOnce;
    NamedServices<Producer> producers = new NamedServices<>("producer", 60_000);
    producers.add(this::send, Map.of(NamedServices.NAME_PROPERTY, Producing.PRODUCER));
    producing = new Producing(producers, clients, new Scheduler() {
      @Override
      public Timer after(long delayMs, Runnable task) {
        return () -> { };
      }

      @Override
      public Timer every(long delayMs, long periodMs, Runnable task) {
        throw new UnsupportedOperationException();
      }
    }, HttpServing.requestLimits(settings), lines);
    List<BrokerId> one = List.of(new BrokerId(1));
    List<PartitionImage> partitions = List.of(new PartitionImage(0, one, one, one.get(0), new LeaderEpoch(0), 0));
    ClusterImage image = new ClusterImage("c", 1, BrokerId.NONE, new TreeMap<>(), TopicsImage.of(Map.of(
        "t", new TopicImage("t", UUID.randomUUID(), false, partitions),
        "__own", new TopicImage("__own", UUID.randomUUID(), true, partitions))), Map.of(), Map.of());
    service = new RecordsService(producing, settings, () -> image, health,
        new HttpLogins(settings, mechanisms, audit, Clock.SYSTEM));
  }

  private CompletionStage<Producer.Sent> send(String topic, byte[] key, byte[] value, List<RecordHeader> headers) {
    CompletableFuture<Producer.Sent> result = new CompletableFuture<>();
    values.add(value == null ? null : new String(value, java.nio.charset.StandardCharsets.UTF_8));
    keys.add(key == null ? null : new String(key, java.nio.charset.StandardCharsets.UTF_8));
    sent.add(result);
    if (answersAtOnce) {
      answer(sent.size() - 1);
    }
    return result;
  }

  void answer(int record) {
    sent.get(record).complete(new Producer.Sent(0, record));
  }

  static String record(String value) {
    return "{\"value\":{\"type\":\"STRING\",\"data\":\"" + value + "\"}}";
  }

  /** A request with a body that has an end. */
  static String post(String body) {
    return "POST /topics/t/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
        + "\r\n\r\n" + body;
  }

  /** The head of a request with a body in chunks. */
  static String chunkedHead(String... more) {
    return "POST /topics/t/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
        + String.join("", more) + "\r\n";
  }

  static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }
}
