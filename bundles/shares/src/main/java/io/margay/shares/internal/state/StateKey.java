package io.margay.shares.internal.state;

import io.margay.protocol.KafkaUuid;
import java.util.UUID;

/**
 * A share partition.
 *
 * @param groupId the share group
 * @param topicId id of the topic
 * @param partition its partition
 */
public record StateKey(String groupId, UUID topicId, int partition) {
  /** @return the key by which its coordinator is found, in Kafka's form */
  public String coordinatorKey() {
    return groupId + ":" + KafkaUuid.toString(topicId) + ":" + partition;
  }
}
