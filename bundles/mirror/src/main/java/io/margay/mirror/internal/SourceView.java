package io.margay.mirror.internal;

import io.margay.mirror.internal.LinkConfig.Address;
import io.margay.protocol.Errors;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a link knows of its source: brokers, and the topics that it covers. Immutable.
 *
 * @param brokers addresses by id
 * @param topics by name, in ascending order
 */
record SourceView(Map<Integer, Address> brokers, TreeMap<String, SourceTopic> topics) {
  /** Nothing is known yet. */
  static final SourceView NONE = new SourceView(Map.of(), new TreeMap<>());
  /** Partitions of a topic; more are not accepted from a source. */
  private static final int PARTITIONS_MAX = 100_000;

  /**
   * A topic of the source.
   *
   * @param id its id, zero when the source has none
   * @param leaders broker ids by partition; -1 when there is no leader
   */
  record SourceTopic(UUID id, int[] leaders) { }

  static SourceView of(MetadataResponse response, LinkConfig config) {
    Map<Integer, Address> brokers = new HashMap<>();
    response.brokers().forEach(b -> brokers.put(b.nodeId(), new Address(b.host(), b.port())));
    TreeMap<String, SourceTopic> topics = new TreeMap<>();
    for (MetadataResponseTopic topic : response.topics()) {
      if (topic.errorCode() == Errors.NONE.code() && topic.name() != null && !topic.isInternal() && config.covers(topic.name())
          && topic.partitions().size() <= PARTITIONS_MAX) {
        int[] leaders = new int[topic.partitions().size()];
        java.util.Arrays.fill(leaders, -1);
        topic.partitions().forEach(p -> {
          if (p.partitionIndex() >= 0 && p.partitionIndex() < leaders.length) {
            leaders[p.partitionIndex()] = p.leaderId();
          }
        });
        topics.put(topic.name(), new SourceTopic(topic.topicId(), leaders));
      }
    }
    return new SourceView(Map.copyOf(brokers), topics);
  }

  /** The broker that leads a partition at the source; -1 when none does, or it is not known. */
  int leader(String topic, int partition) {
    SourceTopic known = topics.get(topic);
    return known == null || partition >= known.leaders().length ? -1 : known.leaders()[partition];
  }
}
