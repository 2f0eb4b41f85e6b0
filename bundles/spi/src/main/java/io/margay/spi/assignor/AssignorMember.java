package io.margay.spi.assignor;

import java.util.Objects;
import java.util.Set;

/**
 * A member of a group.
 *
 * @param id its id, unique in the group
 * @param instanceId the id that a static member keeps across restarts, or null for a dynamic member
 * @param rack where it runs, or null
 * @param topics what it subscribes to, by name; topics that do not exist are ignored
 */
public record AssignorMember(String id, String instanceId, String rack, Set<String> topics) {
  public AssignorMember {
    Objects.requireNonNull(id, "id");
    topics = Set.copyOf(topics);
  }
}
