package io.margay.simulation;

import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.groups.internal.SimulatedGroups;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.shares.internal.SimulatedShares;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/** A consumer group, a streams group and a share group with their members, and what they must have done in the end. */
final class GroupWorkload {
  private static final Simulation.Topic CONSUMED = new Simulation.Topic("c", new UUID(0x5EED, 10), 4);
  private static final Simulation.Topic SHARED = new Simulation.Topic("s", new UUID(0x5EED, 11), 1);
  private static final Simulation.Topic PROCESSED = new Simulation.Topic("w", new UUID(0x5EED, 13), 4);
  private static final UUID STATES_ID = new UUID(0x5EED, 12);
  private static final int MEMBERS = 3;
  private static final int SESSION_MS = 4_000;
  private static final int MORE = 5;

  /** What makes sessions short, and records available again soon. */
  static final Map<String, String> SETTINGS = Map.ofEntries(Map.entry("group.consumer.session.timeout.ms", Integer.toString(SESSION_MS)),
      Map.entry("group.consumer.min.session.timeout.ms", "1000"), Map.entry("group.consumer.heartbeat.interval.ms", "300"),
      Map.entry("group.consumer.min.heartbeat.interval.ms", "100"), Map.entry("group.share.session.timeout.ms", "4000"),
      Map.entry("group.share.min.session.timeout.ms", "1000"), Map.entry("group.share.heartbeat.interval.ms", "300"),
      Map.entry("group.share.min.heartbeat.interval.ms", "100"), Map.entry("group.share.record.lock.duration.ms", "2000"),
      Map.entry("group.share.min.record.lock.duration.ms", "1000"), Map.entry("group.share.delivery.count.limit", "10"),
      Map.entry("group.share.max.delivery.count.limit", "10"), Map.entry("group.streams.session.timeout.ms", Integer.toString(SESSION_MS)),
      Map.entry("group.streams.min.session.timeout.ms", "1000"), Map.entry("group.streams.heartbeat.interval.ms", "300"),
      Map.entry("group.streams.min.heartbeat.interval.ms", "100"), Map.entry("group.streams.initial.rebalance.delay.ms", "500"));

  private final Invariants invariants;
  private final GroupHistory owners;
  private final GroupHistory processors;
  private final ShareHistory shared;
  private final List<SimulatedGroupMember> consumers = new ArrayList<>();
  private final List<SimulatedStreamsMember> threads = new ArrayList<>();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final Map<SimulatedClient, Integer> before = new HashMap<>();
  private int confirmedBefore;

  GroupWorkload(World world, Invariants invariants) {
    this.invariants = invariants;
    this.owners = new GroupHistory(invariants, world, SESSION_MS * 1000L);
    this.processors = new GroupHistory(invariants, world, SESSION_MS * 1000L);
    this.shared = new ShareHistory(invariants);
  }

  /** The topic whose records the share group gets. */
  static TopicPartition sharedPartition() {
    return new TopicPartition(SHARED.name(), 0);
  }

  static List<TopicPartition> partitions() {
    return List.of(new TopicPartition(SimulatedShares.TOPIC, 0), sharedPartition());
  }

  List<NewTopic> topics(Function<Integer, List<List<BrokerId>>> replicas, Map<String, String> configs) {
    return List.of(new NewTopic(SimulatedShares.TOPIC, STATES_ID, true, replicas.apply(1), configs),
        new NewTopic(SHARED.name(), SHARED.id(), false, replicas.apply(SHARED.partitions()), configs),
        new NewTopic(PROCESSED.name(), PROCESSED.id(), false, replicas.apply(PROCESSED.partitions()), configs),
        new NewTopic(CONSUMED.name(), CONSUMED.id(), false, replicas.apply(CONSUMED.partitions()), configs));
  }

  /** The share group gets all records. */
  static Command fromTheStart() {
    return new Command.AlterConfigs(List.of(new Command.ConfigChange(new ConfigResource(ConfigResource.Type.GROUP, SimulatedShareMember.GROUP), true,
        List.of(new Command.ConfigEdit("share.auto.offset.reset", Command.Operation.SET, "earliest", null)))));
  }

  void start(SimulatedNetwork network, IntFunction<Machine> machines, int nodes) {
    for (int i = 0; i < MEMBERS; i++) {
      consumers.add(new SimulatedGroupMember(network, machines.apply(6000 + i), invariants, CONSUMED, owners, nodes));
      threads.add(new SimulatedStreamsMember(network, machines.apply(9000 + i), invariants, PROCESSED, processors, nodes));
      String id = "share-" + i;
      SimulatedShareMember member = new SimulatedShareMember(network, machines.apply(7000 + i), invariants, id, SHARED.name(), nodes);
      clients.add(member);
      clients.add(new SimulatedShareConsumer(network, machines.apply(8000 + i), invariants, sharedPartition(), member, id, shared, nodes));
    }
    clients.addAll(consumers);
    clients.addAll(threads);
    clients.forEach(SimulatedClient::next);
  }

  /** From now on there are no faults. */
  void healed() {
    consumers.forEach(c -> before.put(c, c.beats()));
    threads.forEach(t -> before.put(t, t.beats()));
    confirmedBefore = shared.confirmations();
  }

  boolean recovered() {
    return owners.owned() == CONSUMED.partitions() && processors.owned() == PROCESSED.partitions()
        && threads.stream().allMatch(t -> t.beats() >= before.get(t) + MORE) && consumers.stream().allMatch(c -> c.beats() >= before.get(c) + MORE)
        && shared.confirmations() >= confirmedBefore + MORE;
  }

  /** Whether all records of the share group are done. */
  boolean done() {
    long end = invariants.records(sharedPartition()).acknowledgedEnd();
    return shared.firstOpen(end) == end;
  }

  void failUnlessDone() {
    if (!done()) {
      invariants.fail(ShareHistory.ALL_DONE, "offset %d was never acknowledged, %s", shared.firstOpen(Long.MAX_VALUE), this);
    }
  }

  void end() {
    clients.forEach(SimulatedClient::end);
  }

  int assignments() {
    return owners.epochs();
  }

  int tasksGiven() {
    return processors.epochs();
  }

  int confirmations() {
    return shared.confirmations();
  }

  @Override
  public String toString() {
    return owners.owned() + " of " + CONSUMED.partitions() + " partitions and " + processors.owned() + " of "
        + PROCESSED.partitions() + " tasks have an owner; " + shared.deliveries() + " deliveries, "
        + shared.confirmations() + " records are confirmed to be done, all before " + shared.firstOpen(Long.MAX_VALUE);
  }
}
