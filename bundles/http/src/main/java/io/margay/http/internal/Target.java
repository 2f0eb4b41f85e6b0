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
 */
record Target(String clusterId, String topic, UUID topicId, int partitions, int maxBytes) { }
