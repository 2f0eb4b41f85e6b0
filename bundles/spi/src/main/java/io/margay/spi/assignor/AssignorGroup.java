package io.margay.spi.assignor;

import io.margay.model.TopicPartition;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The input of an assignor. Immutable.
 *
 * @param members the members, each id once
 * @param partitionCounts the number of partitions of each topic; topics that are absent do not exist
 * @param current the current assignment, by member id; it may name members, topics and partitions that no longer exist, and may be
 *     empty
 */
public record AssignorGroup(List<AssignorMember> members, Map<String, Integer> partitionCounts,
    Map<String, Set<TopicPartition>> current) {
  public AssignorGroup {
    members = List.copyOf(members);
    partitionCounts = Map.copyOf(partitionCounts);
    current = Map.copyOf(current);
    Set<String> ids = new HashSet<>();
    for (AssignorMember member : members) {
      if (!ids.add(member.id())) {
        throw new IllegalArgumentException("member " + member.id() + " is listed twice");
      }
    }
  }
}
