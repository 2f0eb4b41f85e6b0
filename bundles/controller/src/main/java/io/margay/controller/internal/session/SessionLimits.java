package io.margay.controller.internal.session;

import io.margay.spi.config.SettingValues;

/**
 * Times of broker sessions, in milliseconds.
 *
 * @param sessionMs {@code broker.session.timeout.ms}
 * @param heartbeatMs {@code broker.heartbeat.interval.ms}
 * @param graceMs {@code margay.broker.reconnect.grace.ms}
 * @param reportMs {@code margay.broker.report.ms}
 */
public record SessionLimits(long sessionMs, long heartbeatMs, long graceMs, long reportMs) {
  /** The times that are in effect now. */
  public static SessionLimits of(SettingValues settings) {
    return new SessionLimits(settings.get(SessionSettings.BROKER_SESSION_TIMEOUT_MS),
        settings.get(SessionSettings.BROKER_HEARTBEAT_INTERVAL_MS), settings.get(SessionSettings.MARGAY_BROKER_RECONNECT_GRACE_MS),
        settings.get(SessionSettings.MARGAY_BROKER_REPORT_MS));
  }
}
