package io.margay.groups.internal.group;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import java.util.List;
import java.util.Map;

/** The installed assignors. Safe for all threads. */
@FunctionalInterface
public interface Assignors {
  /**
   * @param name of an assignor
   * @param group what it is to assign
   * @return what each member gets; null when there is no such assignor now
   */
  Map<String, List<TopicPartition>> assign(String name, AssignorGroup group);
}
