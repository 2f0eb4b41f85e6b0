package io.margay.groups.internal.group;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Numbers by keys: partitions of topics, or tasks of subtopologies; each with the member epoch in which it was assigned, -1 where that is
 * not kept. Immutable, and compact, because a group keeps them for each member.
 *
 * @param <K> what the numbers belong to
 * @param <S> the concrete class
 */
public abstract class Numbered<K extends Comparable<? super K>, S extends Numbered<K, S>> {
  /** The epoch of numbers whose epoch is not kept. */
  public static final int NO_EPOCH = -1;
  /** Estimated bytes of an object and of one key without its numbers. */
  private static final int BYTES = 40;
  private static final int KEY_BYTES = 144;

  /**
   * Says something of one number.
   *
   * @param <K> what it belongs to
   */
  @FunctionalInterface
  public interface Test<K> {
    /**
     * @param key what the number belongs to
     * @param number the number
     * @return what is asked
     */
    boolean test(K key, int number);
  }

  /**
   * Takes the numbers of one key.
   *
   * @param <K> what they belong to
   */
  @FunctionalInterface
  public interface Visitor<K> {
    /**
     * @param key what they belong to
     * @param numbers ascending; not to be changed
     * @param epochs of each number; not to be changed
     */
    void onKey(K key, int[] numbers, int[] epochs);
  }

  /** Invariant: not empty, ascending, as many epochs as numbers. */
  record Of(int[] numbers, int[] epochs) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Of that && Arrays.equals(numbers, that.numbers) && Arrays.equals(epochs, that.epochs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(numbers);
    }
  }

  private final SortedMap<K, Of> keys;

  /** @param keys numbers by key; not changed afterwards */
  Numbered(SortedMap<K, Of> keys) {
    this.keys = keys;
  }

  /** An object of the concrete class. */
  abstract S of(SortedMap<K, Of> numbers);

  /** This object. */
  abstract S self();

  /**
   * Collects numbers in any order. Used once, by one thread.
   *
   * @param <K> what they belong to
   * @param <S> what becomes of them
   */
  public static class Builder<K extends Comparable<? super K>, S extends Numbered<K, S>> {
    private final SortedMap<K, TreeMap<Integer, Integer>> keys = new TreeMap<>();
    private final S none;

    Builder(S none) {
      this.none = none;
    }

    /**
     * @param key what a number belongs to
     * @param number the number
     * @param epoch in which it was assigned, or {@link #NO_EPOCH}
     * @return this
     */
    public Builder<K, S> add(K key, int number, int epoch) {
      keys.computeIfAbsent(key, k -> new TreeMap<>()).put(number, epoch);
      return this;
    }

    /** @return all that was added */
    public S build() {
      SortedMap<K, Of> result = new TreeMap<>();
      keys.forEach((key, of) -> result.put(key, new Of(of.keySet().stream().mapToInt(Integer::intValue).toArray(),
          of.values().stream().mapToInt(Integer::intValue).toArray())));
      return none.of(result);
    }
  }

  /** @return whether there is none */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** @return how many there are */
  public int size() {
    return keys.values().stream().mapToInt(of -> of.numbers.length).sum();
  }

  /**
   * @param key what a number belongs to
   * @param number the number
   * @return whether it is one of these
   */
  public boolean contains(K key, int number) {
    Of of = keys.get(key);
    return of != null && Arrays.binarySearch(of.numbers, number) >= 0;
  }

  /**
   * @param key what a number belongs to
   * @param number the number
   * @return in which epoch it was assigned; {@link Integer#MAX_VALUE} when it is none of these
   */
  public int epochOf(K key, int number) {
    Of of = keys.get(key);
    int at = of == null ? -1 : Arrays.binarySearch(of.numbers, number);
    return at < 0 ? Integer.MAX_VALUE : of.epochs[at];
  }

  /** @return what the numbers belong to, in ascending order */
  public Set<K> keys() {
    return Collections.unmodifiableSet(keys.keySet());
  }

  /** @param visitor called for each key, in ascending order */
  public void forEachKey(Visitor<K> visitor) {
    keys.forEach((key, of) -> visitor.onKey(key, of.numbers, of.epochs));
  }

  /**
   * @param test says which
   * @return those for which it is true, with their epochs
   */
  public S where(Test<? super K> test) {
    SortedMap<K, Of> result = new TreeMap<>();
    keys.forEach((key, of) -> {
      int[] numbers = new int[of.numbers.length];
      int[] epochs = new int[of.numbers.length];
      int n = 0;
      for (int i = 0; i < of.numbers.length; i++) {
        if (test.test(key, of.numbers[i])) {
          numbers[n] = of.numbers[i];
          epochs[n++] = of.epochs[i];
        }
      }
      if (n > 0) {
        result.put(key, n == of.numbers.length ? of : new Of(Arrays.copyOf(numbers, n), Arrays.copyOf(epochs, n)));
      }
    });
    return of(result);
  }

  /**
   * @param others others
   * @return these without the others
   */
  public S minus(Numbered<K, ?> others) {
    return others.isEmpty() || isEmpty() ? self() : where((key, number) -> !others.contains(key, number));
  }

  /**
   * @param others others
   * @return those that are in both, with these epochs
   */
  public S and(Numbered<K, ?> others) {
    return others.isEmpty() ? of(Collections.emptySortedMap()) : where(others::contains);
  }

  /**
   * @param others others; of a number that is in both, this one's epoch counts
   * @return all together
   */
  public S plus(Numbered<K, ?> others) {
    if (others.isEmpty() || isEmpty()) {
      return isEmpty() ? of(others.keys) : self();
    }
    Builder<K, S> all = new Builder<>(self());
    for (Numbered<K, ?> one : List.of(others, this)) {
      one.keys.forEach((key, of) -> {
        for (int i = 0; i < of.numbers.length; i++) {
          all.add(key, of.numbers[i], of.epochs[i]);
        }
      });
    }
    return all.build();
  }

  /**
   * @param epoch an epoch
   * @return the same numbers, assigned in that epoch
   */
  public S in(int epoch) {
    SortedMap<K, Of> result = new TreeMap<>();
    keys.forEach((key, of) -> {
      int[] epochs = new int[of.numbers.length];
      Arrays.fill(epochs, epoch);
      result.put(key, new Of(of.numbers, epochs));
    });
    return of(result);
  }

  /**
   * @param others others
   * @return whether these are the same numbers, whatever their epochs
   */
  public boolean sameAs(Numbered<K, ?> others) {
    return this == others || size() == others.size() && minus(others).isEmpty();
  }

  /**
   * @param others others
   * @return whether some are in both
   */
  public boolean intersects(Numbered<K, ?> others) {
    return !and(others).isEmpty();
  }

  /** @return estimated bytes of heap */
  public long bytes() {
    return isEmpty() ? 0 : BYTES + (long) KEY_BYTES * keys.size() + 8L * size();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Numbered<?, ?> that && keys.equals(that.keys);
  }

  @Override
  public int hashCode() {
    return keys.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    keys.forEach((key, of) -> text.append(text.isEmpty() ? "" : ", ").append(key).append(Arrays.toString(of.numbers)));
    return "[" + text + "]";
  }
}
