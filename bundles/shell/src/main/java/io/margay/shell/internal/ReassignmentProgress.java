package io.margay.shell.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How far the move of a partition's replicas is.
 *
 * @param inSync new replicas that are in sync
 * @param bytes size of the new replicas; null when one of them is on a broker that does not say
 * @param bytesTotal their size when they have all that the leader has now; null when the leader does not say
 */
record ReassignmentProgress(int inSync, Long bytes, Long bytesTotal) {
  /** Looks at partitions that are being moved. */
  static Map<TopicPartition, ReassignmentProgress> of(Requests requests, Map<TopicPartition, Reassignments.Ongoing> ongoing)
      throws InterruptedException {
    Map<BrokerId, Set<TopicPartition>> wanted = new TreeMap<>();
    Map<TopicPartition, PartitionImage> images = new HashMap<>();
    ongoing.forEach((tp, move) -> {
      PartitionImage image = requests.image().partition(tp);
      if (image != null) {
        images.put(tp, image);
        wanted.computeIfAbsent(image.leader(), b -> new HashSet<>()).add(tp);
      }
      move.adding().forEach(broker -> wanted.computeIfAbsent(broker, b -> new HashSet<>()).add(tp));
    });
    Map<BrokerId, Map<TopicPartition, LogSizes.Replica>> sizes = new LogSizes(requests).of(wanted);
    Map<TopicPartition, ReassignmentProgress> all = new HashMap<>();
    ongoing.forEach((tp, move) -> all.put(tp, of(tp, images.get(tp), move, sizes)));
    return all;
  }

  private static ReassignmentProgress of(TopicPartition tp, PartitionImage image, Reassignments.Ongoing move,
      Map<BrokerId, Map<TopicPartition, LogSizes.Replica>> sizes) {
    if (image == null) {
      return new ReassignmentProgress(0, null, null);
    }
    LogSizes.Replica leader = sizes.getOrDefault(image.leader(), Map.of()).get(tp);
    Long bytes = 0L;
    for (BrokerId broker : move.adding()) {
      Map<TopicPartition, LogSizes.Replica> there = sizes.get(broker);
      // a broker that answers, and does not hold the replica yet, has nothing of it
      bytes = bytes == null || there == null ? null
          : (Long) (bytes + (there.containsKey(tp) ? there.get(tp).sizeBytes() : 0));
    }
    return new ReassignmentProgress((int) move.adding().stream().filter(image.isr()::contains).count(), bytes,
        leader == null ? null : (Long) (leader.sizeBytes() * move.adding().size()));
  }

  /** The sum of what is known; null when nothing is. */
  static Long sum(Collection<ReassignmentProgress> all, Function<ReassignmentProgress, Long> what) {
    return all.stream().map(what).filter(Objects::nonNull).reduce(Long::sum).orElse(null);
  }
}
