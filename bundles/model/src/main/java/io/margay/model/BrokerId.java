package io.margay.model;

/**
 * The id of a broker in its cluster.
 *
 * @param value the number, {@code >= 0}; {@link #NONE} stands for no broker
 */
public record BrokerId(int value) implements Comparable<BrokerId> {
  /** No broker, -1 on the wire. */
  public static final BrokerId NONE = new BrokerId(-1);

  public BrokerId {
    if (value < -1) {
      throw new IllegalArgumentException("broker id must be >= 0, or -1 for none, but is " + value);
    }
  }

  @Override
  public int compareTo(BrokerId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
