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
  /** Spreads hash codes; an odd number without a pattern. */
  private static final int SPREAD = 0x9e3779b9;
  private static final Comparator<TaskId> ORDER = Comparator.comparing(TaskId::subtopology).thenComparingInt(TaskId::partition);

  public TaskId {
    Objects.requireNonNull(subtopology, "subtopology");
  }

  /** Spread: those of two subtopologies would lie upon each other, and sets that look for the next free place take long then. */
  @Override
  public int hashCode() {
    int hash = (subtopology.hashCode() * SPREAD + partition) * SPREAD;
    return hash ^ hash >>> 16;
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
