package io.margay.simulation;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import io.margay.mirror.internal.SimulatedLink;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Both clusters have a topic of their own and mirror the other's under another name, in both directions at once, under faults. A group of west
 * commits offsets meanwhile. In the end each mirror has what its source has; east then promotes its mirror, and west goes on.
 */
final class CopySimulation extends PairSimulation {
  static final String SAME_AS_SOURCE = "a copy has the source's records at their offsets";
  static final String NO_LOOP = "a mirror is not mirrored again";
  static final String PROVENANCE = "a copy says where it comes from";
  static final String OFFSETS_EXACT = "the offset of a group is carried over as it is";
  static final String WRITABLE_IS_LEFT_ALONE = "nothing is mirrored into a copy that was promoted";
  private static final int GROUPS = 2_000;
  private static final int OWN_PRODUCERS = 300;
  private static final String OWN = "p3";
  private static final long AFTER_PROMOTION_MICROS = 3_000_000;

  private final LinkFlaw flaw;
  private final Map<TopicPartition, Integer> compared = new HashMap<>();
  private final List<TopicPartition> partitions = new ArrayList<>();
  private SimulatedCommitter committer;
  private boolean releasing;

  CopySimulation(long seed, LinkFlaw flaw) {
    super(seed, Flaw.NO_TRANSACTIONS);
    this.flaw = flaw;
    for (int p = 0; p < Region.PARTITIONS; p++) {
      partitions.add(new TopicPartition(Region.TOPIC, p));
    }
  }

  private static String copy(Region source) {
    return source.name + "." + Region.TOPIC;
  }

  @Override
  void perform() {
    Map<String, String> fields = Map.of("topics", ".*", "mode", "prefixed");
    west.start(east, fields, flaw, options -> (record, topic) -> 0);
    east.start(west, fields, flaw, options -> (record, topic) -> 0);
    until("both clusters start", START_MICROS, () -> west.active() && east.active());
    for (Region region : List.of(west, east)) {
      region.createInternalTopics(false);
      region.createTopic(null);
    }
    until("the topics are there", START_MICROS, () -> west.has(copy(east)) && east.has(copy(west)));
    west.produce(WEST_PRODUCERS);
    east.produce(EAST_PRODUCERS);
    committer = new SimulatedCommitter(west.network(), west.machine(GROUPS), west.invariants, Region.TOPIC, west.topicId(), Region.NODES);
    CopiedOffset copied = new CopiedOffset(east, copy(west), committer);
    committer.next();
    copied.next();
    suffer();
    pass(FAULTS_MICROS);
    heal();
    restore();
    until("the group's commits succeed", RECOVERY_MICROS, () -> committer.known() == committer.sent());
    committer.end();
    // what a client still has on the way arrives
    pass(QUIET_MICROS);
    west.producers.forEach(SimulatedClient::end);
    east.producers.forEach(SimulatedClient::end);
    pass(QUIET_MICROS);
    until("the copies have everything", RECOVERY_MICROS, () -> equal(west, east) && equal(east, west));
    until("the group's offset is there", RECOVERY_MICROS, () -> copied.last() == committer.known());
    copied.end();
    promote();
  }

  /** East takes its copy for itself while west goes on. */
  private void promote() {
    world.trace().add("east promotes its copy");
    releasing = true;
    suffer();
    east.release(copy(west));
    until("the copy is promoted", RECOVERY_MICROS, () -> !east.invariants.image().config(ConfigResource.topic(copy(west)))
        .containsKey("margay.mirror.source"));
    west.produce(WEST_PRODUCERS + 10);
    List<SimulatedProducer> own = new ArrayList<>();
    for (TopicPartition tp : partitions) {
      own.add(new SimulatedProducer(east.network(), east.machine(OWN_PRODUCERS + tp.partition()), east.invariants,
          new TopicPartition(copy(west), tp.partition()), Region.NODES));
    }
    own.forEach(SimulatedClient::next);
    pass(AFTER_PROMOTION_MICROS);
    heal();
    restore();
    until("producers write to the copy", RECOVERY_MICROS, () -> own.stream().allMatch(producer -> producer.acknowledged() > 0));
    pass(AFTER_PROMOTION_MICROS);
  }

  private boolean equal(Region source, Region target) {
    return partitions.stream().allMatch(tp -> {
      int end = source.invariants.records(tp).committed().size();
      return source.ends(tp, end) && target.ends(new TopicPartition(copy(source), tp.partition()), end);
    });
  }

  @Override
  void checkLinks() {
    check(west, east);
    check(east, west);
  }

  private void check(Region source, Region target) {
    Set<String> topics = new TreeSet<>(target.invariants.image().topics().keySet());
    topics.removeIf(name -> name.startsWith("__") || name.equals(Region.TOPIC) || name.equals(copy(source)));
    if (releasing) {
      // a copy that was promoted is a topic like any other, and is mirrored by the link in the other direction
      topics.remove(source.name + "." + copy(target));
    }
    if (!topics.isEmpty()) {
      target.invariants.fail(NO_LOOP, "%s has %s", target.name, topics);
    }
    TopicImage image = target.invariants.image().topic(copy(source));
    if (image == null) {
      return;
    }
    String from = target.invariants.image().config(ConfigResource.topic(image.name())).get("margay.mirror.source");
    if (from != null && !from.equals(SimulatedLink.sourceText(source.name, source.topicId(), Region.TOPIC))) {
      target.invariants.fail(PROVENANCE, "%s says %s", image.name(), from);
    }
    for (TopicPartition tp : partitions) {
      TopicPartition mirror = new TopicPartition(image.name(), tp.partition());
      compare(source.invariants.records(tp).committed(), target.invariants, mirror);
    }
  }

  private void compare(List<String> source, Invariants invariants, TopicPartition mirror) {
    List<String> copies = invariants.records(mirror).committed();
    for (int i = compared.getOrDefault(mirror, 0); i < copies.size(); i++) {
      if (copies.get(i).startsWith(OWN)) {
        continue;
      }
      if (i > 0 && copies.get(i - 1).startsWith(OWN)) {
        invariants.fail(WRITABLE_IS_LEFT_ALONE, "%s has %s at offset %d after %s", mirror, copies.get(i), i, copies.get(i - 1));
      }
      if (i >= source.size() || !source.get(i).equals(copies.get(i))) {
        invariants.fail(SAME_AS_SOURCE, "%s has %s at offset %d, the source %s", mirror, copies.get(i), i,
            i < source.size() ? source.get(i) : "nothing");
      }
    }
    compared.put(mirror, copies.size());
  }
}
