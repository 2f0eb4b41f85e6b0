package io.margay.spi.assignor;

import java.util.Objects;

/**
 * A part of a topology that is processed as a whole.
 *
 * @param id its id
 * @param tasks how many tasks it has; they are numbered from 0
 * @param stateful whether its tasks have state that standby tasks can copy
 */
public record Subtopology(String id, int tasks, boolean stateful) {
  public Subtopology {
    Objects.requireNonNull(id, "id");
  }
}
