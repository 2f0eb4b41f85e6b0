package io.margay.groups.internal.group;

import java.util.HashMap;
import java.util.Map;

/**
 * Which member has what. Used with the shard held.
 *
 * @param <K> what the numbers belong to
 */
public final class Owners<K extends Comparable<? super K>> {
  /** Estimated bytes of an owned number. */
  private static final int OWNED_BYTES = 80;

  private final Map<K, Map<Integer, String>> owners = new HashMap<>();

  /**
   * @param key what a number belongs to
   * @param number the number
   * @return which member has it; null for none
   */
  public String of(K key, int number) {
    Map<Integer, String> of = owners.get(key);
    return of == null ? null : of.get(number);
  }

  /**
   * @param memberId a member
   * @param numbers what it has
   * @return by how many bytes this has grown
   */
  public long add(String memberId, Numbered<K, ?> numbers) {
    long[] more = {0};
    numbers.forEachKey((key, list, epochs) -> {
      Map<Integer, String> of = owners.computeIfAbsent(key, k -> new HashMap<>());
      int before = of.size();
      for (int number : list) {
        of.put(number, memberId);
      }
      more[0] += of.size() - before;
    });
    return OWNED_BYTES * more[0];
  }

  /**
   * @param memberId a member
   * @param numbers what it has no longer; what another has meanwhile stays
   * @return by how many bytes this has grown; not positive
   */
  public long remove(String memberId, Numbered<K, ?> numbers) {
    long[] more = {0};
    numbers.forEachKey((key, list, epochs) -> {
      Map<Integer, String> of = owners.get(key);
      if (of == null) {
        return;
      }
      int before = of.size();
      for (int number : list) {
        of.remove(number, memberId);
      }
      more[0] += of.size() - before;
      if (of.isEmpty()) {
        owners.remove(key);
      }
    });
    return OWNED_BYTES * more[0];
  }
}
