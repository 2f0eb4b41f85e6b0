package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.Tasks;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells the instances of an application where which partitions are processed, so that they can ask each other for their state. */
final class Endpoints {
  private Endpoints() { }

  /** An entry for each member that answers queries. */
  static List<StreamsGroupHeartbeatResponse.EndpointToPartitions> of(StreamsDraft draft, Topics topics) {
    List<StreamsGroupHeartbeatResponse.EndpointToPartitions> result = new ArrayList<>();
    for (StreamsMember m : draft.members()) {
      StreamsMember.Endpoint at = m.said().endpoint();
      if (at != null && draft.topology() != null) {
        TaskSets tasks = m.current().assigned();
        result.add(new StreamsGroupHeartbeatResponse.EndpointToPartitions()
            .setUserEndpoint(new StreamsGroupHeartbeatResponse.Endpoint().setHost(at.host()).setPort(at.port()))
            .setActivePartitions(partitions(draft.topology(), topics, tasks.active()))
            .setStandbyPartitions(partitions(draft.topology(), topics, tasks.standby().plus(tasks.warmup()))));
      }
    }
    return result;
  }

  private static List<StreamsGroupHeartbeatResponse.TopicPartition> partitions(Topology topology, Topics topics, Tasks tasks) {
    Map<String, List<Integer>> byTopic = new TreeMap<>();
    for (Topology.Sub s : topology.subtopologies()) {
      for (String topic : s.read()) {
        int count = topics.partitions(topic);
        tasks.forEachKey((id, numbers, epochs) -> {
          for (int n : numbers) {
            if (id.equals(s.id()) && n < count) {
              byTopic.computeIfAbsent(topic, t -> new ArrayList<>()).add(n);
            }
          }
        });
      }
    }
    List<StreamsGroupHeartbeatResponse.TopicPartition> result = new ArrayList<>();
    byTopic.forEach((topic, numbers) -> result.add(new StreamsGroupHeartbeatResponse.TopicPartition().setTopic(topic).setPartitions(numbers)));
    return result;
  }
}
