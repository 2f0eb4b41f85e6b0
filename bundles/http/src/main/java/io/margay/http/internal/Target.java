package io.margay.http.internal;

import java.util.UUID;

/**
 * The topic that the records of a request go to.
 *
 * @param clusterId the cluster's id
 * @param topic the topic's name
 * @param topicId its id
 * @param partitions how many partitions it has
 * @param maxBytes its {@code max.message.bytes}
 * @param access whether the client may write to it
 */
record Target(String clusterId, String topic, UUID topicId, int partitions, int maxBytes, TopicAccess access) {
  Target(String clusterId, String topic, UUID topicId, int partitions, int maxBytes) {
    this(clusterId, topic, topicId, partitions, maxBytes, TopicAccess.ALL);
  }
}
