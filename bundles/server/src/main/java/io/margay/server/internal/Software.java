package io.margay.server.internal;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * The software of a client, as it named itself in ApiVersions, in an attribute of its channel: so it outlives a version of this bundle.
 * At most {@value #MAX_LENGTH} characters; a longer name counts as none. Neither name nor version has a space, see
 * {@link ApiVersionsHandler}.
 */
final class Software {
  private static final AttributeKey<String> KEY = AttributeKey.valueOf("margay.software");
  private static final int MAX_LENGTH = 200;

  private Software() { }

  static void remember(Channel channel, String name, String version) {
    channel.attr(KEY).set(name.length() + version.length() < MAX_LENGTH ? name + " " + version : null);
  }

  /** @return empty when the client gave none */
  static String name(Channel channel) {
    String both = both(channel);
    return both.substring(0, Math.max(0, both.indexOf(' ')));
  }

  /** @return empty when the client gave none */
  static String version(Channel channel) {
    String both = both(channel);
    return both.substring(both.indexOf(' ') + 1);
  }

  private static String both(Channel channel) {
    String both = channel.hasAttr(KEY) ? channel.attr(KEY).get() : null;
    return both == null ? "" : both;
  }
}
