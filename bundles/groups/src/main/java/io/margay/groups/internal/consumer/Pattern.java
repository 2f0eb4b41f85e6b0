package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.HeapSize;
import java.util.Set;

/**
 * The topics that a regular expression of a subscription stands for. Immutable.
 *
 * @param topics names of the topics that match
 * @param offset of the metadata that they were looked up in
 * @param resolvedAtMs when that was, in milliseconds since the epoch
 */
record Pattern(Set<String> topics, long offset, long resolvedAtMs) {
  private static final int BYTES = 160;
  private static final int TOPIC_BYTES = 8;

  Pattern {
    topics = Set.copyOf(topics);
  }

  static long costOf(String text, Set<String> topics) {
    long bytes = BYTES + HeapSize.of(text);
    for (String topic : topics) {
      bytes += TOPIC_BYTES + HeapSize.of(topic);
    }
    return bytes;
  }
}
