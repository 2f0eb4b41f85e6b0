package io.margay.simulation;

import io.margay.groups.internal.SimulatedGroups;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A member of a group that the coordinator assigns numbers to, those of partitions or tasks: sends heartbeats, gives back what it is to lose after a
 * moment, and then takes what it gets. At times it leaves, and comes back as another member.
 */
abstract class SimulatedMember extends SimulatedClient {
  static final int REBALANCE_TIMEOUT_MS = 20_000;
  private static final int LEAVES_PER_MILLE = 15;

  private final GroupHistory history;
  private final String kind;
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

  /** @param kind begins its names */
  SimulatedMember(SimulatedNetwork network, Machine machine, Invariants invariants, GroupHistory history, int nodes, String kind) {
    super(network, machine, invariants, new TopicPartition(SimulatedGroups.TOPIC, 0), nodes);
    this.history = history;
    this.kind = kind;
    become();
  }

  /**
   * Sends a heartbeat, and {@link #answered} gets its answer.
   *
   * @param all whether it says everything
   * @param has what the member has; null when that is as before
   */
  abstract void beat(String id, int memberEpoch, boolean all, Set<Integer> has);

  /** Says that a member leaves, and calls {@link #left} when that is answered. */
  abstract void leave(String id);

  private void become() {
    self = new GroupHistory.Member(kind + "-" + process.id() + "-" + number++);
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
      giveBack(Set.of());
      String id = self.toString();
      become();
      world.trace().add("%s leaves", id);
      leave(id);
      return;
    }
    boolean all = whole;
    whole = true; // unless it is answered
    beat(self.toString(), epoch, all, all || changed ? owned : null);
  }

  /** @param now what it is to have; null when that is as before */
  void answered(short errorCode, int memberEpoch, Set<Integer> now, long sentMicros) {
    Errors error = Errors.forCode(errorCode);
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
    epoch = memberEpoch;
    if (now != null) {
      assigned = now;
      giveBackMicros = world.nowMicros() + world.random(0, 400_000);
    }
    settle();
    owned.stream().filter(assigned::contains).forEach(p -> history.owns(self, p, epoch));
    process.after(world.random(50, 400), this::next);
  }

  void left() {
    process.after(world.random(100, 1_500), this::next);
  }

  /** Gives back what it has lost, when its records are done; only then it takes more. */
  private void settle() {
    if (!assigned.containsAll(owned) && world.nowMicros() >= giveBackMicros) {
      giveBack(assigned);
    }
    if (assigned.containsAll(owned) && owned.addAll(assigned)) {
      changed = true;
      world.trace().add("%s: has %s in epoch %d", self, owned, epoch);
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
}
