package io.margay.simulation;

import io.margay.groups.internal.SimulatedGroups;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A thread of an application of Kafka Streams (KIP-1071) with one part without state, whose tasks have the numbers of the partitions of a
 * topic: sends heartbeats, gives back what it is to lose after a moment, and then takes what it gets. At times it leaves, and comes back as
 * another member.
 */
final class SimulatedStreamsMember extends SimulatedClient {
  private static final String GROUP = "application";
  private static final String PART = "0";
  private static final int REBALANCE_TIMEOUT_MS = 20_000;
  private static final int LEAVES_PER_MILLE = 15;

  private final Simulation.Topic topic;
  private final GroupHistory history;
  private GroupHistory.Member self;
  private int number;
  private int epoch;
  /** Whether the next request says everything, because an answer was lost or it is the first one. */
  private boolean whole = true;
  private boolean changed;
  private Set<Integer> assigned = new TreeSet<>();
  private final Set<Integer> owned = new TreeSet<>();
  private long giveBackMicros;
  private int beats;

  SimulatedStreamsMember(SimulatedNetwork network, Machine machine, Invariants invariants, Simulation.Topic topic, GroupHistory history,
      int nodes) {
    super(network, machine, invariants, new TopicPartition(SimulatedGroups.TOPIC, 0), nodes);
    this.topic = topic;
    this.history = history;
    become();
  }

  private void become() {
    self = new GroupHistory.Member("thread-" + process.id() + "-" + number++);
    begin();
  }

  private void begin() {
    epoch = 0;
    whole = true;
    assigned = new TreeSet<>();
  }

  /** How many heartbeats were answered. */
  int beats() {
    return beats;
  }

  @Override
  void proceed() {
    settle();
    if (epoch > 0 && world.chance(LEAVES_PER_MILLE)) {
      leave();
      return;
    }
    StreamsGroupHeartbeatRequest request = new StreamsGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(self.toString()).setMemberEpoch(epoch);
    if (whole) {
      request.setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS).setProcessId("process-" + process.id());
    }
    if (epoch == 0) {
      request.setTopology(new StreamsGroupHeartbeatRequest.Topology().setSubtopologies(List.of(
          new StreamsGroupHeartbeatRequest.Subtopology().setSubtopologyId(PART).setSourceTopics(List.of(topic.name())))));
    }
    if (whole || changed) {
      request.setActiveTasks(owned.isEmpty() ? List.of() : List.of(
          new StreamsGroupHeartbeatRequest.TaskIds().setSubtopologyId(PART).setPartitions(List.copyOf(owned))))
          .setStandbyTasks(List.of()).setWarmupTasks(List.of());
    }
    whole = true; // unless it is answered
    long sent = world.nowMicros();
    toLeader(StreamsGroupHeartbeatRequest.API, request, new StreamsGroupHeartbeatResponse(), response -> answered(response, sent));
  }

  private void answered(StreamsGroupHeartbeatResponse response, long sentMicros) {
    Errors error = Errors.forCode(response.errorCode());
    if (error == Errors.FENCED_MEMBER_EPOCH || error == Errors.UNKNOWN_MEMBER_ID) {
      giveBack(Set.of());
      begin();
      process.after(world.random(10, 300), this::next);
      return;
    }
    if (error != Errors.NONE) {
      again(error);
      return;
    }
    beats++;
    whole = false;
    changed = false;
    self.heard(sentMicros);
    epoch = response.memberEpoch();
    if (response.activeTasks() != null) {
      Set<Integer> now = new TreeSet<>();
      response.activeTasks().forEach(t -> now.addAll(t.partitions()));
      assigned = now;
      giveBackMicros = world.nowMicros() + world.random(0, 400_000);
    }
    settle();
    owned.stream().filter(assigned::contains).forEach(p -> history.owns(self, p, epoch));
    process.after(world.random(50, 400), this::next);
  }

  /** Gives back what it has lost, when its records are done; only then it takes more. */
  private void settle() {
    if (!assigned.containsAll(owned) && world.nowMicros() >= giveBackMicros) {
      giveBack(assigned);
    }
    if (assigned.containsAll(owned) && owned.addAll(assigned)) {
      changed = true;
      world.trace().add("%s: processes %s in epoch %d", self, owned, epoch);
      owned.forEach(p -> history.owns(self, p, epoch));
    }
  }

  private void giveBack(Set<Integer> but) {
    for (int p : List.copyOf(owned)) {
      if (!but.contains(p)) {
        owned.remove(p);
        changed = true;
        history.givesBack(self, p);
      }
    }
  }

  private void leave() {
    giveBack(Set.of());
    String id = self.toString();
    become();
    world.trace().add("%s leaves", id);
    toLeader(StreamsGroupHeartbeatRequest.API, new StreamsGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(id).setMemberEpoch(-1),
        new StreamsGroupHeartbeatResponse(), response -> process.after(world.random(100, 1_500), this::next));
  }
}
