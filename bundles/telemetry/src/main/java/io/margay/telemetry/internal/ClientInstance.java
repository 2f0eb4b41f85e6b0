package io.margay.telemetry.internal;

import io.margay.protocol.Errors;

/**
 * What is remembered of a client with a subscription. A client that comes from another broker, or was forgotten, begins like a new one. Safe
 * for all threads.
 */
final class ClientInstance {
  private static final long NEVER = Long.MIN_VALUE / 2;

  /** The subscriptions that {@link #subscription} was found in. */
  final Subscriptions from;
  final Subscriptions.OfClient subscription;
  private long lastGetMs = NEVER;
  private long lastPushMs = NEVER;
  /** It asked for its subscription since its last push. */
  private boolean fetched;
  private boolean terminating;
  private Errors lastError = Errors.NONE;

  ClientInstance(Subscriptions from, Subscriptions.OfClient subscription) {
    this.from = from;
    this.subscription = subscription;
  }

  /** @return NONE when the client may ask for its subscription now: once in an interval, and after an error that asks for it */
  synchronized Errors get(long nowMs) {
    boolean early = nowMs - Math.max(lastGetMs, lastPushMs) < subscription.intervalMs();
    if (early && lastError != Errors.UNKNOWN_SUBSCRIPTION_ID && lastError != Errors.UNSUPPORTED_COMPRESSION_TYPE) {
      return Errors.THROTTLING_QUOTA_EXCEEDED;
    }
    lastGetMs = nowMs;
    fetched = true;
    lastError = Errors.NONE;
    return Errors.NONE;
  }

  /**
   * Decides about a push.
   *
   * @param last whether the client closes
   * @param otherwise what is wrong with the push itself, or NONE
   * @return the error for the client, or NONE
   */
  synchronized Errors push(long nowMs, int subscriptionId, boolean last, Errors otherwise) {
    lastError = check(nowMs, subscriptionId, last, otherwise);
    terminating = last;
    return lastError;
  }

  private Errors check(long nowMs, int subscriptionId, boolean last, Errors otherwise) {
    if (terminating) {
      return Errors.INVALID_REQUEST;
    }
    // the first push after a subscription comes early: clients spread theirs over the interval
    if (fetched || nowMs - lastPushMs >= subscription.intervalMs()) {
      lastPushMs = nowMs;
      fetched = false;
    } else if (!last) {
      return Errors.THROTTLING_QUOTA_EXCEEDED;
    }
    return subscriptionId != subscription.id() || subscription.metrics().isEmpty() ? Errors.UNKNOWN_SUBSCRIPTION_ID : otherwise;
  }

  /** The receiver of a push found fault with it. */
  synchronized void failed(Errors error) {
    lastError = error;
  }

  /** @return whether it was silent for so long that it counts as gone */
  synchronized boolean isGone(long nowMs, long leastMs) {
    return nowMs - Math.max(lastGetMs, lastPushMs) > Math.max(leastMs, 3L * subscription.intervalMs());
  }
}
