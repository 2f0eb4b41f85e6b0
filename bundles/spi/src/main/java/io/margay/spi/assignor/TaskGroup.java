package io.margay.spi.assignor;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The input of a task assignor. Immutable.
 *
 * @param members the members, each id once
 * @param subtopologies the subtopologies, each id once
 * @param standbyReplicas how many members are to keep a copy of the state of a task, beside the one that processes it
 * @param warmupReplicas how many tasks may be warmed up at the same time
 * @param acceptableLag up to how many records behind a copy of the state counts as caught up
 * @param rackTags names of the tags whose values the copies of a state are to differ in, the most important one first
 */
public record TaskGroup(List<TaskMember> members, List<Subtopology> subtopologies, int standbyReplicas, int warmupReplicas,
    long acceptableLag, List<String> rackTags) {
  public TaskGroup {
    members = List.copyOf(members);
    subtopologies = List.copyOf(subtopologies);
    rackTags = List.copyOf(rackTags);
    Set<String> ids = new HashSet<>();
    for (TaskMember member : members) {
      if (!ids.add(member.id())) {
        throw new IllegalArgumentException("member " + member.id() + " is listed twice");
      }
    }
  }
}
