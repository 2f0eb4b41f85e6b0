package io.margay.model;

import java.util.Objects;
import java.util.UUID;

/**
 * A partition that cannot be confused with one of a deleted topic with the same name.
 *
 * @param topicId the topic's id, not null
 * @param topicPartition the topic's name and the partition's index, not null
 */
public record TopicIdPartition(UUID topicId, TopicPartition topicPartition) {
  public TopicIdPartition {
    Objects.requireNonNull(topicId, "topicId");
    Objects.requireNonNull(topicPartition, "topicPartition");
  }

  /** @return the topic's name */
  public String topic() {
    return topicPartition.topic();
  }

  /** @return the partition's index */
  public int partition() {
    return topicPartition.partition();
  }

  @Override
  public String toString() {
    return topicPartition.toString();
  }
}
