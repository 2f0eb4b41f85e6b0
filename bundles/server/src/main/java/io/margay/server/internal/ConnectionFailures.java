package io.margay.server.internal;

import io.margay.model.LineLimit;
import java.io.IOException;
import java.net.SocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log says when a connection is closed for a reason that its client may repeat: the rate of the lines is limited. Stateless. */
final class ConnectionFailures {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final int KIND_CHARACTERS = 40;

  private ConnectionFailures() { }

  /**
   * The client did what it may not.
   *
   * @param kind of which lines are limited
   * @param why one sentence
   */
  static void refused(LineLimit lines, String kind, String why, SocketAddress client) {
    long held = lines.pass(kind);
    if (held != LineLimit.HELD) {
      LOG.warn("Closing the connection: {} client={} sinceLast={}", why, client, held);
    }
  }

  /** The kind of a reason that has no name of its own. */
  static String kind(String why) {
    return why.substring(0, Math.min(why.length(), KIND_CHARACTERS));
  }

  /** Something else went wrong. */
  static void broken(LineLimit lines, Throwable cause, SocketAddress client) {
    if (cause instanceof IOException) {
      LOG.debug("The connection broke client={} why={}", client, cause.getMessage());
    } else if (lines.pass("failure") != LineLimit.HELD) {
      LOG.error("Closing the connection after a failure client={}", client, cause);
    }
  }
}
