package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.UnregisterBroker;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Applies the commands on brokers. */
final class BrokerCommands {
  private BrokerCommands() { }

  /** Registers a broker, which is not fenced from then on. The epoch is the index of the command. */
  static Long register(ClusterState state, RegisterBroker command, long index) {
    BrokerImage before = state.brokers().get(command.id());
    boolean sameProcess = command.incarnation().equals(state.incarnation(command.id()));
    if (sameProcess && before.endpoints().equals(command.endpoints()) && Objects.equals(before.rack(), command.rack())) {
      return before.epoch();
    }
    state.putBroker(new BrokerImage(command.id(), index, command.endpoints(), command.rack(), false), command.incarnation());
    if (!sameProcess) {
      startLeading(state, command.id());
    }
    return index;
  }

  /**
   * A process that starts is a new leader of the partitions that it led before, and of those without a leader in whose ISR it
   * is: what it had not written to the disk may be lost, and the new leader epoch lets readers find out.
   */
  private static void startLeading(ClusterState state, BrokerId id) {
    for (TopicImage topic : List.copyOf(state.topics().values())) {
      List<PartitionImage> partitions = null;
      for (PartitionImage p : topic.partitions()) {
        if (p.leader().equals(id) || p.leader().equals(BrokerId.NONE) && p.isr().contains(id)) {
          partitions = partitions == null ? new ArrayList<>(topic.partitions()) : partitions;
          partitions.set(p.index(), new PartitionImage(p.index(), p.replicas(), p.isr(), id,
              new LeaderEpoch(p.leaderEpoch().value() + 1), p.partitionEpoch() + 1));
        }
      }
      if (partitions != null) {
        state.putTopic(new TopicImage(topic.name(), topic.id(), topic.internal(), partitions));
      }
    }
  }

  static Outcome unregister(ClusterState state, UnregisterBroker command) {
    if (!state.brokers().containsKey(command.id())) {
      return new Outcome(Errors.BROKER_ID_NOT_REGISTERED, "Broker ID " + command.id() + " is not currently registered");
    }
    long held = state.topics().values().stream().flatMap(t -> t.partitions().stream())
        .filter(p -> p.replicas().contains(command.id())).count();
    if (held > 0) {
      return new Outcome(Errors.INVALID_REQUEST, "Broker " + command.id() + " holds replicas of " + held
          + " partition(s): move them to other brokers first");
    }
    state.removeBroker(command.id());
    return Outcome.OK;
  }
}
