package io.margay.server.internal;

import io.netty.buffer.ByteBuf;

/**
 * How a connection goes to the next version of this bundle: by when, and what goes with it. One per connection, on its event loop.
 */
final class Departure {
  private long byNanos;
  /** A request that no handler was given: its frame goes with the channel. */
  private NetworkRequest unread;

  /** @param latestNanos after which the connection is closed if it has not left */
  void begin(long latestNanos) {
    byNanos = latestNanos;
  }

  /** Whether the connection should have left. */
  boolean overdue(long nowNanos) {
    return nowNanos - byNanos >= 0;
  }

  /** Keeps a request that was taken back. */
  void keep(NetworkRequest request) {
    unread = request;
    request.endReservation();
  }

  /** What the next version gets; the frames are closed. */
  Handover pack(FrameSource frames, Throttle throttle, ClientSession session) {
    ByteBuf rest = frames.detach(unread == null ? null : unread.frame);
    return new Handover(rest, true, frames.proven(), throttle.leftNanos(), session.known());
  }

  /** @return what was kept and is to be released, or null; the caller's from now on */
  NetworkRequest end() {
    NetworkRequest kept = unread;
    unread = null;
    return kept;
  }
}
