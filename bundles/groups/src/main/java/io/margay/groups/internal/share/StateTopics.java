package io.margay.groups.internal.share;

import io.margay.groups.internal.group.HeapSize;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Which partitions of a share group have state at a share coordinator. Immutable.
 *
 * @param initializing partitions that are about to get it; it is not known whether they have it already
 * @param initialized partitions that have it; only these are assigned
 * @param names of all topics in it, by id, since the topics may be gone
 */
public record StateTopics(Partitions initializing, Partitions initialized, Map<UUID, String> names) {
  /** Nothing has state. */
  public static final StateTopics NONE = new StateTopics(Partitions.NONE, Partitions.NONE, Map.of());
  private static final int NAME_BYTES = 80;

  /** Only names that are needed are kept. */
  public StateTopics {
    Map<UUID, String> needed = new TreeMap<>();
    for (Partitions partitions : List.of(initializing, initialized)) {
      for (UUID topic : partitions.topics()) {
        needed.put(topic, names.getOrDefault(topic, ""));
      }
    }
    names = Map.copyOf(needed);
  }

  /** These partitions are about to get state. */
  StateTopics begin(Partitions more, Topics topics) {
    Map<UUID, String> all = new HashMap<>(names);
    for (UUID topic : more.topics()) {
      String name = topics.name(topic);
      all.put(topic, name == null ? "" : name);
    }
    return new StateTopics(initializing.plus(more), initialized, all);
  }

  /** These partitions have it now. */
  StateTopics end(Partitions done) {
    Partitions known = done.and(initializing);
    return new StateTopics(initializing.minus(known), initialized.plus(known), names);
  }

  /** These partitions, of topics that are gone or are no longer wanted, have none. */
  StateTopics without(Partitions gone) {
    return new StateTopics(initializing.minus(gone), initialized.minus(gone), names);
  }

  /** @return all partitions that may have state */
  public Partitions all() {
    return initialized.plus(initializing);
  }

  /** Estimated bytes of heap. */
  long bytes() {
    long bytes = initializing.bytes() + initialized.bytes();
    for (String name : names.values()) {
      bytes += NAME_BYTES + HeapSize.of(name);
    }
    return bytes;
  }
}
