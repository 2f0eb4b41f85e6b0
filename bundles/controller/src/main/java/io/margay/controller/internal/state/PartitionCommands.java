package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.AlterIsr;
import io.margay.controller.internal.state.Command.NewIsr;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Applies what the leaders of partitions ask for. */
final class PartitionCommands {
  private PartitionCommands() { }

  static List<Outcome> alterIsr(ClusterState state, AlterIsr command) {
    BrokerImage leader = state.brokers().get(command.broker());
    boolean stale = leader == null || leader.epoch() != command.brokerEpoch();
    List<Outcome> outcomes = new ArrayList<>(command.changes().size());
    for (NewIsr change : command.changes()) {
      outcomes.add(Outcome.of(stale ? Errors.STALE_BROKER_EPOCH : alterIsr(state, command.broker(), change)));
    }
    return outcomes;
  }

  private static Errors alterIsr(ClusterState state, BrokerId leader, NewIsr change) {
    TopicImage topic = state.topic(change.topicId());
    if (topic == null) {
      return Errors.UNKNOWN_TOPIC_ID;
    }
    if (change.partition() < 0 || change.partition() >= topic.partitions().size()) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    PartitionImage before = topic.partitions().get(change.partition());
    if (!before.leader().equals(leader)) {
      return Errors.NOT_LEADER_OR_FOLLOWER;
    }
    if (before.leaderEpoch().value() != change.leaderEpoch()) {
      return Errors.FENCED_LEADER_EPOCH;
    }
    if (before.partitionEpoch() != change.partitionEpoch()) {
      return Errors.INVALID_UPDATE_VERSION;
    }
    if (!change.isr().containsKey(leader) || !before.replicas().containsAll(change.isr().keySet())) {
      return Errors.INVALID_REQUEST;
    }
    for (Map.Entry<BrokerId, Long> member : change.isr().entrySet()) {
      BrokerImage broker = state.brokers().get(member.getKey());
      boolean joins = !before.isr().contains(member.getKey());
      if (broker == null || joins && !broker.active() || broker.epoch() != member.getValue()) {
        return Errors.INELIGIBLE_REPLICA;
      }
    }
    List<BrokerId> isr = before.replicas().stream().filter(change.isr()::containsKey).toList();
    ReplicaSet members = new ReplicaSet(before.replicas(), isr, before.members().elr(), before.members().lastKnownElr(),
        before.members().adding(), before.members().removing());
    PartitionImage after = Elections.change(before, members, new TopicRules(state).of(topic.name()));
    // Also when the ISR is as it was: the leader waits for an image with another epoch.
    state.putPartition(topic, after != before ? after : new PartitionImage(before.index(), before.members(), before.leader(),
        before.leaderEpoch(), before.partitionEpoch() + 1));
    return Errors.NONE;
  }
}
