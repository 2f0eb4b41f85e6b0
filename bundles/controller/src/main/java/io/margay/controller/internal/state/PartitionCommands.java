package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.AlterIsr;
import io.margay.controller.internal.state.Command.ElectLeaders;
import io.margay.controller.internal.state.Command.NewIsr;
import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.controller.internal.state.Command.Reassign;
import io.margay.controller.internal.state.Command.Reassignment;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Applies what the leaders of partitions and administrators ask for. Each item of a command succeeds or fails by itself. */
final class PartitionCommands {
  private PartitionCommands() { }

  static List<Outcome> alterIsr(ClusterState state, AlterIsr command) {
    BrokerImage leader = state.brokers().get(command.broker());
    boolean stale = leader == null || leader.epoch() != command.brokerEpoch();
    TopicRules rules = new TopicRules(state);
    PartitionEdits edits = new PartitionEdits(state);
    Set<PartitionRef> seen = new HashSet<>();
    List<Outcome> outcomes = new ArrayList<>(command.changes().size());
    for (NewIsr change : command.changes()) {
      Errors error = stale ? Errors.STALE_BROKER_EPOCH
          : !seen.add(new PartitionRef(change.topicId(), change.partition())) ? Errors.INVALID_REQUEST
          : alterIsr(state, edits, rules, command.broker(), change);
      outcomes.add(Outcome.of(error));
    }
    edits.apply();
    return outcomes;
  }

  private static Errors alterIsr(ClusterState state, PartitionEdits edits, TopicRules rules, BrokerId leader, NewIsr change) {
    if (state.topic(change.topicId()) == null) {
      return Errors.UNKNOWN_TOPIC_ID;
    }
    PartitionImage before = edits.get(change.topicId(), change.partition());
    if (before == null) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (!before.leader().equals(leader)) {
      return Errors.NOT_LEADER_OR_FOLLOWER;
    }
    if (before.leaderEpoch().value() != change.leaderEpoch()) {
      return Errors.FENCED_LEADER_EPOCH;
    }
    if (before.partitionEpoch() != change.partitionEpoch()) {
      return Errors.INVALID_UPDATE_VERSION;
    }
    if (change.isr().isEmpty() || !before.replicas().containsAll(change.isr().keySet())) {
      return Errors.INVALID_REQUEST;
    }
    for (Map.Entry<BrokerId, Long> member : change.isr().entrySet()) {
      BrokerImage broker = state.brokers().get(member.getKey());
      boolean joins = !before.isr().contains(member.getKey());
      if (broker == null || joins && !broker.active() || broker.epoch() != member.getValue()) {
        return Errors.INELIGIBLE_REPLICA;
      }
    }
    ReplicaSet m = before.members();
    List<BrokerId> isr = before.replicas().stream().filter(change.isr()::containsKey).toList();
    Elections.Rules own = rules.of(state.topic(change.topicId()).name());
    ReplicaSet wanted = Reassignments.completed(
        new ReplicaSet(m.replicas(), isr, m.elr(), m.lastKnownElr(), m.adding(), m.removing()), own.minIsr());
    if (!change.isr().containsKey(leader)) {
      own = new Elections.Rules(own.active().and(id -> !id.equals(leader)), own.minIsr(), false);
    }
    PartitionImage after = Elections.change(before, wanted, own);
    if (!change.isr().containsKey(leader) && after.leader().equals(BrokerId.NONE)) {
      return Errors.INELIGIBLE_REPLICA;
    }
    boolean raise = change.newEpoch() && after.leaderEpoch().equals(before.leaderEpoch());
    // Also when the ISR is as it was: the leader waits for an image with another epoch.
    edits.put(change.topicId(), raise ? Elections.lead(after, after.leader()) : after != before ? after
        : new PartitionImage(before.index(), m, before.leader(), before.leaderEpoch(), before.partitionEpoch() + 1));
    return Errors.NONE;
  }

  static List<Outcome> electLeaders(ClusterState state, ElectLeaders command) {
    TopicRules rules = new TopicRules(state);
    PartitionEdits edits = new PartitionEdits(state);
    List<Outcome> outcomes = new ArrayList<>(command.partitions().size());
    for (PartitionRef ref : command.partitions()) {
      PartitionImage before = edits.get(ref.topicId(), ref.partition());
      if (before == null) {
        outcomes.add(Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        continue;
      }
      Elections.Rules own = rules.of(state.topic(ref.topicId()).name());
      PartitionImage after = command.unclean() ? Elections.elect(before, new Elections.Rules(own.active(), own.minIsr(), true))
          : Elections.prefer(before, own);
      boolean led = !before.leader().equals(BrokerId.NONE);
      if (command.unclean() ? led : before.leader().equals(Elections.preferred(before))) {
        outcomes.add(new Outcome(Errors.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition."));
      } else if (after == before) {
        outcomes.add(Outcome.of(command.unclean() ? Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE : Errors.PREFERRED_LEADER_NOT_AVAILABLE));
      } else {
        edits.put(ref.topicId(), after);
        outcomes.add(Outcome.OK);
      }
    }
    edits.apply();
    return outcomes;
  }

  static List<Outcome> reassign(ClusterState state, Reassign command) {
    TopicRules rules = new TopicRules(state);
    PartitionEdits edits = new PartitionEdits(state);
    List<Outcome> outcomes = new ArrayList<>(command.partitions().size());
    for (Reassignment wanted : command.partitions()) {
      outcomes.add(reassign(state, edits, rules, wanted));
    }
    edits.apply();
    return outcomes;
  }

  private static Outcome reassign(ClusterState state, PartitionEdits edits, TopicRules rules, Reassignment wanted) {
    PartitionRef ref = wanted.partition();
    PartitionImage before = edits.get(ref.topicId(), ref.partition());
    if (before == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    Elections.Rules own = rules.of(state.topic(ref.topicId()).name());
    ReplicaSet now = before.members();
    ReplicaSet next;
    if (wanted.replicas().isEmpty()) {
      if (!now.reassigning()) {
        return Outcome.of(Errors.NO_REASSIGNMENT_IN_PROGRESS);
      }
      next = Reassignments.cancel(now);
    } else {
      String problem = problem(state, wanted.replicas());
      if (problem != null) {
        return new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT, problem);
      }
      next = Reassignments.completed(Reassignments.begin(now, wanted.replicas()), own.minIsr());
    }
    boolean had = !now.isr().isEmpty() || !now.elr().isEmpty();
    if (had && next.isr().isEmpty() && next.elr().isEmpty()) {
      return new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT,
          "None of the remaining replicas is in sync; the only ones that are would be removed.");
    }
    PartitionImage after = Elections.change(before, next, own);
    if (after != before) {
      edits.put(ref.topicId(), after);
    }
    return Outcome.OK;
  }

  private static String problem(ClusterState state, List<BrokerId> replicas) {
    if (new HashSet<>(replicas).size() != replicas.size()) {
      return "The manual partition assignment includes the same broker more than once.";
    }
    for (BrokerId id : replicas) {
      if (!state.brokers().containsKey(id)) {
        return "The manual partition assignment includes broker " + id + ", but no such broker is registered.";
      }
    }
    return null;
  }
}
