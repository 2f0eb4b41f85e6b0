package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.Tasks;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Tells the instances of an application where which partitions are processed, so that they can ask each other for their state. */
final class Endpoints {
  private Endpoints() { }

  /** An entry for each member that answers queries. */
  static List<StreamsGroupHeartbeatResponse.EndpointToPartitions> of(StreamsDraft draft, Topics topics) {
    List<StreamsGroupHeartbeatResponse.EndpointToPartitions> result = new ArrayList<>();
    Map<String, Set<String>> read = new HashMap<>();
    if (draft.topology() != null) {
      draft.topology().subtopologies().forEach(s -> read.put(s.id(), s.read()));
    }
    for (StreamsMember m : draft.members()) {
      StreamsMember.Endpoint at = m.said().endpoint();
      if (at != null) {
        TaskSets tasks = m.current().assigned();
        result.add(new StreamsGroupHeartbeatResponse.EndpointToPartitions()
            .setUserEndpoint(new StreamsGroupHeartbeatResponse.Endpoint().setHost(at.host()).setPort(at.port()))
            .setActivePartitions(partitions(read, topics, tasks.active()))
            .setStandbyPartitions(partitions(read, topics, tasks.standby().plus(tasks.warmup()))));
      }
    }
    return result;
  }

  private static List<StreamsGroupHeartbeatResponse.TopicPartition> partitions(Map<String, Set<String>> read, Topics topics, Tasks tasks) {
    Map<String, List<Integer>> byTopic = new TreeMap<>();
    tasks.forEachKey((id, numbers, epochs) -> {
      for (String topic : read.getOrDefault(id, Set.of())) {
        int count = topics.partitions(topic);
        for (int n : numbers) {
          if (n < count) {
            byTopic.computeIfAbsent(topic, t -> new ArrayList<>()).add(n);
          }
        }
      }
    });
    List<StreamsGroupHeartbeatResponse.TopicPartition> result = new ArrayList<>();
    byTopic.forEach((topic, numbers) -> result.add(new StreamsGroupHeartbeatResponse.TopicPartition().setTopic(topic).setPartitions(numbers)));
    return result;
  }
}
