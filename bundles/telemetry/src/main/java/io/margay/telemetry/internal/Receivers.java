package io.margay.telemetry.internal;

import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.telemetry.ClientMetrics;
import io.margay.spi.telemetry.ClientMetricsReceiver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The receivers that are there, of which each gets what clients push. Safe for all threads. */
final class Receivers {
  private static final Logger LOG = LoggerFactory.getLogger(Receivers.class);
  private static final long DRAIN_MS = 10_000;

  private final List<ServiceHolder<ClientMetricsReceiver>> all = new CopyOnWriteArrayList<>();
  private final LineLimit lines;

  Receivers(LineLimit lines) {
    this.lines = lines;
  }

  void add(ClientMetricsReceiver receiver) {
    ServiceHolder<ClientMetricsReceiver> holder = new ServiceHolder<>(DRAIN_MS);
    holder.set(receiver);
    all.add(holder);
  }

  /** Returns when the receiver is not called any more. */
  void remove(ClientMetricsReceiver receiver) {
    for (ServiceHolder<ClientMetricsReceiver> holder : all) {
      if (holder.peek() == receiver) {
        all.remove(holder);
        holder.clear(receiver);
      }
    }
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** @return INVALID_RECORD when a receiver refuses the metrics, or a passing error when none could take them */
  Errors deliver(ClientMetrics metrics) {
    Errors error = Errors.THROTTLING_QUOTA_EXCEEDED;
    for (ServiceHolder<ClientMetricsReceiver> holder : all) {
      try (ServiceHolder.Lease<ClientMetricsReceiver> lease = holder.lease()) {
        if (lease != null) {
          lease.service().receive(metrics);
          error = error == Errors.INVALID_RECORD ? error : Errors.NONE;
        }
      } catch (IllegalArgumentException e) {
        error = Errors.INVALID_RECORD;
      } catch (RuntimeException | LinkageError e) {
        if (lines.pass("receive") != LineLimit.HELD) {
          LOG.error("A receiver of client metrics failed clientId={}", metrics.clientId(), e);
        }
      }
    }
    return error;
  }
}
