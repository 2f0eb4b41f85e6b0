package io.margay.shares.internal.letters;

/** The settings of dead letter queues, always the newest. */
public interface LetterSettings {
  /** @return {@code errors.deadletterqueue.topic.name} of a group; empty when it has no dead letter queue */
  String letterTopic(String groupId);

  /** @return {@code errors.deadletterqueue.copy.record.enable} of a group */
  boolean copiesRecords(String groupId);

  /** @return {@code errors.deadletterqueue.topic.name.prefix} */
  String prefix();

  /** @return {@code errors.deadletterqueue.auto.create.topics.enable} */
  boolean createsTopics();

  /** @return {@code errors.deadletterqueue.group.enable} of a topic */
  boolean isDeadLetterTopic(String topic);
}
