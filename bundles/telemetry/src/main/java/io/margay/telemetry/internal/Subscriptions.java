package io.margay.telemetry.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.spi.config.SettingValues;
import io.margay.spi.telemetry.ClientMatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All subscriptions of the cluster, as one image has them. Their number is bounded by what the cluster stores of settings. Immutable; safe for
 * all threads.
 */
final class Subscriptions {
  /** There is none. */
  static final Subscriptions NONE = new Subscriptions(List.of());
  /** What clients take as all metrics. */
  static final String ALL_METRICS = "*";
  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

  private record Subscription(List<String> metrics, int intervalMs, ClientMatch match) { }

  /**
   * What one client is to push.
   *
   * @param id changes with what it is to push; the same at each broker
   * @param metrics prefixes in ascending order; empty for nothing
   * @param intervalMs milliseconds between two pushes
   */
  record OfClient(int id, List<String> metrics, int intervalMs) { }

  private final List<Subscription> all;

  private Subscriptions(List<Subscription> all) {
    this.all = all;
  }

  /** @param values reads the settings of a resource */
  static Subscriptions of(ClusterImage image, Function<Map<String, String>, SettingValues> values) {
    List<Subscription> all = new ArrayList<>();
    image.configs().forEach((resource, configs) -> {
      if (resource.type() == ConfigResource.Type.CLIENT_METRICS) {
        SettingValues of = values.apply(configs);
        try {
          all.add(new Subscription(of.get(TelemetrySettings.METRICS), of.get(TelemetrySettings.INTERVAL_MS),
              ClientMatch.parse(of.get(TelemetrySettings.MATCH))));
        } catch (IllegalArgumentException e) {
          LOG.warn("A subscription to metrics of clients is left out subscription={} why={}", resource.name(), e.getMessage());
        }
      }
    });
    return all.isEmpty() ? NONE : new Subscriptions(List.copyOf(all));
  }

  /** What a client is to push. */
  OfClient of(Client client) {
    TreeSet<String> metrics = new TreeSet<>();
    int intervalMs = TelemetrySettings.INTERVAL_MS.defaultValue();
    for (Subscription one : all) {
      if (one.match().matches(client::attribute)) {
        metrics.addAll(one.metrics());
        intervalMs = Math.min(intervalMs, one.intervalMs());
      }
    }
    List<String> asked = metrics.contains(ALL_METRICS) ? List.of(ALL_METRICS) : List.copyOf(metrics);
    return new OfClient(id(asked, intervalMs, client.instance()), asked, intervalMs);
  }

  private static int id(List<String> metrics, int intervalMs, UUID client) {
    CRC32C crc = new CRC32C();
    crc.update((metrics + " " + intervalMs).getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue() ^ client.hashCode();
  }
}
