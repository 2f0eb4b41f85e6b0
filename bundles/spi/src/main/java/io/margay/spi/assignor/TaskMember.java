package io.margay.spi.assignor;

import java.util.Map;
import java.util.Objects;

/**
 * A member of a streams group: a thread of an application. Immutable.
 *
 * @param id its id, unique in the group
 * @param instanceId the id that a static member keeps across restarts, or null for a dynamic member
 * @param rack where it runs, or null
 * @param process its process; members of one process share their state directory, so a task is at most once in it
 * @param tags what the application says of the client, such as its zone
 * @param current its target until now
 * @param lags how many records the state that it has is behind, by task; without the tasks of which it has said nothing
 */
public record TaskMember(String id, String instanceId, String rack, String process, Map<String, String> tags, TaskAssignment current,
    Map<TaskId, Long> lags) {
  public TaskMember {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(process, "process");
    tags = Map.copyOf(tags);
    lags = Map.copyOf(lags);
  }
}
