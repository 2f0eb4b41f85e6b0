package io.margay.server.internal;

import io.netty.channel.Channel;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Does not read a connection for some time. One per connection, on its event loop. */
final class Throttle {
  private final Channel channel;
  private final ReadGate gate;
  private final Runnable goOn;
  private ScheduledFuture<?> end;

  /**
   * @param channel the connection's
   * @param gate pauses reading
   * @param goOn called when the time is over
   */
  Throttle(Channel channel, ReadGate gate, Runnable goOn) {
    this.channel = channel;
    this.gate = gate;
    this.goOn = goOn;
  }

  /** Begins, or lasts at least as long from now on. */
  void begin(long nanos) {
    if (end != null) {
      if (leftNanos() >= nanos) {
        return;
      }
      end.cancel(false);
    }
    gate.pause(ReadGate.Reason.THROTTLED);
    end = channel.eventLoop().schedule(() -> {
      end = null;
      gate.resume(ReadGate.Reason.THROTTLED);
      goOn.run();
    }, nanos, TimeUnit.NANOSECONDS);
  }

  /** @return how long it lasts from now on; 0 when there is none */
  long leftNanos() {
    return end == null ? 0 : Math.max(0, end.getDelay(TimeUnit.NANOSECONDS));
  }

  /** The connection has gone. */
  void close() {
    if (end != null) {
      end.cancel(false);
      end = null;
    }
  }
}
