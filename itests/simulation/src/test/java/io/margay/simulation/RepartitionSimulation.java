package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.mirror.internal.SimulatedLink;
import io.margay.spi.partitioner.Partitioner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * East partitions a topic of west again, under faults. Readers at east read what is committed. A record is the text pPRODUCER-NUMBER, and its key
 * is the number modulo {@value #KEYS}; each partition of west has one producer.
 */
final class RepartitionSimulation extends PairSimulation {
  static final String ONCE = "each record is visible once";
  static final String FROM_SOURCE = "only committed records of the source are visible";
  static final String ORDER = "records of a key keep their order";
  static final String ONE_PLACE = "records of a key are in one partition";
  private static final int PARTITIONS = 3;
  private static final int KEYS = 5;
  private static final int READERS = 7_000;
  private static final String TARGET = "re-" + Region.TOPIC;

  private final LinkFlaw flaw;
  private final Set<String> visible = new HashSet<>();
  /** The last number of each producer and key, and where it was. */
  private final Map<String, Integer> last = new HashMap<>();
  private final Map<String, TopicPartition> places = new HashMap<>();
  private final List<CommittedConsumer> readers = new ArrayList<>();

  RepartitionSimulation(long seed, LinkFlaw flaw) {
    super(seed, Flaw.NONE);
    this.flaw = flaw;
  }

  private static int number(String record) {
    return Integer.parseInt(record.substring(record.indexOf('-') + 1));
  }

  private static String key(String record) {
    return record.substring(0, record.indexOf('-')) + "/" + number(record) % KEYS;
  }

  private Partitioner partitioner() {
    return options -> (record, topic) -> {
      String value = new String(record.value(), StandardCharsets.UTF_8);
      return Math.floorMod((flaw == LinkFlaw.SPREAD_KEYS ? value : key(value)).hashCode(), topic.partitionCount());
    };
  }

  @Override
  void perform() {
    west.start(node -> { });
    east.start(west, Map.of("topics", Region.TOPIC, "mode", "repartitioned", "prefix", "re-", "partitions", Integer.toString(PARTITIONS),
        "partitioner", SimulatedLink.PARTITIONER), flaw, partitioner());
    until("both clusters start", START_MICROS, () -> west.active() && east.active());
    east.createInternalTopics(true);
    west.createTopic(null);
    until("the topics are there", START_MICROS, () -> west.hasTopic() && east.has(TARGET));
    for (int p = 0; p < PARTITIONS; p++) {
      CommittedConsumer reader = new CommittedConsumer(east.network(), east.machine(READERS + p), east.invariants,
          new TopicPartition(TARGET, p), Region.NODES, this::visible);
      east.invariants.records(reader.tp);
      readers.add(reader);
      reader.next();
    }
    west.produce(WEST_PRODUCERS);
    suffer();
    pass(FAULTS_MICROS);
    heal();
    restore();
    pass(QUIET_MICROS);
    west.producers.forEach(SimulatedClient::end);
    pass(QUIET_MICROS);
    until("all records are visible", RECOVERY_MICROS, () -> visible.size() == committed());
    // a record that would come again comes soon
    pass(QUIET_MICROS);
    readers.forEach(SimulatedClient::end);
  }

  private int committed() {
    int all = 0;
    for (int p = 0; p < Region.PARTITIONS; p++) {
      all += west.invariants.records(new TopicPartition(Region.TOPIC, p)).committed().size();
    }
    return all;
  }

  private void visible(TopicPartition tp, String record) {
    int source = Integer.parseInt(record.substring(1, record.indexOf('-'))) - WEST_PRODUCERS;
    if (!west.invariants.records(new TopicPartition(Region.TOPIC, source)).committed().contains(record)) {
      east.invariants.fail(FROM_SOURCE, "%s: %s is not in the source", tp, record);
    }
    if (!visible.add(record)) {
      east.invariants.fail(ONCE, "%s: %s is visible again", tp, record);
    }
    TopicPartition place = places.put(key(record), tp);
    if (place != null && !place.equals(tp)) {
      east.invariants.fail(ONE_PLACE, "%s is in %s, others of its key are in %s", record, tp, place);
    }
    Integer before = last.put(key(record), number(record));
    if (before != null && before > number(record)) {
      east.invariants.fail(ORDER, "%s: %s comes after number %d of its key", tp, record, before);
    }
  }

  @Override
  void checkLinks() {
    // readers check what they get
  }

  @Override
  public String toString() {
    return "\nvisible " + visible.size() + " of " + committed();
  }
}
