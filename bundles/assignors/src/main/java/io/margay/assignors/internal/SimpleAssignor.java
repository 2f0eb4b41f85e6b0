package io.margay.assignors.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.service.component.annotations.Component;

/**
 * For share groups, in which several members may have the same partition: each partition has at least one member, and each member at least one
 * partition where its subscription allows it. With at least as many partitions as members each partition has one member; with fewer, the members
 * are spread evenly over them. Members keep what they have as far as that allows. Everything is walked through in the order of names, so the
 * result is deterministic.
 *
 * <p>When this bundle is updated, an assignment that is being worked out is finished; a caller that asks meanwhile waits, bounded.
 */
@Component(property = Assignor.NAME_PROPERTY + "=" + SimpleAssignor.NAME)
public final class SimpleAssignor implements Assignor {
  static final String NAME = "simple";

  @Override
  public Map<String, List<TopicPartition>> assign(AssignorGroup group) {
    return new Sharing(group).assign();
  }

  /** One assignment in the making. Used once, by one thread. */
  private static final class Sharing {
    private static final Comparator<TopicPartition> ORDER =
        Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private final AssignorGroup group;
    private final NavigableMap<String, AssignorMember> members = new TreeMap<>();
    private final Map<String, NavigableSet<TopicPartition>> given = new TreeMap<>();
    /** How many members each partition has; only those that a member subscribes to. */
    private final NavigableMap<TopicPartition, Integer> shares = new TreeMap<>(ORDER);

    Sharing(AssignorGroup group) {
      this.group = group;
      for (AssignorMember m : group.members()) {
        members.put(m.id(), m);
        given.put(m.id(), new TreeSet<>(ORDER));
        for (String topic : m.topics()) {
          for (int p = 0; p < group.partitionCounts().getOrDefault(topic, 0); p++) {
            shares.put(new TopicPartition(topic, p), 0);
          }
        }
      }
    }

    Map<String, List<TopicPartition>> assign() {
      if (!shares.isEmpty()) {
        keep();
        shares.forEach((tp, n) -> {
          if (n == 0) {
            give(lightest(tp.topic()), tp);
          }
        });
        members.values().forEach(this::giveOne);
      }
      Map<String, List<TopicPartition>> result = new TreeMap<>();
      given.forEach((id, partitions) -> result.put(id, new ArrayList<>(partitions)));
      return result;
    }

    /** Members keep no more than an even share, and partitions no more members than that. */
    private void keep() {
      int each = Math.max(1, shares.size() / members.size());
      int withOneMore = Math.max(0, shares.size() - each * members.size());
      int sharers = Math.max(1, members.size() / shares.size());
      int sharedByOneMore = Math.max(0, members.size() - sharers * shares.size());
      for (AssignorMember m : members.values()) {
        int kept = 0;
        for (TopicPartition tp : sorted(group.current().getOrDefault(m.id(), Set.of()))) {
          Integer n = shares.get(tp);
          boolean usesExtraMember = n != null && n == sharers;
          boolean usesExtraPartition = kept == each;
          if (n != null && m.topics().contains(tp.topic()) && n <= sharers && kept <= each
              && (!usesExtraMember || sharedByOneMore > 0) && (!usesExtraPartition || withOneMore > 0)) {
            sharedByOneMore -= usesExtraMember ? 1 : 0;
            withOneMore -= usesExtraPartition ? 1 : 0;
            kept++;
            give(m, tp);
          }
        }
      }
    }

    private static List<TopicPartition> sorted(Set<TopicPartition> partitions) {
      return partitions.stream().sorted(ORDER).toList();
    }

    private void give(AssignorMember member, TopicPartition tp) {
      given.get(member.id()).add(tp);
      shares.merge(tp, 1, Integer::sum);
    }

    private AssignorMember lightest(String topic) {
      AssignorMember best = null;
      for (AssignorMember m : members.values()) {
        if (m.topics().contains(topic) && (best == null || given.get(m.id()).size() < given.get(best.id()).size())) {
          best = m;
        }
      }
      return best;
    }

    /** A member without partitions shares the one that the fewest have. */
    private void giveOne(AssignorMember member) {
      if (!given.get(member.id()).isEmpty()) {
        return;
      }
      TopicPartition best = null;
      for (Map.Entry<TopicPartition, Integer> e : shares.entrySet()) {
        if (member.topics().contains(e.getKey().topic()) && (best == null || e.getValue() < shares.get(best))) {
          best = e.getKey();
        }
      }
      if (best != null) {
        give(member, best);
      }
    }
  }
}
