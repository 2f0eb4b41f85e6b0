package io.margay.groups.internal.group;

import io.margay.model.TopicPartition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The topics of the cluster, as the newest image has them. Safe for all threads. */
public interface Topics {
  /** @return grows when topics come or go or get more partitions, and with nothing else */
  long version();

  /**
   * @param name a topic's name
   * @return its id, or null when there is no such topic
   */
  UUID id(String name);

  /**
   * @param id a topic's id
   * @return its name, or null when there is no such topic
   */
  String name(UUID id);

  /**
   * @param name a topic's name
   * @return how many partitions it has; 0 when there is no such topic
   */
  int partitions(String name);

  /** @return names of the topics that are not internal, in ascending order */
  List<String> names();

  /**
   * @param partitions partitions by the ids of their topics
   * @return the same by name, without topics that are gone
   */
  default Set<TopicPartition> named(Partitions partitions) {
    Set<TopicPartition> result = new HashSet<>();
    partitions.forEachTopic((id, numbers, epochs) -> {
      String name = name(id);
      if (name != null) {
        for (int n : numbers) {
          result.add(new TopicPartition(name, n));
        }
      }
    });
    return result;
  }

  /** @return of the newest image in the metadata log */
  long offset();
}
