package io.margay.spi.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What every assignor promises, over random groups. A strategy adds a subclass that names it. */
public abstract class AssignorContract {
  private static final int GROUPS = 300;

  /** @return the strategy under test */
  protected abstract Assignor assignor();

  /** @return whether members with the same subscription get numbers of partitions that differ by at most one */
  protected abstract boolean balancesTotals();

  /** @return whether partitions stay where they are unless balance wants them elsewhere */
  protected abstract boolean sticky();

  /** A group; {@code same} gives all members one subscription. */
  protected static AssignorGroup random(Random random, boolean same) {
    Map<String, Integer> counts = new TreeMap<>();
    int topics = 1 + random.nextInt(4);
    for (int t = 0; t < topics; t++) {
      counts.put("t" + t, 1 + random.nextInt(9));
    }
    List<AssignorMember> members = new ArrayList<>();
    int size = 1 + random.nextInt(7);
    for (int m = 0; m < size; m++) {
      Set<String> subscribed = new TreeSet<>();
      for (int t = 0; t < topics; t++) {
        if (same || random.nextBoolean()) {
          subscribed.add("t" + t);
        }
      }
      if (random.nextInt(5) == 0) {
        subscribed.add("gone");
      }
      members.add(new AssignorMember("m" + m, random.nextInt(3) == 0 ? "i" + (9 - m) : null, null, subscribed));
    }
    return new AssignorGroup(members, counts, Map.of());
  }

  /** The same group with another assignment to begin with. */
  protected static AssignorGroup with(AssignorGroup group, Map<String, List<TopicPartition>> current) {
    Map<String, Set<TopicPartition>> sets = new HashMap<>();
    current.forEach((member, partitions) -> sets.put(member, new HashSet<>(partitions)));
    return new AssignorGroup(group.members(), group.partitionCounts(), sets);
  }

  private static void verify(AssignorGroup group, Map<String, List<TopicPartition>> assignment) {
    Map<TopicPartition, String> owners = new HashMap<>();
    assertThat(assignment.keySet())
        .containsExactlyInAnyOrderElementsOf(group.members().stream().map(AssignorMember::id).toList());
    for (AssignorMember member : group.members()) {
      assertThat(assignment.get(member.id())).isSorted();
      for (TopicPartition partition : assignment.get(member.id())) {
        assertThat(member.topics()).contains(partition.topic());
        assertThat(owners.put(partition, member.id())).as("owner of %s", partition).isNull();
      }
    }
    Set<TopicPartition> all = new HashSet<>();
    for (AssignorMember member : group.members()) {
      for (String topic : member.topics()) {
        for (int p = 0; p < group.partitionCounts().getOrDefault(topic, 0); p++) {
          all.add(new TopicPartition(topic, p));
        }
      }
    }
    assertThat(owners.keySet()).isEqualTo(all);
  }

  private static int moves(Map<String, List<TopicPartition>> before, Map<String, List<TopicPartition>> after) {
    Map<TopicPartition, String> owners = new HashMap<>();
    before.forEach((member, partitions) -> partitions.forEach(p -> owners.put(p, member)));
    int moves = 0;
    for (var entry : after.entrySet()) {
      for (TopicPartition p : entry.getValue()) {
        moves += owners.containsKey(p) && !owners.get(p).equals(entry.getKey()) ? 1 : 0;
      }
    }
    return moves;
  }

  @Test
  void eachPartitionIsAssignedOnceToASubscriber() {
    Random random = new Random(1);
    for (int i = 0; i < GROUPS; i++) {
      AssignorGroup group = random(random, i % 2 == 0);
      Map<String, List<TopicPartition>> first = assignor().assign(group);
      verify(group, first);
      AssignorGroup next = with(random(random, i % 2 == 0), first);
      verify(next, assignor().assign(next));
    }
  }

  @Test
  void theOrderOfMembersDoesNotMatter() {
    Random random = new Random(2);
    for (int i = 0; i < GROUPS; i++) {
      AssignorGroup group = with(random(random, false), assignor().assign(random(random, false)));
      List<AssignorMember> shuffled = new ArrayList<>(group.members());
      Collections.shuffle(shuffled, random);
      assertThat(assignor().assign(new AssignorGroup(shuffled, group.partitionCounts(), group.current())))
          .isEqualTo(assignor().assign(group));
    }
  }

  @Test
  void eachTopicAloneIsBalancedAmongEqualMembers() {
    Random random = new Random(3);
    for (int i = 0; i < GROUPS; i++) {
      AssignorGroup group = random(random, true);
      Map<String, List<TopicPartition>> assignment =
          assignor().assign(new AssignorGroup(group.members(), Map.of("t0", group.partitionCounts().get("t0")), Map.of()));
      assertWithinOne(assignment);
    }
  }

  @Test
  void totalsAreBalancedWherePromised() {
    Random random = new Random(4);
    for (int i = 0; i < GROUPS && balancesTotals(); i++) {
      AssignorGroup group = random(random, true);
      assertWithinOne(assignor().assign(group));
      assertWithinOne(assignor().assign(with(group, assignor().assign(random(random, false)))));
    }
  }

  private static void assertWithinOne(Map<String, List<TopicPartition>> assignment) {
    int max = assignment.values().stream().mapToInt(List::size).max().orElse(0);
    int min = assignment.values().stream().mapToInt(List::size).min().orElse(0);
    assertThat(max - min).as("%s", assignment).isLessThanOrEqualTo(1);
  }

  @Test
  void nothingMovesWithoutReason() {
    Random random = new Random(5);
    for (int i = 0; i < GROUPS && sticky(); i++) {
      AssignorGroup group = random(random, i % 2 == 0);
      Map<String, List<TopicPartition>> before = assignor().assign(group);
      assertThat(assignor().assign(with(group, before))).isEqualTo(before);
    }
  }

  @Test
  void whenAMemberLeavesOnlyItsPartitionsMove() {
    Random random = new Random(6);
    for (int i = 0; i < GROUPS && sticky(); i++) {
      AssignorGroup group = random(random, true);
      if (group.members().size() > 1) {
        Map<String, List<TopicPartition>> before = assignor().assign(group);
        AssignorGroup smaller = with(new AssignorGroup(group.members().subList(1, group.members().size()),
            group.partitionCounts(), Map.of()), before);
        Map<String, List<TopicPartition>> after = assignor().assign(smaller);
        for (AssignorMember member : smaller.members()) {
          assertThat(after.get(member.id())).containsAll(before.get(member.id()));
        }
      }
    }
  }

  @Test
  void whenAMemberComesOnlyItsShareMoves() {
    Random random = new Random(7);
    for (int i = 0; i < GROUPS && sticky(); i++) {
      AssignorGroup group = random(random, true);
      Map<String, List<TopicPartition>> before = assignor().assign(group);
      List<AssignorMember> more = new ArrayList<>(group.members());
      more.add(new AssignorMember("new", null, null, group.members().get(0).topics()));
      Map<String, List<TopicPartition>> after =
          assignor().assign(with(new AssignorGroup(more, group.partitionCounts(), Map.of()), before));
      assertThat(moves(before, after)).isEqualTo(after.get("new").size());
      assertWithinOne(after);
    }
  }

  @Test
  void aGroupOfNobodyHasNothing() {
    assertThat(assignor().assign(new AssignorGroup(List.of(), Map.of("t", 3), Map.of()))).isEmpty();
  }
}
