package io.margay.assignors.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Component;

/**
 * As Kafka's range assignor: in each topic alone, members in order get one range of partitions each, the first ones one more when
 * it does not come out even. So topics with as many partitions and the same subscribers are co-partitioned: a member has the same
 * partitions of each. Static members come first, by instance id, so that their ranges outlive a restart.
 *
 * <p>When this bundle is updated, an assignment that is being worked out is finished; who asks while it is away waits, bounded.
 */
@Component(property = Assignor.NAME_PROPERTY + "=" + RangeAssignor.NAME)
public final class RangeAssignor implements Assignor {
  static final String NAME = "range";

  private static final Comparator<AssignorMember> ORDER = Comparator
      .comparing(AssignorMember::instanceId, Comparator.nullsLast(Comparator.naturalOrder())).thenComparing(AssignorMember::id);

  @Override
  public Map<String, List<TopicPartition>> assign(AssignorGroup group) {
    Map<String, List<TopicPartition>> assignment = new TreeMap<>();
    Map<String, List<AssignorMember>> subscribers = new TreeMap<>();
    for (AssignorMember member : group.members().stream().sorted(ORDER).toList()) {
      assignment.put(member.id(), new ArrayList<>());
      for (String topic : member.topics()) {
        if (group.partitionCounts().containsKey(topic)) {
          subscribers.computeIfAbsent(topic, t -> new ArrayList<>()).add(member);
        }
      }
    }
    subscribers.forEach((topic, members) -> {
      int partitions = group.partitionCounts().get(topic);
      int each = partitions / members.size();
      int more = partitions % members.size();
      int next = 0;
      for (int m = 0; m < members.size(); m++) {
        int end = next + each + (m < more ? 1 : 0);
        for (; next < end; next++) {
          assignment.get(members.get(m).id()).add(new TopicPartition(topic, next));
        }
      }
    });
    return assignment;
  }
}
