package io.margay.simulation;

import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Two clusters and a link under a seed. East mirrors west under faults, and is promoted while records are missing. Both go on for a while,
 * then west becomes the mirror of east, under faults again: what only west has is cut. In the end both have the same.
 */
final class LinkSimulation extends PairSimulation {
  static final String SAME_AS_SOURCE = "a mirror has the source's records at their offsets";
  static final String WRITABLE_IS_LEFT_ALONE = "nothing is mirrored into a topic that takes producers";
  static final String CONVERGED = "both clusters have the same after a failback";
  private static final long AFTER_PROMOTION_MICROS = 1_500_000;
  private static final String FROM_WEST = "p1";

  private final Flaw flaw;
  /** What of each mirror was compared with its source; while it is a mirror. */
  private final Map<TopicPartition, Integer> compared = new HashMap<>();
  private final List<TopicPartition> partitions = new ArrayList<>();
  private boolean mirrored = true;

  LinkSimulation(long seed, Flaw flaw) {
    super(seed, flaw == Flaw.REPLACED_IN_EPOCH ? flaw : Flaw.NO_TRANSACTIONS);
    this.flaw = flaw;
    for (int p = 0; p < Region.PARTITIONS; p++) {
      partitions.add(new TopicPartition(Region.TOPIC, p));
    }
  }

  @Override
  void perform() {
    west.start(east, true, flaw != Flaw.UNCOMPARED_END);
    east.start(west, false, true);
    until("both clusters start", START_MICROS, () -> west.active() && east.active());
    west.createTopic(null);
    east.createTopic(west);
    until("the topics are there", START_MICROS, () -> west.hasTopic() && east.hasTopic());
    mirrorAndPromote();
    failBack();
  }

  private void mirrorAndPromote() {
    west.produce(WEST_PRODUCERS);
    suffer();
    pass(FAULTS_MICROS);
    until("something is mirrored", RECOVERY_MICROS, () -> partitions.stream().anyMatch(tp -> !east.invariants.records(tp).committed().isEmpty()));
    world.trace().add("east is promoted");
    mirrored = false;
    east.mirror(null);
    until("east is promoted", RECOVERY_MICROS, () -> !east.isMirror());
    east.produce(EAST_PRODUCERS);
    pass(AFTER_PROMOTION_MICROS);
    west.producers.forEach(SimulatedClient::end);
    heal();
    until("both clusters recover", RECOVERY_MICROS, () -> west.active() && east.active()
        && east.producers.stream().allMatch(p -> p.acknowledged() > 0));
    // what producers of west still have on the way arrives
    pass(QUIET_MICROS);
  }

  private void failBack() {
    world.trace().add("west becomes the mirror");
    partitions.forEach(west.invariants::forget);
    west.mirror(east);
    west.divide();
    until("west is a mirror", RECOVERY_MICROS, west::isMirror);
    pass(AFTER_PROMOTION_MICROS);
    suffer();
    pass(FAULTS_MICROS);
    heal();
    restore();
    east.producers.forEach(SimulatedClient::end);
    pass(QUIET_MICROS);
    until("west has as much as east", RECOVERY_MICROS, () -> partitions.stream().allMatch(tp -> {
      int end = east.invariants.records(tp).committed().size();
      return east.ends(tp, end) && west.ends(tp, end);
    }));
    partitions.forEach(west.invariants::records);
    check();
    for (TopicPartition tp : partitions) {
      List<String> here = west.invariants.records(tp).committed();
      List<String> there = east.invariants.records(tp).committed();
      if (!here.equals(there)) {
        west.invariants.fail(CONVERGED, "%s: west has %s, east %s", tp, here, there);
      }
    }
  }

  @Override
  void checkLinks() {
    for (TopicPartition tp : partitions) {
      List<String> mirror = east.invariants.records(tp).committed();
      for (int i = compared.getOrDefault(tp, 0); i < mirror.size(); i++) {
        compare(tp, i, mirror);
      }
      compared.put(tp, mirror.size());
    }
  }

  /** East has what west has, up to the first record of a producer of its own; from there on nothing of west. */
  private void compare(TopicPartition tp, int offset, List<String> mirror) {
    String record = mirror.get(offset);
    boolean ofWest = record.startsWith(FROM_WEST);
    if (offset > 0 && ofWest && !mirror.get(offset - 1).startsWith(FROM_WEST) || mirrored && !ofWest) {
      east.invariants.fail(WRITABLE_IS_LEFT_ALONE, "%s: %s at offset %d after %s", tp, record, offset, mirror.get(offset - 1));
    }
    if (!ofWest) {
      return;
    }
    List<String> source = west.invariants.records(tp).committed();
    if (offset >= source.size() || !source.get(offset).equals(record)) {
      east.invariants.fail(SAME_AS_SOURCE, "%s: the mirror has %s at offset %d, the source %s", tp, record, offset,
          offset < source.size() ? source.get(offset) : "nothing");
    }
  }
}
