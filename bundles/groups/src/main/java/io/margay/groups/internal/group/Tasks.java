package io.margay.groups.internal.group;

import java.util.Collections;
import java.util.SortedMap;

/** Tasks of a streams application by the ids of their subtopologies; a task has the number of the partitions that it reads. Immutable. */
public final class Tasks extends Numbered<String, Tasks> {
  /** None. */
  public static final Tasks NONE = new Tasks(Collections.emptySortedMap());

  private Tasks(SortedMap<String, Of> numbers) {
    super(numbers);
  }

  /** Collects them in any order. Used once, by one thread. */
  public static final class Builder extends Numbered.Builder<String, Tasks> {
    /** Begins with none. */
    public Builder() {
      super(NONE);
    }
  }

  @Override
  Tasks of(SortedMap<String, Of> numbers) {
    return numbers.isEmpty() ? NONE : new Tasks(numbers);
  }

  @Override
  Tasks self() {
    return this;
  }
}
