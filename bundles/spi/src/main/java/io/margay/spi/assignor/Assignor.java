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
   * Shares partitions among members.
   *
   * @param group the members, the partitions there are, and who has what now
   * @return for each member of the group, by its id, its partitions in ascending order (an empty list for none). Each partition
   *     of a topic that somebody subscribes to is there once, with a member that subscribes to it. The same group gives the same
   *     answer, in whatever order its members are listed
   */
  Map<String, List<TopicPartition>> assign(AssignorGroup group);
}
