package io.margay.spi.assignor;

import io.margay.model.TopicPartition;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an assignor works on. Immutable.
 *
 * @param members the members, each id once
 * @param partitionCounts how many partitions each topic has; topics that are not here do not exist
 * @param current who has what now, by member id; may name members, topics and partitions that are gone, and may be empty
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
        throw new IllegalArgumentException("member " + member.id() + " is there twice");
      }
    }
  }
}
