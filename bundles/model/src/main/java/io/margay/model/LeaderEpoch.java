package io.margay.model;

/**
 * Counts the leaders of one partition; every batch carries the epoch of the leader that appended it.
 *
 * @param value the number, {@code >= 0}; {@link #NONE} stands for unknown
 */
public record LeaderEpoch(int value) implements Comparable<LeaderEpoch> {
  /** Unknown, -1 on the wire. */
  public static final LeaderEpoch NONE = new LeaderEpoch(-1);

  @Override
  public int compareTo(LeaderEpoch other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
