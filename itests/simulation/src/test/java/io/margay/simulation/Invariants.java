package io.margay.simulation;

import io.margay.controller.internal.state.MetadataStateMachine;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.TopicPartition;
import io.margay.replication.internal.SimulatedReplication.Replica;
import io.margay.simulation.QuorumDisk.Entry;
import io.margay.spi.consensus.StateMachine;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What must hold after each step. Knows everything that the nodes have agreed on and what clients were told. */
final class Invariants {
  static final String ONE_LEADER = "one leader per epoch";
  static final String SAME_METADATA = "metadata images are equal at equal index";
  static final String PROGRESS = "progress once faults end";

  private final World world;
  private final Map<Long, Integer> quorumLeaders = new HashMap<>();
  private final Map<String, Integer> leaders = new HashMap<>();
  private final Map<Integer, Integer> states = new HashMap<>();
  private final Map<TopicPartition, PartitionRecords> records = new HashMap<>();
  private final TransactionHistory transactions = new TransactionHistory(this);
  private final MetadataStateMachine shadow = new MetadataStateMachine(() -> { });
  private int shadowIndex;
  private BrokenInvariantException first;
  private ClusterImage image = ClusterImage.EMPTY;

  Invariants(World world) {
    this.world = world;
  }

  /** Ends the simulation. */
  BrokenInvariantException fail(String invariant, String format, Object... values) {
    throw broken(invariant, String.format(format, values), null);
  }

  BrokenInvariantException broken(String invariant, String what, Throwable cause) {
    BrokenInvariantException broken = new BrokenInvariantException(invariant, "seed " + world.seed() + " breaks the invariant '" + invariant + "' after "
        + world.nowMicros() / 1000 + " ms: " + what + "\nThe last events:\n" + world.trace().text(), cause);
    first = first == null ? broken : first;
    return first;
  }

  /** The code under test may have caught what was thrown. */
  void rethrow() {
    if (first != null) {
      throw first;
    }
  }

  /** The newest metadata that was committed. */
  ClusterImage image() {
    return image;
  }

  TransactionHistory transactions() {
    return transactions;
  }

  /** The records of a partition. */
  PartitionRecords records(TopicPartition tp) {
    return records.computeIfAbsent(tp, key -> new PartitionRecords(tp, this));
  }

  /** What was committed in a partition does not count any more: it becomes a mirror, and is cut. */
  void forget(TopicPartition tp) {
    records.remove(tp);
  }

  void quorumLeader(long term, int node) {
    Integer other = quorumLeaders.putIfAbsent(term, node);
    if (other != null) {
      fail(ONE_LEADER, "nodes %d and %d were both elected to lead the metadata quorum in term %d", other, node, term);
    }
  }

  /** A node has applied an entry of the metadata log. */
  void applied(int node, int index, Entry entry, StateMachine machine) {
    if (index == shadowIndex + 1) {
      shadowIndex = index;
      if (entry.command() != null) {
        shadow.apply(index, entry.timestampMs(), entry.command());
        image = shadow.takePublication().image();
        world.trace().add("metadata %d: %s", index, Images.text(image));
      }
    }
    restored(node, index, machine);
  }

  /** A node has the state after an entry of the metadata log. */
  void restored(int node, int index, StateMachine machine) {
    int state = Arrays.hashCode(machine.snapshot());
    Integer other = states.putIfAbsent(index, state);
    if (other != null && other != state) {
      fail(SAME_METADATA, "node %d has another state at index %d", node, index);
    }
  }

  /** Something has happened on some node. */
  void check(SimulatedNode node) {
    records.forEach((tp, expected) -> check(node, tp, expected));
  }

  private void check(SimulatedNode node, TopicPartition tp, PartitionRecords expected) {
    Replica replica = node.replication().replica(tp.topic(), tp.partition());
    if (replica == null) {
      return;
    }
    int id = node.machine().id;
    if (replica.leads()) {
      Integer other = leaders.putIfAbsent(tp + "@" + replica.epoch(), id);
      if (other != null && other != id) {
        fail(ONE_LEADER, "nodes %d and %d both lead %s in epoch %d", other, id, tp, replica.epoch());
      }
      PartitionImage now = image.partition(tp);
      if (now.leader().value() == id && now.leaderEpoch().value() == replica.epoch()) {
        expected.checkLeader(node, replica);
      }
    }
    expected.checkCommitted(node, replica);
  }
}
