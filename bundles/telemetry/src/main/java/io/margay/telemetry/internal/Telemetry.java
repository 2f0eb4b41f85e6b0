package io.margay.telemetry.internal;

import io.margay.model.Clock;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.GetTelemetrySubscriptionsResponse;
import io.margay.protocol.message.PushTelemetryRequest;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.RecordScratchPool;
import io.margay.spi.config.SettingValues;
import io.margay.spi.telemetry.ClientMetrics;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * Decides what clients push and whether a push is taken (KIP-714). Safe for all threads: what concerns one client is guarded by its
 * {@link ClientInstance}.
 */
final class Telemetry {
  /** The one that clients should prefer first. */
  private static final List<Byte> ACCEPTED = List.of(CompressionType.ZSTD.id(), CompressionType.LZ4.id(), CompressionType.GZIP.id(),
      CompressionType.SNAPPY.id());

  private final SettingValues settings;
  private final Clock clock;
  private final Receivers receivers;
  private final ClientInstances instances;
  private final RecordScratchPool scratches = new RecordScratchPool(ByteBufAllocator.DEFAULT);
  private volatile Subscriptions subscriptions = Subscriptions.NONE;

  Telemetry(SettingValues settings, Clock clock, Receivers receivers) {
    this.settings = settings;
    this.clock = clock;
    this.receivers = receivers;
    this.instances = new ClientInstances(() -> settings.get(TelemetrySettings.MARGAY_TELEMETRY_CLIENTS_MAX));
  }

  void subscriptions(Subscriptions newest) {
    subscriptions = newest;
  }

  ClientInstances instances() {
    return instances;
  }

  /** Frees what decompression needs. */
  void close() {
    scratches.close();
  }

  private long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanos());
  }

  private ClientInstance instance(Client client, long nowMs) {
    return instances.of(client, receivers.isEmpty() ? Subscriptions.NONE : subscriptions, nowMs);
  }

  /** @return the id of a client's instance: its own, or a new one when it has none */
  static UUID idOf(UUID given) {
    return given.equals(KafkaUuid.ZERO) ? KafkaUuid.random() : given;
  }

  /** What a client is to push. */
  GetTelemetrySubscriptionsResponse subscriptionOf(Client client) {
    long nowMs = nowMs();
    ClientInstance instance = instance(client, nowMs);
    Errors error = instance.get(nowMs);
    if (error != Errors.NONE) {
      return new GetTelemetrySubscriptionsResponse().setErrorCode(error.code());
    }
    return new GetTelemetrySubscriptionsResponse().setClientInstanceId(client.instance()).setSubscriptionId(instance.subscription.id())
        .setRequestedMetrics(instance.subscription.metrics()).setPushIntervalMs(instance.subscription.intervalMs())
        .setAcceptedCompressionTypes(ACCEPTED).setTelemetryMaxBytes(settings.get(TelemetrySettings.TELEMETRY_MAX_BYTES))
        .setDeltaTemporality(true);
  }

  /** @return the error for the client, or NONE when {@link #take} is to take the push */
  Errors admit(PushTelemetryRequest push, Client client) {
    if (KafkaUuid.isReserved(push.clientInstanceId())) {
      return Errors.INVALID_REQUEST;
    }
    if (receivers.isEmpty()) {
      // the client asks again at the next interval, and learns then whether there is still a subscription
      return Errors.THROTTLING_QUOTA_EXCEEDED;
    }
    long nowMs = nowMs();
    return instance(client, nowMs).push(nowMs, push.subscriptionId(), push.terminating(), fault(push));
  }

  private Errors fault(PushTelemetryRequest push) {
    if (!CompressionType.isKnown(push.compressionType())) {
      return Errors.UNSUPPORTED_COMPRESSION_TYPE;
    }
    return push.metrics().length > settings.get(TelemetrySettings.TELEMETRY_MAX_BYTES) ? Errors.TELEMETRY_TOO_LARGE : Errors.NONE;
  }

  /**
   * Decompresses an admitted push and gives it to the receivers. It may take long.
   *
   * @param memory reserves memory for the request
   * @return the error for the client, or NONE
   */
  Errors take(PushTelemetryRequest push, Client client, LongPredicate memory) {
    if (push.metrics().length == 0) {
      return Errors.NONE; // a client that closes and has nothing to say
    }
    ClientInstance instance = instance(client, nowMs());
    Errors error = deliver(push, client, instance.subscription.intervalMs(), memory);
    if (error != Errors.NONE) {
      instance.failed(error);
    }
    return error;
  }

  private Errors deliver(PushTelemetryRequest push, Client client, int intervalMs, LongPredicate memory) {
    byte[] otlp;
    try {
      otlp = decompressed(push, memory);
    } catch (InvalidRecordBatchException e) {
      return e.reason() == InvalidRecordBatchException.Reason.MESSAGE_TOO_LARGE ? Errors.TELEMETRY_TOO_LARGE : Errors.INVALID_RECORD;
    }
    if (otlp == null) {
      return Errors.THROTTLING_QUOTA_EXCEEDED;
    }
    return receivers.deliver(new ClientMetrics(client.instance(), client.id(),
        new ClientMetrics.Software(client.softwareName(), client.softwareVersion()), client.address(), intervalMs, push.terminating(), otlp));
  }

  private byte[] decompressed(PushTelemetryRequest push, LongPredicate memory) {
    CompressionType type = CompressionType.forId(push.compressionType());
    if (type == CompressionType.NONE) {
      return push.metrics();
    }
    return scratches.with(scratch -> scratch.decompress(type, ByteBuffer.wrap(push.metrics()), memory,
        settings.get(TelemetrySettings.MARGAY_TELEMETRY_DECOMPRESSED_MAX_BYTES)));
  }
}
