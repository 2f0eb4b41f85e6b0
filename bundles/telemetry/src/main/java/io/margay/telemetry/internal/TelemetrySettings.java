package io.margay.telemetry.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import io.margay.spi.telemetry.ClientMatch;
import java.util.List;

/** Settings of telemetry, and those of a subscription. */
@DefinesSettings
public final class TelemetrySettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Metrics of clients");

  /** {@code telemetry.max.bytes}. */
  public static final Setting<Integer> TELEMETRY_MAX_BYTES = ALL.broker(INT, "telemetry.max.bytes", 1_048_576).from(1).live()
      .doc("Bytes of metrics, as they arrive, that a client may push at a time. Beyond them it gets TELEMETRY_TOO_LARGE.");
  /** {@code margay.telemetry.decompressed.max.bytes}. */
  public static final Setting<Integer> MARGAY_TELEMETRY_DECOMPRESSED_MAX_BYTES =
      ALL.broker(INT, "margay.telemetry.decompressed.max.bytes", 8_388_608).from(1).live()
      .doc("Bytes of metrics, when decompressed, that a client may push at a time. Beyond them it gets TELEMETRY_TOO_LARGE.");
  /** {@code margay.telemetry.clients.max}. */
  public static final Setting<Integer> MARGAY_TELEMETRY_CLIENTS_MAX =
      ALL.broker(INT, "margay.telemetry.clients.max", 16_384).from(1).live()
      .doc("Clients with a subscription that the broker remembers. It forgets the one that was silent for longest, which may then push "
          + "earlier than its interval.");

  /** {@code metrics}. */
  public static final Setting<List<String>> METRICS = ALL.clientMetrics(LIST, "metrics", List.of())
      .doc("Prefixes of the names of metrics that clients push; * stands for all. Without any, nothing is pushed.");
  /** {@code interval.ms}. */
  public static final Setting<Integer> INTERVAL_MS = ALL.clientMetrics(INT, "interval.ms", 300_000).range(100, 3_600_000)
      .doc("Milliseconds between two pushes of a client. Of several subscriptions that match, the shortest counts.");
  /** {@code match}. */
  public static final Setting<List<String>> MATCH = ALL.clientMetrics(LIST, ClientMatch.SETTING, List.of())
      .doc("Which clients push: ATTRIBUTE=EXPRESSION, all of which must match. The attributes are client_instance_id, client_id, "
          + "client_software_name, client_software_version, client_source_address and client_source_port. The expressions have the "
          + "syntax of RE2 and match the whole value. Without any, all clients push.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
