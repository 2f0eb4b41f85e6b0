package io.margay.server.internal;

import io.netty.channel.Channel;

/** Pauses reading from a connection for as long as there is a reason. One per connection, on its event loop. */
final class ReadGate {
  /** Why reading pauses. */
  enum Reason {
    /** A big frame waits for memory. */
    MEMORY,
    /** Too many requests wait for their turn. */
    BACKLOG,
    /** The client does not read its answers. */
    UNWRITABLE,
    /** The client is throttled. */
    THROTTLED,
    /** The connection goes to the next version of this bundle. */
    LEAVING
  }

  private final Channel channel;
  private int reasons;

  ReadGate(Channel channel) {
    this.channel = channel;
  }

  void pause(Reason reason) {
    if (reasons == 0) {
      channel.config().setAutoRead(false);
    }
    reasons |= 1 << reason.ordinal();
  }

  void resume(Reason reason) {
    int left = reasons & ~(1 << reason.ordinal());
    if (left != reasons) {
      reasons = left;
      if (left == 0) {
        channel.config().setAutoRead(true);
      }
    }
  }

  /** Reads a channel that was not read until now, unless there is a reason to pause. */
  void open() {
    if (reasons == 0) {
      channel.config().setAutoRead(true);
    }
  }

  boolean paused(Reason reason) {
    return (reasons & 1 << reason.ordinal()) != 0;
  }
}
