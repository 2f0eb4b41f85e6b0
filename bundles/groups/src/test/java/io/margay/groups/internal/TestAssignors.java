package io.margay.groups.internal;

import io.margay.groups.internal.group.Assignors;
import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Assignors that a test may take away: uniform keeps what it can, range begins again each time, simple gives each member a partition, if need
 * be one that others have, too.
 */
final class TestAssignors implements Assignors {
  final Set<String> installed = new HashSet<>(Set.of("uniform", "range", "simple"));
  RuntimeException failure;
  String last;
  int calls;

  @Override
  public Map<String, List<TopicPartition>> assign(String name, AssignorGroup group) {
    if (!installed.contains(name)) {
      return null;
    }
    if (failure != null) {
      throw failure;
    }
    calls++;
    last = name;
    Map<String, List<TopicPartition>> result = new TreeMap<>();
    List<AssignorMember> members = group.members().stream().sorted(Comparator.comparing(AssignorMember::id)).toList();
    members.forEach(m -> result.put(m.id(), new ArrayList<>()));
    for (Map.Entry<String, Integer> topic : new TreeMap<>(group.partitionCounts()).entrySet()) {
      for (int p = 0; p < topic.getValue(); p++) {
        TopicPartition tp = new TopicPartition(topic.getKey(), p);
        List<AssignorMember> able = members.stream().filter(m -> m.topics().contains(tp.topic())).toList();
        int least = able.stream().mapToInt(m -> result.get(m.id()).size()).min().orElse(0);
        able.stream().filter(m -> name.equals("uniform") && group.current().getOrDefault(m.id(), Set.of()).contains(tp)
                && result.get(m.id()).size() <= least).findFirst()
            .or(() -> able.stream().filter(m -> result.get(m.id()).size() == least).findFirst())
            .ifPresent(m -> result.get(m.id()).add(tp));
      }
    }
    if (name.equals("simple")) {
      members.stream().filter(m -> result.get(m.id()).isEmpty()).forEach(m -> group.partitionCounts().keySet().stream()
          .filter(m.topics()::contains).findFirst().ifPresent(topic -> result.get(m.id()).add(new TopicPartition(topic, 0))));
    }
    result.replaceAll((id, all) -> new ArrayList<>(new TreeSet<>(all)));
    return result;
  }
}
