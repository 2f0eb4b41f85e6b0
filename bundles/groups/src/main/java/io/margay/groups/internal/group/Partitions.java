package io.margay.groups.internal.group;

import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Partitions by the ids of their topics, each with the member epoch in which it was assigned; -1 where that is not kept. Immutable, and
 * compact, because a group keeps them for each member.
 */
public final class Partitions {
  /** No partitions. */
  public static final Partitions NONE = new Partitions(Collections.emptySortedMap());
  /** The epoch of partitions whose epoch is not kept. */
  public static final int NO_EPOCH = -1;
  /** Estimated bytes of an object and of one topic without its partitions. */
  private static final int BYTES = 40;
  private static final int TOPIC_BYTES = 144;

  /** Says something of one partition. */
  @FunctionalInterface
  public interface Test {
    /**
     * @param topic id of the topic
     * @param partition its partition
     * @return what is asked
     */
    boolean test(UUID topic, int partition);
  }

  /** Takes the partitions of one topic. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param topic id of the topic
     * @param numbers ascending; not to be changed
     * @param epochs of each number; not to be changed
     */
    void onTopic(UUID topic, int[] numbers, int[] epochs);
  }

  /** Invariant: not empty, ascending, as many epochs as numbers. */
  private record Of(int[] numbers, int[] epochs) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Of that && Arrays.equals(numbers, that.numbers) && Arrays.equals(epochs, that.epochs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(numbers);
    }
  }

  private final SortedMap<UUID, Of> topics;

  private Partitions(SortedMap<UUID, Of> topics) {
    this.topics = topics;
  }

  /** Collects partitions in any order. Used once, by one thread. */
  public static final class Builder {
    private final SortedMap<UUID, TreeMap<Integer, Integer>> topics = new TreeMap<>();

    /**
     * @param topic id of a topic
     * @param partition its partition
     * @param epoch in which it was assigned, or {@link #NO_EPOCH}
     * @return this
     */
    public Builder add(UUID topic, int partition, int epoch) {
      topics.computeIfAbsent(topic, t -> new TreeMap<>()).put(partition, epoch);
      return this;
    }

    /** @return all that was added */
    public Partitions build() {
      SortedMap<UUID, Of> result = new TreeMap<>();
      topics.forEach((topic, of) -> result.put(topic, new Of(of.keySet().stream().mapToInt(Integer::intValue).toArray(),
          of.values().stream().mapToInt(Integer::intValue).toArray())));
      return of(result);
    }
  }

  private static Partitions of(SortedMap<UUID, Of> topics) {
    return topics.isEmpty() ? NONE : new Partitions(topics);
  }

  /** @return whether there is none */
  public boolean isEmpty() {
    return topics.isEmpty();
  }

  /** @return how many there are */
  public int size() {
    return topics.values().stream().mapToInt(of -> of.numbers.length).sum();
  }

  /**
   * @param topic id of a topic
   * @param partition its partition
   * @return whether it is one of these
   */
  public boolean contains(UUID topic, int partition) {
    Of of = topics.get(topic);
    return of != null && Arrays.binarySearch(of.numbers, partition) >= 0;
  }

  /**
   * @param topic id of a topic
   * @param partition its partition
   * @return in which epoch it was assigned; {@link Integer#MAX_VALUE} when it is none of these
   */
  public int epochOf(UUID topic, int partition) {
    Of of = topics.get(topic);
    int at = of == null ? -1 : Arrays.binarySearch(of.numbers, partition);
    return at < 0 ? Integer.MAX_VALUE : of.epochs[at];
  }

  /** @return ids of the topics that have partitions in it, in ascending order */
  public Set<UUID> topics() {
    return Collections.unmodifiableSet(topics.keySet());
  }

  /** @param visitor called for each topic, in ascending order */
  public void forEachTopic(Visitor visitor) {
    topics.forEach((topic, of) -> visitor.onTopic(topic, of.numbers, of.epochs));
  }

  /**
   * @param test says which
   * @return those for which it is true, with their epochs
   */
  public Partitions where(Test test) {
    SortedMap<UUID, Of> result = new TreeMap<>();
    topics.forEach((topic, of) -> {
      int[] numbers = new int[of.numbers.length];
      int[] epochs = new int[of.numbers.length];
      int n = 0;
      for (int i = 0; i < of.numbers.length; i++) {
        if (test.test(topic, of.numbers[i])) {
          numbers[n] = of.numbers[i];
          epochs[n++] = of.epochs[i];
        }
      }
      if (n > 0) {
        result.put(topic, n == of.numbers.length ? of : new Of(Arrays.copyOf(numbers, n), Arrays.copyOf(epochs, n)));
      }
    });
    return of(result);
  }

  /**
   * @param others others
   * @return these without the others
   */
  public Partitions minus(Partitions others) {
    return others.isEmpty() || isEmpty() ? this : where((topic, partition) -> !others.contains(topic, partition));
  }

  /**
   * @param others others
   * @return those that are in both, with these epochs
   */
  public Partitions and(Partitions others) {
    return others.isEmpty() ? NONE : where(others::contains);
  }

  /**
   * @param others others; of a partition that is in both, this one's epoch counts
   * @return all together
   */
  public Partitions plus(Partitions others) {
    if (others.isEmpty() || isEmpty()) {
      return isEmpty() ? others : this;
    }
    Builder all = new Builder();
    for (Partitions one : new Partitions[] {others, this}) {
      one.topics.forEach((topic, of) -> {
        for (int i = 0; i < of.numbers.length; i++) {
          all.add(topic, of.numbers[i], of.epochs[i]);
        }
      });
    }
    return all.build();
  }

  /**
   * @param epoch an epoch
   * @return the same partitions, assigned in that epoch
   */
  public Partitions in(int epoch) {
    SortedMap<UUID, Of> result = new TreeMap<>();
    topics.forEach((topic, of) -> {
      int[] epochs = new int[of.numbers.length];
      Arrays.fill(epochs, epoch);
      result.put(topic, new Of(of.numbers, epochs));
    });
    return of(result);
  }

  /**
   * @param others others
   * @return whether these are the same partitions, whatever their epochs
   */
  public boolean sameAs(Partitions others) {
    return this == others || size() == others.size() && minus(others).isEmpty();
  }

  /**
   * @param others others
   * @return whether some are in both
   */
  public boolean intersects(Partitions others) {
    return !and(others).isEmpty();
  }

  /** @return estimated bytes of heap */
  public long bytes() {
    return isEmpty() ? 0 : BYTES + (long) TOPIC_BYTES * topics.size() + 8L * size();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Partitions that && topics.equals(that.topics);
  }

  @Override
  public int hashCode() {
    return topics.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    topics.forEach((topic, of) -> text.append(text.isEmpty() ? "" : ", ").append(topic).append(Arrays.toString(of.numbers)));
    return "[" + text + "]";
  }
}
