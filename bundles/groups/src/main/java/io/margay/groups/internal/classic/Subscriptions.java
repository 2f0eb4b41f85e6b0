package io.margay.groups.internal.classic;

import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.MessageReader;
import io.margay.protocol.message.ConsumerProtocolSubscription;
import java.util.List;

/** Reads what a consumer puts into the metadata of its protocols. */
final class Subscriptions {
  private Subscriptions() { }

  /**
   * @param metadata version and subscription
   * @return the topics; null when the bytes are no subscription, which is the client's own business
   */
  static List<String> topics(byte[] metadata) {
    try {
      MessageReader in = new MessageReader(metadata);
      short version = in.readShort();
      if (version < ConsumerProtocolSubscription.LOWEST_VERSION) {
        return null;
      }
      ConsumerProtocolSubscription subscription = new ConsumerProtocolSubscription();
      // a newer version starts with the fields of those before it
      subscription.read(in, (short) Math.min(version, ConsumerProtocolSubscription.HIGHEST_VERSION));
      return subscription.topics();
    } catch (MalformedMessageException e) {
      return null;
    }
  }
}
