package io.margay.telemetry.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.GetTelemetrySubscriptionsRequest;
import io.margay.protocol.message.GetTelemetrySubscriptionsResponse;
import io.margay.protocol.message.PushTelemetryRequest;
import io.margay.protocol.message.PushTelemetryResponse;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.telemetry.ClientMetrics;
import io.margay.spi.telemetry.ClientMetricsReceiver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TelemetryTest {
  private static final UUID ID = new UUID(7, 7);
  private static final int INTERVAL_MS = 1_000;

  private long nowMs = 5_000;
  private final Clock clock = new Clock() {
    @Override
    public long millis() {
      return nowMs;
    }

    @Override
    public long nanos() {
      return nowMs * 1_000_000;
    }
  };
  private final Map<String, String> settings = new HashMap<>();
  private final Map<ConfigResource, Map<String, String>> configs = new HashMap<>();
  private final Receivers receivers = new Receivers(new LineLimit(clock));
  private final Telemetry telemetry = new Telemetry(values(settings), clock, receivers);
  private final List<ClientMetrics> received = new ArrayList<>();
  private final ClientMetricsReceiver receiver = received::add;

  private static SettingValues values(Map<String, String> overrides) {
    return new SettingValues() {
      @Override
      public <T> T get(Setting<T> setting) {
        String text = overrides.get(setting.name());
        return text == null ? setting.defaultValue() : setting.parse(text);
      }
    };
  }

  @BeforeEach
  void subscribeProducers() {
    receivers.add(receiver);
    subscribe("producers", Map.of("metrics", "org.apache.kafka.producer.", "interval.ms", Integer.toString(INTERVAL_MS)));
  }

  private void subscribe(String name, Map<String, String> values) {
    configs.put(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name), values);
    telemetry.subscriptions(Subscriptions.of(new ClusterImage("", 1, BrokerId.NONE, new TreeMap<>(), ClusterImage.EMPTY.allTopics(),
        configs, Map.of()), TelemetryTest::values));
  }

  private GetTelemetrySubscriptionsResponse get(UUID id, String clientId) {
    FakeRequest request = new FakeRequest(GetTelemetrySubscriptionsRequest.API,
        new GetTelemetrySubscriptionsRequest().setClientInstanceId(id), 0).clientId(clientId);
    new GetTelemetrySubscriptionsHandler(telemetry).handle(request);
    return request.answer(new GetTelemetrySubscriptionsResponse());
  }

  private GetTelemetrySubscriptionsResponse get() {
    return get(ID, "app");
  }

  private PushTelemetryRequest push(int subscriptionId) {
    return new PushTelemetryRequest().setClientInstanceId(ID).setSubscriptionId(subscriptionId).setMetrics(new byte[] {1, 2});
  }

  private Errors send(PushTelemetryRequest push) {
    return send(push, Long.MAX_VALUE);
  }

  private Errors send(PushTelemetryRequest push, long budget) {
    FakeRequest request = new FakeRequest(PushTelemetryRequest.API, push, 0).clientId("app").budget(budget);
    new PushTelemetryHandler(telemetry, Runnable::run).handle(request);
    return Errors.forCode(request.answer(new PushTelemetryResponse()).errorCode());
  }

  @Test
  void aClientGetsAnIdAndItsSubscription() {
    settings.put("telemetry.max.bytes", "77");
    GetTelemetrySubscriptionsResponse answer = get(KafkaUuid.ZERO, "app");
    assertThat(answer.errorCode()).isZero();
    assertThat(KafkaUuid.isReserved(answer.clientInstanceId())).isFalse();
    assertThat(answer.requestedMetrics()).containsExactly("org.apache.kafka.producer.");
    assertThat(answer.pushIntervalMs()).isEqualTo(INTERVAL_MS);
    assertThat(answer.telemetryMaxBytes()).isEqualTo(77);
    assertThat(answer.deltaTemporality()).isTrue();
    assertThat(answer.acceptedCompressionTypes()).containsExactly((byte) 4, (byte) 3, (byte) 1, (byte) 2);
    assertThat(get().clientInstanceId()).isEqualTo(ID);
  }

  @Test
  void subscriptionsThatMatchAddUp() {
    subscribe("b", Map.of("metrics", "b.,a.", "interval.ms", "200", "match", "client_id=ap+,client_source_address=127\\..*"));
    subscribe("c", Map.of("metrics", "c.", "interval.ms", "100", "match", "client_id=ap"));
    assertThat(get().requestedMetrics()).containsExactly("a.", "b.", "org.apache.kafka.producer.");
    assertThat(get(new UUID(1, 1), "app").pushIntervalMs()).isEqualTo(200);
    subscribe("b", Map.of("metrics", "*,x"));
    assertThat(get().requestedMetrics()).containsExactly("*");
  }

  @Test
  void withoutASubscriptionAClientIsNotRemembered() {
    subscribe("producers", Map.of("metrics", "a.", "match", "client_software_name=librdkafka"));
    assertThat(get().requestedMetrics()).isEmpty();
    assertThat(get().errorCode()).isZero();
    assertThat(telemetry.instances().size()).isZero();
    assertThat(send(push(get().subscriptionId()))).isEqualTo(Errors.UNKNOWN_SUBSCRIPTION_ID);
  }

  @Test
  void whatIsPushedIsReceived() {
    int subscription = get().subscriptionId();
    assertThat(send(push(subscription).setTerminating(true))).isEqualTo(Errors.NONE);
    assertThat(received).singleElement().satisfies(m -> {
      assertThat(m.clientInstanceId()).isEqualTo(ID);
      assertThat(m.clientId()).isEqualTo("app");
      assertThat(m.pushIntervalMs()).isEqualTo(INTERVAL_MS);
      assertThat(m.terminating()).isTrue();
      assertThat(m.otlp()).containsExactly(1, 2);
    });
    assertThat(send(push(subscription))).as("after the end").isEqualTo(Errors.INVALID_REQUEST);
  }

  @Test
  void askingAndPushingTooEarlyIsRefused() {
    int subscription = get().subscriptionId();
    assertThat(get().errorCode()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
    assertThat(send(push(subscription))).as("the first comes early").isEqualTo(Errors.NONE);
    nowMs += INTERVAL_MS - 1;
    assertThat(send(push(subscription))).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
    nowMs += 1;
    assertThat(send(push(subscription))).isEqualTo(Errors.NONE);
    assertThat(send(push(subscription).setTerminating(true))).as("the last may come at any time").isEqualTo(Errors.NONE);
    assertThat(received).hasSize(3);
  }

  @Test
  void aChangedSubscriptionIsFetchedAtOnce() {
    int before = get().subscriptionId();
    subscribe("producers", Map.of("metrics", "a.", "interval.ms", Integer.toString(INTERVAL_MS)));
    assertThat(send(push(before))).isEqualTo(Errors.UNKNOWN_SUBSCRIPTION_ID);
    GetTelemetrySubscriptionsResponse now = get();
    assertThat(now.errorCode()).isZero();
    assertThat(now.subscriptionId()).isNotEqualTo(before);
    assertThat(send(push(now.subscriptionId()))).isEqualTo(Errors.NONE);
  }

  @Test
  void theIdOfASubscriptionIsTheSameAtEachBroker() {
    Telemetry other = new Telemetry(values(settings), clock, receivers);
    other.subscriptions(Subscriptions.of(new ClusterImage("", 9, BrokerId.NONE, new TreeMap<>(), ClusterImage.EMPTY.allTopics(), configs,
        Map.of()), TelemetryTest::values));
    Client client = Client.of(ID, new FakeRequest(GetTelemetrySubscriptionsRequest.API, new GetTelemetrySubscriptionsRequest(), 0));
    assertThat(other.subscriptionOf(client).subscriptionId()).isEqualTo(get().subscriptionId());
  }

  @Test
  void pushesWithFaultsAreRefused() {
    int subscription = get().subscriptionId();
    assertThat(send(push(subscription).setCompressionType((byte) 5))).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
    assertThat(get().errorCode()).as("it may ask again").isZero();
    settings.put("telemetry.max.bytes", "1");
    assertThat(send(push(subscription))).isEqualTo(Errors.TELEMETRY_TOO_LARGE);
    settings.clear();
    assertThat(send(push(subscription).setClientInstanceId(KafkaUuid.ZERO))).isEqualTo(Errors.INVALID_REQUEST);
    nowMs += INTERVAL_MS;
    assertThat(send(push(subscription).setCompressionType((byte) 4))).as("no zstd").isEqualTo(Errors.INVALID_RECORD);
    receivers.remove(receiver);
    receivers.add(metrics -> {
      throw new IllegalArgumentException();
    });
    nowMs += INTERVAL_MS;
    assertThat(send(push(subscription))).isEqualTo(Errors.INVALID_RECORD);
    assertThat(received).isEmpty();
  }

  private static byte[] compressed(CompressionType type, byte[] bytes) throws Exception {
    ByteBufferOutputStream out = new ByteBufferOutputStream(512);
    try (var stream = Compression.of(type).build().wrapForOutput(out, RecordBatch.CURRENT_MAGIC_VALUE)) {
      stream.write(bytes);
    }
    byte[] result = new byte[out.position()];
    out.buffer().flip().get(result);
    return result;
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void whatTheJavaClientCompressesIsDecompressedWithinTheLimit(CompressionType type) throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    PushTelemetryRequest push = push(get().subscriptionId()).setCompressionType(type.id).setMetrics(compressed(type, bytes));
    assertThat(send(push)).isEqualTo(Errors.NONE);
    assertThat(received.get(0).otlp()).isEqualTo(bytes);
    if (type != CompressionType.NONE) {
      nowMs += INTERVAL_MS;
      assertThat(send(push, 100_000)).as("no memory").isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
      settings.put("margay.telemetry.decompressed.max.bytes", "299999");
      nowMs += INTERVAL_MS;
      assertThat(send(push)).isEqualTo(Errors.TELEMETRY_TOO_LARGE);
      assertThat(received).hasSize(1);
    }
  }

  @Test
  void withoutAReceiverNothingIsTakenAndNothingSubscribed() {
    int subscription = get().subscriptionId();
    receivers.remove(receiver);
    assertThat(send(push(subscription))).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
    nowMs += INTERVAL_MS;
    assertThat(get().requestedMetrics()).isEmpty();
    receivers.add(receiver);
    nowMs += INTERVAL_MS;
    assertThat(get().requestedMetrics()).isNotEmpty();
    assertThat(send(push(subscription))).isEqualTo(Errors.NONE);
  }

  @Test
  void aReceiverThatFailsDoesNotEndPushing() {
    receivers.add(metrics -> {
      throw new IllegalStateException("expected by this test");
    });
    assertThat(send(push(get().subscriptionId()))).isEqualTo(Errors.NONE);
    receivers.remove(receiver);
    nowMs += INTERVAL_MS;
    assertThat(send(push(get().subscriptionId()))).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
  }

  @Test
  void tooManyPushesAreRefused() {
    FakeRequest request = new FakeRequest(PushTelemetryRequest.API, push(get().subscriptionId()), 0).clientId("app");
    new PushTelemetryHandler(telemetry, task -> {
      throw new RejectedExecutionException();
    }).handle(request);
    assertThat(request.answer(new PushTelemetryResponse()).errorCode()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
  }

  @Test
  void aBoundedNumberOfClientsIsRemembered() {
    settings.put("margay.telemetry.clients.max", "3");
    for (int i = 1; i <= 10; i++) {
      get(new UUID(i, i), "app");
    }
    assertThat(telemetry.instances().size()).isEqualTo(3);
    assertThat(get(new UUID(10, 10), "app").errorCode()).as("the newest is known").isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
    settings.clear();
    nowMs += 60_001;
    get(new UUID(11, 11), "app");
    assertThat(telemetry.instances().size()).as("the others are gone").isEqualTo(1);
  }
}
