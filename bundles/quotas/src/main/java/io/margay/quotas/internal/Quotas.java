package io.margay.quotas.internal;

import io.margay.model.Clock;
import io.margay.spi.handler.Principal;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.quota.ClientQuotas;
import java.net.InetAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The limits that count now, and what was used of them. Safe for all threads. */
final class Quotas implements ClientQuotas {
  private final Clock clock;
  private final UsageTable table;
  private final AtomicInteger version = new AtomicInteger();
  private volatile QuotaLimits limits = QuotaLimits.NONE;

  Quotas(Clock clock, UsageTable table) {
    this.clock = clock;
    this.table = table;
  }

  /** Other limits count from now on; what was used stays. */
  void limits(QuotaLimits next) {
    limits = next;
    version.incrementAndGet();
  }

  /** Measures over other windows from now on. */
  void windows(Windows next) {
    table.restart(next);
    version.incrementAndGet();
  }

  Clock clock() {
    return clock;
  }

  UsageTable table() {
    return table;
  }

  @Override
  public int version() {
    return version.get();
  }

  @Override
  public ClientQuota of(Principal user, String clientId) {
    LimitedClient client = new LimitedClient(this, limits, user.name(), clientId);
    return client.limited() ? client : ClientQuota.NONE;
  }

  @Override
  public int connected(InetAddress address) {
    String ip = address.getHostAddress();
    int scope = ip.indexOf('%');
    QuotaLimits.Found found = limits.find(scope < 0 ? ip : ip.substring(0, scope));
    if (found == null) {
      return 0;
    }
    long now = clock.nanos();
    double windowSeconds = table.windows().requests().nanos() / 1e9;
    return table.ofAddress(found.key(), now).addWithin(1, found.limit(), windowSeconds, now);
  }

  /** What is counted, with the names of Kafka's metrics: rates in thousandths, times in milliseconds. */
  Map<String, Long> counters() {
    Map<String, Long> values = new TreeMap<>();
    long now = clock.nanos();
    for (Usage usage : table.all()) {
      Usage.Shown shown = usage.show(now);
      String name = usage.key().shown();
      values.put(name + "." + usage.key().kind().rate() + ".milli", Math.round(shown.perSecond() * 1000));
      values.put(name + ".throttle-time.total", shown.throttledMs());
      values.put(name + ".throttle-count", shown.throttledCount());
    }
    return values;
  }
}
