package io.margay.simulation;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** The machines of a cluster with their nodes, and what may happen to them. Each fault ends after a time. */
final class SimulatedCluster {
  private final World world;
  private final SimulatedNetwork network;
  private final Invariants invariants;
  private final Flaw flaw;
  private final Map<String, String> settings;
  private final List<Machine> machines = new ArrayList<>();
  private final Map<Integer, SimulatedNode> nodes = new TreeMap<>();
  /** Gets each node that starts, before anything happens on it. */
  Consumer<SimulatedNode> whenStarted = node -> { };
  /** Nodes that may lack records, and the epoch of their registration at that time. */
  private final Map<Integer, Long> damaged = new TreeMap<>();

  SimulatedCluster(SimulatedNetwork network, Invariants invariants, Flaw flaw, int size, Map<String, String> settings) {
    this.world = network.world();
    this.network = network;
    this.invariants = invariants;
    this.flaw = flaw;
    this.settings = settings;
    for (int id = 1; id <= size; id++) {
      Machine machine = new Machine(id);
      machines.add(machine);
      network.add(machine);
    }
  }

  int size() {
    return machines.size();
  }

  /** @param action is told which node votes, before the vote is synced */
  void whenVoted(IntConsumer action) {
    network.whenVoted = action;
  }

  void reorder(int perMille) {
    network.latePerMille = perMille;
  }

  /** The nodes that run. */
  Iterable<SimulatedNode> nodes() {
    return nodes.values();
  }

  void start(int id) {
    Machine machine = machine(id);
    if (nodes.containsKey(id)) {
      return;
    }
    machine.up = true;
    world.trace().add("node %d starts", id);
    SimulatedNode node = new SimulatedNode(network, machine, invariants, flaw, settings, size());
    nodes.put(id, node);
    whenStarted.accept(node);
  }

  private Machine machine(int id) {
    return machines.get(id - 1);
  }

  /** Ends a process. */
  void kill(int id, long forMicros) {
    SimulatedNode node = nodes.remove(id);
    if (node == null) {
      return;
    }
    world.trace().add("FAULT node %d is killed", id);
    end(node);
    startLater(id, forMicros);
  }

  private void end(SimulatedNode node) {
    node.process().die();
    node.machine().disk.processEnded();
    network.ended(node.process());
  }

  private void startLater(int id, long forMicros) {
    world.after(forMicros, () -> start(id));
  }

  /** Ends a machine, unless that could lose what no other replica has. */
  void crash(int id, boolean loseDisk, long forMicros) {
    SimulatedNode node = nodes.get(id);
    if (node == null || !mayLose(id)) {
      return;
    }
    world.trace().add("FAULT machine %d crashes%s", id, loseDisk ? " and loses its disk" : "");
    BrokerImageEpoch.of(invariants.image(), id).ifPresent(epoch -> damaged.put(id, epoch));
    nodes.remove(id);
    Machine machine = node.machine();
    machine.up = false;
    end(node);
    machine.quorum.crash();
    if (loseDisk) {
      machine.disk.lost();
    } else {
      machine.disk.machineEnded((from, to) -> world.random(from, to + 1));
    }
    startLater(id, forMicros);
  }

  /**
   * Whether each partition has another replica with everything. Only one machine at a time: while the controller does not know yet that a
   * replica in the ISR has lost its end, it may let another one leave.
   */
  private boolean mayLose(int id) {
    ClusterImage image = invariants.image();
    damaged.entrySet().removeIf(d -> recovered(image, d.getKey(), d.getValue()));
    if (damaged.keySet().stream().anyMatch(other -> other != id)) {
      return false;
    }
    for (TopicImage topic : image.topics().values()) {
      for (PartitionImage p : topic.partitions()) {
        TreeSet<Integer> whole = new TreeSet<>();
        p.isr().forEach(b -> whole.add(b.value()));
        p.members().elr().forEach(b -> whole.add(b.value()));
        whole.remove(id);
        if (whole.isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean recovered(ClusterImage image, int id, long epoch) {
    return BrokerImageEpoch.of(image, id).orElse(-1L) > epoch && image.topics().values().stream()
        .allMatch(topic -> topic.partitions().stream().allMatch(p -> p.isr().contains(new BrokerId(id)) || !p.replicas().contains(new BrokerId(id))));
  }

  /** Stops a process without ending it. */
  void stop(int id, long forMicros) {
    SimulatedNode node = nodes.get(id);
    if (node == null || node.process().stopped()) {
      return;
    }
    world.trace().add("FAULT node %d stops for a while", id);
    node.process().stop(true);
    world.after(forMicros, () -> {
      if (node.process().alive()) {
        world.trace().add("node %d continues", id);
        node.process().stop(false);
      }
    });
  }

  void isolate(int id, long forMicros) {
    world.trace().add("FAULT node %d is cut off", id);
    for (Machine other : machines) {
      if (other.id != id) {
        blockFor(id, other.id, forMicros);
        blockFor(other.id, id, forMicros);
      }
    }
  }

  /** One direction only. */
  void block(int from, int to, long forMicros) {
    world.trace().add("FAULT nothing gets from %d to %d", from, to);
    blockFor(from, to, forMicros);
  }

  private void blockFor(int from, int to, long forMicros) {
    network.block(from, to, true);
    world.after(forMicros, () -> network.block(from, to, false));
  }

  void slow(int id, long slowMicros, long forMicros) {
    world.trace().add("FAULT machine %d is slow", id);
    machine(id).slowMicros = slowMicros;
    world.after(forMicros, () -> machine(id).slowMicros = 0);
  }

  void disturb(long delayMicros, int lossPerMille, long forMicros) {
    world.trace().add("FAULT the network is slow");
    network.delayMicros = delayMicros;
    network.lossPerMille = lossPerMille;
    world.after(forMicros, () -> network.calm());
  }

  void jump(int id, long byMs) {
    world.trace().add("FAULT the clock of machine %d jumps by %d ms", id, byMs);
    machine(id).clockOffsetMs += byMs;
  }

  /** Ends all faults. */
  void heal() {
    world.trace().add("all faults end");
    network.heal();
    for (Machine machine : machines) {
      machine.slowMicros = 0;
      if (machine.process != null && machine.process.stopped()) {
        machine.process.stop(false);
      }
      start(machine.id);
    }
  }
}
