package io.margay.server.internal;

import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;

/** Lets a connection start no request while the memory for work is spent. One per connection, on its event loop. */
final class WorkWait {
  private final MemoryPool pool;
  private final Channel channel;
  private final Runnable goOn;
  private boolean waiting;

  /**
   * @param pool the memory for work
   * @param channel the connection's
   * @param goOn called on the event loop when there is memory again
   */
  WorkWait(MemoryPool pool, Channel channel, Runnable goOn) {
    this.pool = pool;
    this.channel = channel;
    this.goOn = goOn;
  }

  /**
   * @param wanted whether a request waits to be started
   * @return whether there is memory for work; else, if wanted, the connection goes on later
   */
  boolean passes(boolean wanted) {
    if (!pool.spent()) {
      return true;
    }
    if (!waiting && wanted) {
      waiting = true;
      if (pool.takeOrWait(this, 1, false, this::grantedElsewhere)) {
        granted();
      }
    }
    return false;
  }

  private void grantedElsewhere() {
    try {
      channel.eventLoop().execute(this::granted);
    } catch (RejectedExecutionException e) {
      // the event loops have ended
      pool.give(1);
    }
  }

  private void granted() {
    waiting = false;
    pool.give(1);
    goOn.run();
  }

  /** The connection has gone. */
  void close() {
    pool.forget(this);
  }
}
