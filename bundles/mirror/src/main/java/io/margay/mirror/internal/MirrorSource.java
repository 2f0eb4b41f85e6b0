package io.margay.mirror.internal;

import io.margay.protocol.KafkaUuid;
import java.util.UUID;

/**
 * Where a mirror comes from, as {@code margay.mirror.source} stores it.
 *
 * @param link the link's name
 * @param topicId the topic's id in the source cluster; zero when the source has no topic ids
 * @param topic the topic's name in the source cluster
 */
record MirrorSource(String link, UUID topicId, String topic) {
  /** Reads the setting; null when it is not set or not valid. */
  static MirrorSource of(String text) {
    String[] parts = text == null ? new String[0] : text.split(":", 3);
    if (parts.length != 3) {
      return null;
    }
    try {
      return new MirrorSource(parts[0], KafkaUuid.fromString(parts[1]), parts[2]);
    } catch (IllegalArgumentException e) {
      // it was not written by a link
      return null;
    }
  }

  /** The version of a fetch when the other side serves this one: a topic without an id is named, which newer versions cannot. */
  short fetchVersion(short served) {
    return topicId.equals(KafkaUuid.ZERO) ? (short) Math.min(served, SourceFetcher.FIRST_WITH_TOPIC_IDS - 1) : served;
  }

  @Override
  public String toString() {
    return link + ":" + KafkaUuid.toString(topicId) + ":" + topic;
  }
}
