package io.margay.spi.assignor;

import java.util.Comparator;
import java.util.Objects;

/**
 * A task of a streams application: it processes one partition of each source topic of a subtopology.
 *
 * @param subtopology id of the subtopology
 * @param partition number of the partitions, {@code >= 0}
 */
public record TaskId(String subtopology, int partition) implements Comparable<TaskId> {
  private static final Comparator<TaskId> ORDER = Comparator.comparing(TaskId::subtopology).thenComparingInt(TaskId::partition);

  public TaskId {
    Objects.requireNonNull(subtopology, "subtopology");
  }

  @Override
  public int compareTo(TaskId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return subtopology + "_" + partition;
  }
}
