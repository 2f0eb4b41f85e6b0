package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.CreatePartitions;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.DeleteTopics;
import io.margay.controller.internal.state.Command.MorePartitions;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicNames;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Applies the commands on topics and partitions. Every item is checked as a whole before anything of it is changed. */
final class TopicCommands {
  private TopicCommands() { }

  static List<Outcome> create(ClusterState state, CreateTopics command) {
    List<Outcome> outcomes = new ArrayList<>(command.topics().size());
    for (NewTopic topic : command.topics()) {
      outcomes.add(create(state, topic));
    }
    return outcomes;
  }

  private static Outcome create(ClusterState state, NewTopic topic) {
    String problem = TopicNames.problem(topic.name());
    if (problem != null) {
      return new Outcome(Errors.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: " + problem);
    }
    if (state.topics().containsKey(topic.name()) || state.topic(topic.id()) != null) {
      return new Outcome(Errors.TOPIC_ALREADY_EXISTS, "Topic '" + topic.name() + "' already exists.");
    }
    String colliding = state.collidingTopic(topic.name());
    if (colliding != null) {
      return new Outcome(Errors.INVALID_TOPIC_EXCEPTION,
          "Topic '" + topic.name() + "' collides with existing topic: " + colliding);
    }
    List<PartitionImage> partitions = new ArrayList<>(topic.replicas().size());
    for (List<BrokerId> replicas : topic.replicas()) {
      Outcome refusal = unknownReplica(state, replicas);
      if (refusal != null) {
        return refusal;
      }
      partitions.add(newPartition(state, partitions.size(), replicas));
    }
    state.putTopic(new TopicImage(topic.name(), topic.id(), topic.internal(), partitions));
    state.setConfig(ConfigResource.topic(topic.name()), topic.configs());
    return Outcome.OK;
  }

  private static Outcome unknownReplica(ClusterState state, List<BrokerId> replicas) {
    if (replicas.isEmpty()) {
      return new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT, "A partition was given no replica.");
    }
    for (BrokerId id : replicas) {
      if (!state.brokers().containsKey(id)) {
        return new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes broker " + id + ", but no such broker is registered.");
      }
    }
    return null;
  }

  private static PartitionImage newPartition(ClusterState state, int index, List<BrokerId> replicas) {
    boolean all = replicas.stream().allMatch(r -> state.brokers().get(r).active());
    List<BrokerId> alive = all ? replicas : replicas.stream().filter(r -> state.brokers().get(r).active()).toList();
    // When no replica is active, the ISR is what it would have been: the first one to return leads.
    List<BrokerId> isr = alive.isEmpty() ? replicas : alive;
    BrokerId leader = alive.isEmpty() ? BrokerId.NONE : alive.get(0);
    return new PartitionImage(index, replicas, isr, leader, new LeaderEpoch(0), 0);
  }

  static List<Outcome> delete(ClusterState state, DeleteTopics command) {
    List<Outcome> outcomes = new ArrayList<>(command.ids().size());
    for (UUID id : command.ids()) {
      TopicImage topic = state.topic(id);
      if (topic == null) {
        outcomes.add(Outcome.of(Errors.UNKNOWN_TOPIC_ID));
      } else {
        state.removeTopic(topic);
        outcomes.add(Outcome.OK);
      }
    }
    return outcomes;
  }

  static List<Outcome> createPartitions(ClusterState state, CreatePartitions command) {
    List<Outcome> outcomes = new ArrayList<>(command.topics().size());
    for (MorePartitions more : command.topics()) {
      outcomes.add(createPartitions(state, more));
    }
    return outcomes;
  }

  private static Outcome createPartitions(ClusterState state, MorePartitions more) {
    TopicImage topic = state.topic(more.topicId());
    if (topic == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    if (topic.partitions().size() != more.existing()) {
      return new Outcome(Errors.INVALID_PARTITIONS, "The topic " + topic.name() + " has " + topic.partitions().size()
          + " partitions now instead of " + more.existing() + ".");
    }
    List<PartitionImage> partitions = new ArrayList<>(topic.partitions());
    for (List<BrokerId> replicas : more.replicas()) {
      Outcome refusal = unknownReplica(state, replicas);
      if (refusal != null) {
        return refusal;
      }
      partitions.add(newPartition(state, partitions.size(), replicas));
    }
    state.putTopic(new TopicImage(topic.name(), topic.id(), topic.internal(), partitions));
    return Outcome.OK;
  }
}
