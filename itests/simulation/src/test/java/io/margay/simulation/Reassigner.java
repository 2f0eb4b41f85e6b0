package io.margay.simulation;

import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.controller.internal.state.Command.Reassign;
import io.margay.controller.internal.state.Command.Reassignment;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import java.util.ArrayList;
import java.util.List;

/** Moves replicas to other machines while the cluster suffers, gives up some of the moves, and brings all of them back in the end. */
final class Reassigner {
  private static final int FEWEST = 2;
  private static final long AGAIN_MICROS = 2_000_000;

  private final World world;
  private final SimulatedCluster cluster;
  private final Invariants invariants;

  Reassigner(World world, SimulatedCluster cluster, Invariants invariants) {
    this.world = world;
    this.cluster = cluster;
    this.invariants = invariants;
  }

  /** Wants other replicas for some partition, or those that it has had. */
  void act() {
    List<TopicImage> topics = List.copyOf(invariants.image().topics().values());
    TopicImage topic = topics.get((int) world.random(0, topics.size()));
    int partition = (int) world.random(0, topic.partitions().size());
    boolean cancel = topic.partitions().get(partition).members().reassigning() && world.chance(300);
    List<BrokerId> wanted = cancel ? List.of() : some();
    world.trace().add("%s-%d %s", topic.name(), partition, cancel ? "stays where it was" : "moves to " + wanted);
    propose(topic, partition, wanted);
  }

  private List<BrokerId> some() {
    List<BrokerId> left = all();
    List<BrokerId> chosen = new ArrayList<>();
    for (int n = (int) world.random(FEWEST, cluster.size() + 1); n > 0; n--) {
      chosen.add(left.remove((int) world.random(0, left.size())));
    }
    return chosen;
  }

  private List<BrokerId> all() {
    List<BrokerId> all = new ArrayList<>();
    for (int id = 1; id <= cluster.size(); id++) {
      all.add(new BrokerId(id));
    }
    return all;
  }

  private void propose(TopicImage topic, int partition, List<BrokerId> replicas) {
    for (SimulatedNode node : cluster.nodes()) {
      node.controller().propose(new Reassign(List.of(new Reassignment(new PartitionRef(topic.id(), partition), replicas))));
      return;
    }
  }

  /** Wants all machines for all partitions, again and again: what was proposed before may take effect late. */
  void restore() {
    for (TopicImage topic : invariants.image().topics().values()) {
      topic.partitions().stream().filter(p -> !whole(p)).forEach(p -> propose(topic, p.index(), all()));
    }
    world.after(AGAIN_MICROS, this::restore);
  }

  /** Whether a partition is on all machines. */
  boolean whole(PartitionImage p) {
    return p.replicas().size() == cluster.size() && !p.members().reassigning();
  }
}
