package io.margay.assignors.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimpleAssignorTest {
  private static AssignorGroup group(int members, Map<String, Integer> topics, Map<String, Set<TopicPartition>> current) {
    List<AssignorMember> list = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      list.add(new AssignorMember("m" + i, null, null, topics.keySet()));
    }
    return new AssignorGroup(list, topics, current);
  }

  private static Map<String, List<TopicPartition>> assign(int members, Map<String, Integer> topics) {
    return new SimpleAssignor().assign(group(members, topics, Map.of()));
  }

  private static Map<String, Set<TopicPartition>> current(Map<String, List<TopicPartition>> assignment) {
    Map<String, Set<TopicPartition>> result = new HashMap<>();
    assignment.forEach((m, list) -> result.put(m, Set.copyOf(list)));
    return result;
  }

  @Test
  void eachPartitionHasOneMemberWhenThereAreEnough() {
    Map<String, List<TopicPartition>> given = assign(3, Map.of("t", 4, "u", 4));
    assertThat(given.values().stream().flatMap(List::stream)).hasSize(8).doesNotHaveDuplicates();
    assertThat(given.values()).allSatisfy(p -> assertThat(p.size()).isBetween(2, 3));
  }

  @Test
  void membersAreSpreadOverFewerPartitions() {
    Map<String, List<TopicPartition>> given = assign(8, Map.of("t", 3));
    assertThat(given.values()).allSatisfy(p -> assertThat(p).hasSize(1));
    Map<TopicPartition, Integer> shares = new HashMap<>();
    given.values().forEach(p -> shares.merge(p.get(0), 1, Integer::sum));
    assertThat(shares.values()).containsExactlyInAnyOrder(3, 3, 2);
  }

  @Test
  void membersKeepWhatTheyHave() {
    Map<String, List<TopicPartition>> before = assign(3, Map.of("t", 6));
    assertThat(new SimpleAssignor().assign(group(3, Map.of("t", 6), current(before)))).isEqualTo(before);
    Map<String, List<TopicPartition>> shared = assign(7, Map.of("t", 3));
    assertThat(new SimpleAssignor().assign(group(7, Map.of("t", 3), current(shared)))).isEqualTo(shared);
  }

  @Test
  void aNewMemberGetsItsShareAndTheOthersKeepTheRest() {
    Map<String, List<TopicPartition>> before = assign(2, Map.of("t", 4));
    Map<String, List<TopicPartition>> after = new SimpleAssignor().assign(group(3, Map.of("t", 4), current(before)));
    assertThat(after.values().stream().flatMap(List::stream)).hasSize(4).doesNotHaveDuplicates();
    assertThat(after.get("m2")).hasSize(1);
    before.forEach((m, had) -> assertThat(had).containsAll(after.get(m)));
  }

  @Test
  void membersWithDifferentSubscriptionsGetOnlyTheirTopics() {
    Map<String, List<TopicPartition>> given = new SimpleAssignor().assign(new AssignorGroup(List.of(
        new AssignorMember("a", null, null, Set.of("t")), new AssignorMember("b", null, null, Set.of("t", "u")),
        new AssignorMember("c", null, null, Set.of("missing"))), Map.of("t", 2, "u", 3), Map.of()));
    assertThat(given.get("a")).allSatisfy(tp -> assertThat(tp.topic()).isEqualTo("t"));
    assertThat(given.get("b")).contains(new TopicPartition("u", 0), new TopicPartition("u", 1), new TopicPartition("u", 2));
    assertThat(given.get("c")).isEmpty();
    Set<TopicPartition> all = new HashSet<>(given.get("a"));
    all.addAll(given.get("b"));
    assertThat(all).hasSize(5);
  }

  @Test
  void noTopicsAndNoMembersAreNoError() {
    assertThat(assign(0, Map.of())).isEmpty();
    assertThat(assign(2, Map.of("t", 0)).values()).allSatisfy(p -> assertThat(p).isEmpty());
  }
}
