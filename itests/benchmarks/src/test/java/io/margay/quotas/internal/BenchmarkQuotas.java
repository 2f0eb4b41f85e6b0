package io.margay.quotas.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.QuotaEntity;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.quota.ClientQuotas;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Quotas that nobody reaches. */
public final class BenchmarkQuotas {
  private static final int MEMORY_BYTES = 1 << 20;

  private BenchmarkQuotas() { }

  /** @return limits bytes and time of each user when {@code limited}, else nobody */
  public static ClientQuotas with(boolean limited) {
    Windows.Span span = new Windows.Span(11, TimeUnit.SECONDS.toNanos(1));
    Quotas quotas = new Quotas(Clock.SYSTEM, new UsageTable(new Windows(span, span), () -> MEMORY_BYTES, new LineLimit(Clock.SYSTEM)));
    if (limited) {
      quotas.limits(QuotaLimits.of(new ClusterImage("c", 1, BrokerId.NONE, Collections.emptySortedMap(), TopicsImage.EMPTY,
          Map.of(new QuotaEntity(QuotaEntity.DEFAULT, null, null).resource(),
              Map.of("producer_byte_rate", "1e15", "consumer_byte_rate", "1e15", "request_percentage", "1e9")), Map.of())));
    }
    return quotas;
  }
}
