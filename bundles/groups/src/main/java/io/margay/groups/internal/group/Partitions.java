package io.margay.groups.internal.group;

import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;

/** Partitions by the ids of their topics, each with the member epoch in which it was assigned. Immutable. */
public final class Partitions extends Numbered<UUID, Partitions> {
  /** None. */
  public static final Partitions NONE = new Partitions(Collections.emptySortedMap());

  private Partitions(SortedMap<UUID, Of> numbers) {
    super(numbers);
  }

  /** Collects them in any order. Used once, by one thread. */
  public static final class Builder extends Numbered.Builder<UUID, Partitions> {
    /** Begins with none. */
    public Builder() {
      super(NONE);
    }
  }

  @Override
  Partitions of(SortedMap<UUID, Of> numbers) {
    return numbers.isEmpty() ? NONE : new Partitions(numbers);
  }

  @Override
  Partitions self() {
    return this;
  }

  /** @return ids of the topics that have partitions in it, in ascending order */
  public Set<UUID> topics() {
    return keys();
  }

  /** @param visitor called for each topic, in ascending order */
  public void forEachTopic(Visitor<UUID> visitor) {
    forEachKey(visitor);
  }
}
