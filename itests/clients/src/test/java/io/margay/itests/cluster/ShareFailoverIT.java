package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Brokers are killed while a share group works: its coordinator, and a leader of its topic, with which go the coordinators of its state.
 * Every record is delivered, and none again after its acknowledgement was confirmed.
 */
@Secured
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShareFailoverIT {
  private static final String NAME = "failover-share";
  private static final int PARTITIONS = 4;
  private static final int SECONDS = 60;

  /** Where a record is. */
  private record Place(int partition, long offset) { }

  private final Set<Integer> seen = new TreeSet<>();
  private final Set<Place> confirmed = new HashSet<>();
  private final Set<Place> again = new HashSet<>();
  private int produced;

  private KafkaShareConsumer<Integer, Integer> consumer(String bootstrap) {
    Map<String, Object> settings = new HashMap<>(Clients.of(bootstrap, "group.id", NAME));
    KafkaShareConsumer<Integer, Integer> consumer = new KafkaShareConsumer<>(settings, new IntegerDeserializer(), new IntegerDeserializer());
    consumer.setAcknowledgementCommitCallback((offsets, error) -> {
      if (error == null) {
        offsets.forEach((tp, each) -> each.forEach(offset -> confirmed.add(new Place(tp.partition(), offset))));
      }
    });
    consumer.subscribe(List.of(NAME));
    return consumer;
  }

  private void pollUntil(String what, KafkaShareConsumer<Integer, Integer> consumer, BooleanSupplier condition, Nodes nodes) {
    long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + ": not within " + SECONDS + " s; seen " + seen.size() + " of " + produced + ", confirmed "
            + confirmed.size() + "\n" + nodes.logs());
      }
      for (ConsumerRecord<Integer, Integer> r : consumer.poll(Duration.ofMillis(100))) {
        seen.add(r.value());
        Place place = new Place(r.partition(), r.offset());
        if (confirmed.contains(place)) {
          again.add(place);
        }
      }
    }
  }

  private void produce(String bootstrap) {
    try (var producer = new KafkaProducer<>(Clients.of(bootstrap), new IntegerSerializer(),
        new IntegerSerializer())) {
      for (int i = 0; i < 400; i++, produced++) {
        producer.send(new ProducerRecord<>(NAME, produced % PARTITIONS, produced, produced));
      }
    }
  }

  private static int coordinator(Admin admin) throws Exception {
    return admin.describeShareGroups(List.of(NAME)).all().get().get(NAME).coordinator().id();
  }

  @Test
  void everyRecordIsDeliveredWhenBrokersAreKilled() throws Exception {
    try (Nodes nodes = Nodes.started(3, Map.of("KAFKA_BROKER_SESSION_TIMEOUT_MS", "2000", "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "500",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "3", "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "3", "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS", "3",
        "KAFKA_GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS", "1000", "KAFKA_GROUP_SHARE_RECORD_LOCK_DURATION_MS", "2000"));
        ClusterView view = new ClusterView(nodes); Admin admin = Admin.create(Clients.of(nodes.bootstrap()))) {
      view.awaitAllBrokers();
      view.create(new NewTopic(NAME, PARTITIONS, (short) 3));
      view.awaitInSync(NAME, PARTITIONS);
      admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, NAME), List.of(new AlterConfigOp(
          new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET)))).all().get();
      try (KafkaShareConsumer<Integer, Integer> consumer = consumer(nodes.bootstrap())) {
        produce(nodes.bootstrap());
        pollUntil("all records", consumer, () -> confirmed.size() == produced, nodes);
        int first = coordinator(admin);
        nodes.node(first).kill();
        produce(nodes.bootstrap());
        pollUntil("all records after the coordinator was killed", consumer, () -> seen.size() == produced, nodes);
        assertThat(coordinator(admin)).isNotEqualTo(first);
        nodes.node(first).start();
        view.awaitInSync(NAME, PARTITIONS);
        int leader = view.leader(NAME, 0);
        nodes.node(leader).kill();
        produce(nodes.bootstrap());
        pollUntil("all records after a leader was killed", consumer, () -> seen.size() == produced, nodes);
        nodes.node(leader).start();
        pollUntil("all are confirmed", consumer, () -> confirmed.size() == produced, nodes);
      }
    }
    assertThat(again).as("delivered again after the acknowledgement was confirmed").isEmpty();
  }
}
