package io.margay.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.HashMap;
import java.util.Map;

/**
 * What goes with a connection from one version of this bundle to the next, in an attribute of the channel: a map with values of classes of
 * the JDK and of Netty, since each version has classes of its own. A version passes over names that it does not know.
 *
 * <p>There is no more state: clients are anonymous, their id is in each request, and the versions of APIs are those of the handlers.
 *
 * @param rest bytes that have arrived and that no request was started for, or null; at most a frame and what is read at a time. They were
 *     taken from the memory for frames of the version before, and are taken from that of the next, whether there is any or not
 * @param served whether a server had the connection before; else it waited for one from the beginning
 * @param proven whether a whole frame has come before
 * @param throttledNanos how long the connection is not to be read, in nanoseconds
 */
record Handover(ByteBuf rest, boolean served, boolean proven, long throttledNanos) {
  private static final AttributeKey<Map<String, Object>> KEY = AttributeKey.valueOf("margay.connection");
  /** The bundle {@code sockets} knows this name. */
  private static final String REST = "rest";
  private static final String PROVEN = "proven";
  private static final String THROTTLED_UNTIL = "throttledUntilNanos";

  /** @return what was left with the channel, now the caller's, or null when the connection is accepted just now */
  static Handover take(Channel channel) {
    if (!channel.hasAttr(KEY)) {
      return null;
    }
    Map<String, Object> left = channel.attr(KEY).getAndSet(null);
    if (left == null) {
      return null;
    }
    long throttled = left.get(THROTTLED_UNTIL) instanceof Long until ? Math.max(0, until - System.nanoTime()) : 0;
    return new Handover(left.get(REST) instanceof ByteBuf bytes ? bytes : null, left.containsKey(PROVEN),
        Boolean.TRUE.equals(left.get(PROVEN)), throttled);
  }

  /** Leaves this with a channel. */
  void leave(Channel channel) {
    Map<String, Object> left = new HashMap<>();
    if (rest != null) {
      left.put(REST, rest);
    }
    left.put(PROVEN, proven);
    if (throttledNanos > 0) {
      left.put(THROTTLED_UNTIL, System.nanoTime() + throttledNanos);
    }
    channel.attr(KEY).set(left);
  }
}
