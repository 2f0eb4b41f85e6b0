package io.margay.spi.assignor;

import io.margay.model.TopicPartition;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** A strategy, registered as a service with the property {@value #NAME_PROPERTY}. Pure. Safe for all threads. */
@ConsumerType
public interface Assignor {
  /** The service property with the name that groups refer to. */
  String NAME_PROPERTY = "name";

  /**
   * Assigns partitions to the members of a group.
   *
   * @param group the members, the existing partitions, and the current assignment
   * @return the partitions of each member, by member id, in ascending order (an empty list for none). Each partition of a topic
   *     that a member subscribes to is assigned exactly once, to a member that subscribes to the topic. The same group gives the
   *     same answer, whatever the order of its members
   */
  Map<String, List<TopicPartition>> assign(AssignorGroup group);
}
