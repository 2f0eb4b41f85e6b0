package io.margay.shares.internal.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lays batches over one another. The lists are in ascending order and do not overlap. */
final class StateBatches {
  private StateBatches() { }

  /**
   * @param old what was known
   * @param newer what counts where both say something, in any order
   * @param startOffset what is before it is dropped
   * @return both, with as few batches as possible
   */
  static List<StateBatch> overlay(List<StateBatch> old, List<StateBatch> newer, long startOffset) {
    TreeMap<Long, StateBatch> all = new TreeMap<>();
    old.forEach(b -> all.put(b.first(), b));
    newer.forEach(b -> put(all, b));
    List<StateBatch> result = new ArrayList<>(all.size());
    for (StateBatch b : all.values()) {
      if (b.last() < startOffset) {
        continue;
      }
      StateBatch next = b.first() < startOffset ? b.from(startOffset) : b;
      StateBatch before = result.isEmpty() ? null : result.get(result.size() - 1);
      if (before != null && before.joins(next)) {
        result.set(result.size() - 1, before.joined(next));
      } else {
        result.add(next);
      }
    }
    return List.copyOf(result);
  }

  private static void put(TreeMap<Long, StateBatch> all, StateBatch newer) {
    Map.Entry<Long, StateBatch> before = all.lowerEntry(newer.first());
    if (before != null && before.getValue().last() >= newer.first()) {
      StateBatch b = before.getValue();
      all.put(b.first(), b.to(newer.first() - 1));
      if (b.last() > newer.last()) {
        all.put(newer.last() + 1, b.from(newer.last() + 1));
      }
    }
    Map.Entry<Long, StateBatch> inside = all.ceilingEntry(newer.first());
    while (inside != null && inside.getKey() <= newer.last()) {
      all.remove(inside.getKey());
      if (inside.getValue().last() > newer.last()) {
        all.put(newer.last() + 1, inside.getValue().from(newer.last() + 1));
      }
      inside = all.ceilingEntry(newer.first());
    }
    all.put(newer.first(), newer);
  }
}
