package io.margay.quotas.internal;

import io.margay.spi.config.NodeSettings;
import java.util.concurrent.TimeUnit;

/**
 * Over which time usage is measured.
 *
 * @param requests for rates of bytes, time and connections
 * @param mutations for partitions that are created or deleted
 */
record Windows(Span requests, Span mutations) {
  /**
   * Windows of one length.
   *
   * @param count how many
   * @param nanos the length of each, in nanoseconds
   */
  record Span(int count, long nanos) {
    /** Of all but the one that is not over. */
    double fullSeconds() {
      return Math.max(1, count - 1) * nanos / 1e9;
    }
  }

  static Windows of(NodeSettings settings) {
    return new Windows(new Span(settings.get(QuotaSettings.QUOTA_WINDOW_NUM), nanos(settings.get(QuotaSettings.QUOTA_WINDOW_SIZE_SECONDS))),
        new Span(settings.get(QuotaSettings.CONTROLLER_QUOTA_WINDOW_NUM), nanos(settings.get(QuotaSettings.CONTROLLER_QUOTA_WINDOW_SIZE_SECONDS))));
  }

  private static long nanos(int seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
