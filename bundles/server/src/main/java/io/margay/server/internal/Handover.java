package io.margay.server.internal;

import io.margay.spi.handler.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.HashMap;
import java.util.Map;

/**
 * What goes with a connection from one version of this bundle to the next, in an attribute of the channel: a map with values of classes of
 * the JDK and of Netty, since each version has classes of its own. A version passes over names that it does not know.
 *
 * <p>There is no more state: the id of a client is in each request, and the versions of APIs are those of the handlers. TLS is in handlers of
 * Netty, which stay in the channel.
 *
 * @param rest bytes that have arrived and that no request was started for, or null; at most a frame and what is read at a time. They were
 *     taken from the memory for frames of the version before, and are taken from that of the next, whether there is any or not
 * @param served whether a server had the connection before; else it waited for one from the beginning
 * @param proven whether a whole frame has come before
 * @param throttledNanos how long the connection is not to be read, in nanoseconds
 * @param known who the client is; null when it has not proved that, or nobody asks for it
 */
record Handover(ByteBuf rest, boolean served, boolean proven, long throttledNanos, Known known) {
  /**
   * A client that has proved who it is.
   *
   * @param principal who it is
   * @param mechanism with which it has logged in, or null
   * @param endNanos by which it has to log in again, as {@link System#nanoTime} tells; 0 for never
   */
  record Known(Principal principal, String mechanism, long endNanos) { }

  private static final AttributeKey<Map<String, Object>> KEY = AttributeKey.valueOf("margay.connection");
  /** The bundle {@code sockets} knows this name. */
  private static final String REST = "rest";
  private static final String PROVEN = "proven";
  private static final String THROTTLED_UNTIL = "throttledUntilNanos";
  private static final String PRINCIPAL_TYPE = "principalType";
  private static final String PRINCIPAL_NAME = "principalName";
  private static final String BY_TOKEN = "principalByToken";
  private static final String MECHANISM = "mechanism";
  private static final String LOGIN_END = "loginEndNanos";

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
        Boolean.TRUE.equals(left.get(PROVEN)), throttled, known(left));
  }

  /** @return whether bytes were left with a channel */
  static boolean hasRest(Channel channel) {
    Map<String, Object> left = channel.hasAttr(KEY) ? channel.attr(KEY).get() : null;
    return left != null && left.containsKey(REST);
  }

  private static Known known(Map<String, Object> left) {
    return left.get(PRINCIPAL_TYPE) instanceof String type && left.get(PRINCIPAL_NAME) instanceof String name
        ? new Known(new Principal(type, name, Boolean.TRUE.equals(left.get(BY_TOKEN))), (String) left.get(MECHANISM), left.get(LOGIN_END) instanceof Long end ? end : 0) : null;
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
    if (known != null) {
      left.put(PRINCIPAL_TYPE, known.principal().type());
      left.put(PRINCIPAL_NAME, known.principal().name());
      left.put(BY_TOKEN, known.principal().tokenAuthenticated());
      left.put(LOGIN_END, known.endNanos());
      if (known.mechanism() != null) {
        left.put(MECHANISM, known.mechanism());
      }
    }
    channel.attr(KEY).set(left);
  }
}
